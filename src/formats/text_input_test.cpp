#include "formats/text_input.hpp"

#include <cstdlib>
#include <random>

#include <gtest/gtest.h>
#include <lzma.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/file.hpp"

namespace cantrail {
namespace {

std::string compress_xz(const std::string& text) {
  std::string out(lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  EXPECT_EQ(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()),
            LZMA_OK);
  out.resize(size);
  return out;
}

std::string compress_gzip(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string in = text, out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string compress_zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

struct Codec {
  Compression compression;
  std::string (*compress)(const std::string&);
};

const std::vector<Codec> kCodecs{
    {Compression::xz, compress_xz}, {Compression::gzip, compress_gzip}, {Compression::zstd, compress_zstd}};

std::string sample(std::size_t bytes) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < bytes) text += "line " + std::to_string(random()) + "\n";
  text.resize(bytes);
  return text;
}

class TextInputTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/cantrail-input-XXXXXX";
    const int fd = ::mkstemp(path);
    ASSERT_GE(fd, 0);
    ::close(fd);
    path_ = path;
  }
  void TearDown() override { ::unlink(path_.c_str()); }

  void write(const std::string& content) {
    ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
    auto file = real_file_system().open(path_, OpenMode::append);
    ASSERT_TRUE(file);
    const auto piece = std::as_bytes(std::span(content));
    ASSERT_TRUE((*file)->append(std::span(&piece, 1)));
  }

  std::unique_ptr<TextInput> open() {
    auto input = TextInput::open(path_);
    EXPECT_TRUE(input);
    return std::move(*input);
  }

  std::string path_;
};

struct Read {
  std::string text;
  std::optional<Fault> fault;
};

Read read_all(TextInput& input, std::size_t piece = 1000) {
  Read read;
  std::vector<char> buffer(piece);
  for (;;) {
    const auto got = input.read(buffer);
    if (!got) {
      read.fault = got.fault();
      return read;
    }
    if (*got == 0) return read;
    read.text.append(buffer.data(), *got);
    EXPECT_EQ(input.position(), read.text.size());
  }
}

TEST_F(TextInputTest, ReadsPlainFiles) {
  for (const std::size_t bytes : {0, 1, 5, 6, 300'000}) {
    const std::string text = sample(bytes);
    write(text);
    auto input = open();
    const Read read = read_all(*input);
    EXPECT_FALSE(read.fault);
    EXPECT_EQ(read.text, text);
    EXPECT_EQ(input->compression(), Compression::none);
    EXPECT_EQ(input->file_position(), bytes);
    EXPECT_EQ(input->file_size(), bytes);
  }
}

TEST_F(TextInputTest, ReadsCompressedFilesWhateverTheirName) {
  const std::string text = sample(500'000);
  for (const Codec& codec : kCodecs) {
    write(codec.compress(text));
    for (const std::size_t piece : {std::size_t{1'000}, std::size_t{1} << 20}) {
      auto input = open();
      const Read read = read_all(*input, piece);
      EXPECT_FALSE(read.fault) << read.fault->message;
      EXPECT_EQ(read.text, text);
      EXPECT_EQ(input->compression(), codec.compression);
    }
  }
}

TEST_F(TextInputTest, ReadsConcatenatedStreamsAsOne) {
  const std::string first = sample(100'000), second = "the second\n";
  for (const Codec& codec : kCodecs) {
    write(codec.compress(first) + codec.compress("") + codec.compress(second));
    const Read read = read_all(*open());
    EXPECT_FALSE(read.fault) << read.fault->message;
    EXPECT_EQ(read.text, first + second);
  }
}

TEST_F(TextInputTest, DeliversWhatCameBeforeACutAtEveryByte) {
  const std::string text = sample(600);
  for (const Codec& codec : kCodecs) {
    const std::string whole = codec.compress(text);
    for (std::size_t cut = kMagicBytes; cut < whole.size(); ++cut) {
      write(whole.substr(0, cut));
      auto input = open();
      const Read read = read_all(*input);
      ASSERT_TRUE(read.fault) << to_string(codec.compression) << " cut at " << cut;
      ASSERT_EQ(read.fault->kind, FaultKind::corrupt);
      ASSERT_NE(read.fault->message.find(path_), std::string::npos);
      ASSERT_NE(read.fault->message.find("cut short"), std::string::npos) << read.fault->message;
      ASSERT_TRUE(text.starts_with(read.text));
      ASSERT_EQ(read_all(*input).fault->message, read.fault->message);
    }
  }
}

TEST_F(TextInputTest, DeliversWholeMembersBeforeABrokenOne) {
  const std::string first = sample(200'000);
  for (const Codec& codec : kCodecs) {
    std::string second = codec.compress(sample(50'000));
    second.resize(second.size() / 2);
    write(codec.compress(first) + second);
    const Read read = read_all(*open());
    ASSERT_TRUE(read.fault);
    EXPECT_GE(read.text.size(), first.size());
    EXPECT_TRUE(read.text.starts_with(first));
  }
}

TEST_F(TextInputTest, SaysThatDataIsCorrupt) {
  const std::string text = sample(200'000);
  for (const Codec& codec : kCodecs) {
    std::string damaged = codec.compress(text);
    for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 20; ++i) damaged[i] ^= 0x55;
    write(damaged);
    const Read read = read_all(*open());
    ASSERT_TRUE(read.fault) << to_string(codec.compression);
    EXPECT_EQ(read.fault->kind, FaultKind::corrupt);
    write(codec.compress(text) + "something else");
    const Read junk = read_all(*open());
    ASSERT_TRUE(junk.fault) << to_string(codec.compression);
    EXPECT_EQ(junk.text, text);
  }
}

TEST_F(TextInputTest, SurvivesRandomDamage) {
  std::mt19937 random(9);
  const std::string text = sample(3'000);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = kCodecs[random() % kCodecs.size()].compress(text);
    for (auto n = 1 + random() % 5; n > 0; --n)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    write(damaged);
    const Read read = read_all(*open());
    if (read.fault) {
      ASSERT_EQ(read.fault->kind, FaultKind::corrupt) << read.fault->message;
    }
  }
}

TEST_F(TextInputTest, SkipsToWhereAnEarlierRunEnded) {
  const std::string text = sample(300'000);
  for (const std::string& content : {text, compress_xz(text), compress_gzip(text), compress_zstd(text)}) {
    write(content);
    for (const std::size_t offset : {0U, 1U, 1'000U, 123'456U, 300'000U}) {
      auto input = open();
      const Status skipped = input->skip_to(offset);
      ASSERT_TRUE(skipped) << skipped.fault().message;
      EXPECT_EQ(input->position(), offset);
      std::string rest;
      std::vector<char> buffer(70'000);
      for (;;) {
        const auto got = input->read(buffer);
        ASSERT_TRUE(got);
        if (*got == 0) break;
        rest.append(buffer.data(), *got);
      }
      EXPECT_EQ(rest, text.substr(offset));
    }
    auto input = open();
    EXPECT_EQ(input->skip_to(300'001).fault().kind, FaultKind::corrupt);
  }
}

TEST_F(TextInputTest, ReadsWhatAPlainFileGrowsBy) {
  write("first\n");
  auto input = open();
  EXPECT_EQ(read_all(*input).text, "first\n");
  write("first\nsecond\n");
  std::vector<char> buffer(100);
  const auto got = input->read(buffer);
  ASSERT_TRUE(got);
  EXPECT_EQ(std::string(buffer.data(), *got), "second\n");
}

TEST(TextInput, ReadsPipes) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string packed = compress_gzip("from a pipe\n");
  ASSERT_EQ(::write(ends[1], packed.data(), packed.size()), static_cast<ssize_t>(packed.size()));
  ::close(ends[1]);
  auto input = TextInput::on_descriptor(ends[0], "pipe");
  ASSERT_TRUE(input->skip_to(5));
  std::vector<char> buffer(100);
  const auto got = input->read(buffer);
  ASSERT_TRUE(got);
  EXPECT_EQ(std::string(buffer.data(), *got), "a pipe\n");
  ::close(ends[0]);
}

TEST(TextInput, SaysWhyAFileCannotBeOpened) {
  const auto missing = TextInput::open("/nonexistent/file.log");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.fault().message, "cannot open /nonexistent/file.log: No such file or directory");
  const auto folder = TextInput::open("/");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.fault().message, "cannot read /: Is a directory");
}

}  // namespace
}  // namespace cantrail
