#include "formats/decompressor.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace cantrail {
namespace {

// A hostile file cannot make us take more: xz -9 needs 65 MiB, zstd's own limit is 128 MiB.
constexpr std::uint64_t kXzMemoryBytes = 256U << 20;

class XzDecompressor final : public Decompressor {
 public:
  XzDecompressor() = default;
  XzDecompressor(const XzDecompressor&) = delete;
  XzDecompressor& operator=(const XzDecompressor&) = delete;
  ~XzDecompressor() override { lzma_end(&stream_); }

  bool open() { return lzma_stream_decoder(&stream_, kXzMemoryBytes, LZMA_CONCATENATED) == LZMA_OK; }

  Step step(std::span<const std::uint8_t> in, bool at_end, std::span<char> out) override {
    stream_.next_in = in.data();
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret result = lzma_code(&stream_, at_end ? LZMA_FINISH : LZMA_RUN);
    Step step;
    step.consumed = in.size() - stream_.avail_in;
    step.produced = out.size() - stream_.avail_out;
    const bool stuck = step.consumed == 0 && step.produced == 0;
    switch (result) {
      case LZMA_OK:
      case LZMA_BUF_ERROR:
        if (at_end && stuck && in.empty() && !out.empty()) step.problem = "the xz data is cut short";
        break;
      case LZMA_STREAM_END:
        step.ended = true;
        break;
      case LZMA_FORMAT_ERROR:
        step.problem = "there is something behind the xz data";
        break;
      case LZMA_MEMLIMIT_ERROR:
        step.problem = "the xz data needs more than 256 MiB to decompress";
        break;
      case LZMA_MEM_ERROR:
        step.problem = "no memory to decompress xz data";
        break;
      case LZMA_OPTIONS_ERROR:
        step.problem = "the xz data uses a filter that liblzma does not know";
        break;
      default:
        step.problem = "the xz data is corrupt";
    }
    return step;
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class GzipDecompressor final : public Decompressor {
 public:
  GzipDecompressor() = default;
  GzipDecompressor(const GzipDecompressor&) = delete;
  GzipDecompressor& operator=(const GzipDecompressor&) = delete;
  ~GzipDecompressor() override { inflateEnd(&stream_); }

  bool open() { return inflateInit2(&stream_, 15 + 16) == Z_OK; }  // 16: gzip only

  Step step(std::span<const std::uint8_t> in, bool at_end, std::span<char> out) override {
    if (between_members_) return begin_member(in, at_end, out);
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    const std::size_t given = std::min(in.size(), kMost), room = std::min(out.size(), kMost);
    // zlib does not write through next_in; the cast is the price of its C signature.
    stream_.next_in = const_cast<Bytef*>(in.data());  // NOLINT
    stream_.avail_in = static_cast<uInt>(given);
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = static_cast<uInt>(room);
    const int result = inflate(&stream_, Z_NO_FLUSH);
    Step step;
    step.consumed = given - stream_.avail_in;
    step.produced = room - stream_.avail_out;
    if (result == Z_STREAM_END) {
      between_members_ = true;
    } else if (result == Z_OK || result == Z_BUF_ERROR) {
      const bool starved = stream_.avail_in == 0 && stream_.avail_out != 0 && given == in.size();
      if (at_end && starved) step.problem = "the gzip data is cut short";
    } else {
      step.problem = result == Z_MEM_ERROR ? "no memory to decompress gzip data" : "the gzip data is corrupt";
    }
    return step;
  }

 private:
  // Another member, or the zeros that a tape pads with, or the end.
  Step begin_member(std::span<const std::uint8_t> in, bool at_end, std::span<char> out) {
    Step step;
    if (in.empty()) {
      step.ended = at_end;
    } else if (in.front() == 0) {
      padded_ = true;
      step.consumed = 1;
    } else if (in.front() != 0x1F || padded_) {
      step.problem = "there is something behind the gzip data";
    } else if (inflateReset(&stream_) != Z_OK) {
      step.problem = "no memory to decompress gzip data";
    } else {
      between_members_ = false;
      return this->step(in, at_end, out);
    }
    return step;
  }

  z_stream stream_{};
  bool between_members_ = false;
  bool padded_ = false;
};

class ZstdDecompressor final : public Decompressor {
 public:
  ZstdDecompressor() : stream_(ZSTD_createDStream()) {}
  ZstdDecompressor(const ZstdDecompressor&) = delete;
  ZstdDecompressor& operator=(const ZstdDecompressor&) = delete;
  ~ZstdDecompressor() override { ZSTD_freeDStream(stream_); }

  bool open() { return stream_ != nullptr && !ZSTD_isError(ZSTD_initDStream(stream_)); }

  Step step(std::span<const std::uint8_t> in, bool at_end, std::span<char> out) override {
    Step step;
    if (in.empty() && !in_frame_) {
      step.ended = at_end;
      return step;
    }
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &output, &input);
    step.consumed = input.pos;
    step.produced = output.pos;
    if (ZSTD_isError(result)) {
      step.problem = std::string("the zstd data is corrupt (") + ZSTD_getErrorName(result) + ")";
      return step;
    }
    in_frame_ = result != 0;
    if (at_end && in_frame_ && input.pos == in.size() && step.consumed == 0 && step.produced == 0) {
      step.problem = "the zstd data is cut short";
    }
    return step;
  }

 private:
  ZSTD_DStream* stream_;
  bool in_frame_ = false;
};

template <class T>
Result<std::unique_ptr<Decompressor>> opened() {
  auto made = std::make_unique<T>();
  if (!made->open()) return Fault{FaultKind::exhausted, "no memory for a decompressor"};
  return std::unique_ptr<Decompressor>(std::move(made));
}

}  // namespace

Compression detect_compression(std::span<const std::uint8_t> beginning) {
  constexpr std::array<std::uint8_t, 6> kXz{0xFD, '7', 'z', 'X', 'Z', 0};
  constexpr std::array<std::uint8_t, 3> kGzip{0x1F, 0x8B, 8};
  constexpr std::array<std::uint8_t, 4> kZstd{0x28, 0xB5, 0x2F, 0xFD};
  const auto begins_with = [&](const auto& magic) {
    return beginning.size() >= magic.size() && std::equal(magic.begin(), magic.end(), beginning.begin());
  };
  if (begins_with(kXz)) return Compression::xz;
  if (begins_with(kGzip)) return Compression::gzip;
  if (begins_with(kZstd)) return Compression::zstd;
  return Compression::none;
}

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::xz:
      return "xz";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      return "zstd";
  }
  return "?";
}

Result<std::unique_ptr<Decompressor>> make_decompressor(Compression compression) {
  switch (compression) {
    case Compression::xz:
      return opened<XzDecompressor>();
    case Compression::gzip:
      return opened<GzipDecompressor>();
    case Compression::zstd:
      return opened<ZstdDecompressor>();
    case Compression::none:
      break;
  }
  return Fault{FaultKind::bug, "no decompressor for data that is not compressed"};
}

}  // namespace cantrail
