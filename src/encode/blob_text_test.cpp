#include "encode/blob_text.hpp"

#include <gtest/gtest.h>

#include "encode/json_writer.hpp"

namespace cantrail::encode {
namespace {

std::string base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

TEST(BlobText, IsBase64AsTheStandardHasIt) {  // RFC 4648, section 10
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\xff\xfe\x00\xfb", 4)), "//4A+w==");
}

TEST(BlobText, AReferenceIsDigestAndSize) {
  StreamBlock block;
  block.reset(0, 1, 2, false);
  block.set_blob(0, 0, "foo");
  block.set_blob(0, 1, {sha256("abc"), 70'000});
  std::string out;
  append_json_value(out, block, 0, 0, FieldType::blob);
  out += ' ';
  append_json_value(out, block, 0, 1, FieldType::blob);
  EXPECT_EQ(out,
            "\"Zm9v\" \"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad:70000\"");
}

}  // namespace
}  // namespace cantrail::encode
