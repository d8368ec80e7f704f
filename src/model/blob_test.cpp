#include "model/blob.hpp"

#include <array>

#include <gtest/gtest.h>

#include "model/stream_block.hpp"

namespace cantrail {
namespace {

TEST(Blob, BytesAndReferencesAreToldApartWhateverTheBytesAre) {
  const BlobReference reference{sha256("x"), 0x0102030405060708};
  std::string as_bytes;
  append_blob(as_bytes, reference);
  StreamBlock block;
  block.reset(0, 1, 4, false);
  block.set_blob(0, 0, as_bytes);  // bytes that look like a reference
  block.set_blob(0, 1, reference);
  block.set_blob(0, 2, "");
  block.set_blob(0, 3, std::string_view("\1", 1));
  EXPECT_EQ(block.blob(0, 0).bytes, as_bytes);
  EXPECT_FALSE(block.blob(0, 0).reference);
  EXPECT_EQ(block.blob(0, 1).reference, reference);
  EXPECT_EQ(block.blob(0, 2).bytes, "");
  EXPECT_EQ(block.blob(0, 3).bytes, std::string_view("\1", 1));
}

TEST(Blob, ACopyOfARowKeepsItsKind) {
  const BlobReference reference{sha256("x"), 70'000};
  StreamBlock block, copy;
  block.reset(0, 1, 2, false);
  block.set_blob(0, 0, "small");
  block.set_blob(0, 1, reference);
  const std::array<std::uint32_t, 2> turned{1, 0};
  copy.take(block, turned);
  EXPECT_EQ(copy.blob(0, 0).reference, reference);
  EXPECT_EQ(copy.blob(0, 1).bytes, "small");
}

TEST(Blob, WhatIsNoneReadsAsNoBytes) {
  for (const std::string& text : {std::string(), std::string("\2abc"), std::string("\1short"),
                                  std::string("\1") + std::string(41, 'x')}) {
    const Blob blob = read_blob(text);
    EXPECT_TRUE(blob.bytes.empty());
    EXPECT_FALSE(blob.reference);
  }
}

}  // namespace
}  // namespace cantrail
