#include "formats/mcap/compression.hpp"

#include <string>

#include <lz4frame.h>
#include <zstd.h>

namespace cantrail::mcap {
namespace {

// The smallest that takes all in one block. Readers need room for a whole one.
LZ4F_blockSizeID_t lz4_block_for(std::size_t bytes) {
  if (bytes <= (std::size_t{64} << 10U)) return LZ4F_max64KB;
  if (bytes <= (std::size_t{256} << 10U)) return LZ4F_max256KB;
  return bytes <= (std::size_t{1} << 20U) ? LZ4F_max1MB : LZ4F_max4MB;
}

std::size_t lz4_block_bytes(LZ4F_blockSizeID_t id) {
  switch (id) {
    case LZ4F_max256KB:
      return std::size_t{256} << 10U;
    case LZ4F_max1MB:
      return std::size_t{1} << 20U;
    case LZ4F_max4MB:
      return std::size_t{4} << 20U;
    default:
      return std::size_t{64} << 10U;
  }
}

struct FreeLz4Compression {
  void operator()(LZ4F_cctx* context) const { LZ4F_freeCompressionContext(context); }
};
struct FreeLz4Decompression {
  void operator()(LZ4F_dctx* context) const { LZ4F_freeDecompressionContext(context); }
};
struct FreeZstdCompression {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
struct FreeZstdDecompression {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

Fault no_memory() {
  return {FaultKind::exhausted, "no memory for compression"};
}

Fault failed(std::string_view what, const char* why) {
  return {FaultKind::bug, std::string(what) + " cannot compress: " + why};
}

}  // namespace

std::string_view to_string(Compression compression) {
  switch (compression) {
    case Compression::none:
      break;
    case Compression::lz4:
      return "lz4";
    case Compression::zstd:
      return "zstd";
  }
  return "";
}

std::optional<Compression> compression_named(std::string_view name) {
  for (const auto known : {Compression::none, Compression::lz4, Compression::zstd}) {
    if (name == to_string(known)) return known;
  }
  return std::nullopt;
}

struct Compressor::Contexts {
  std::unique_ptr<LZ4F_cctx, FreeLz4Compression> lz4;
  std::unique_ptr<ZSTD_CCtx, FreeZstdCompression> zstd;
};

Compressor::Compressor(Compression compression, std::optional<int> level)
    : compression_(compression),
      level_(level.value_or(compression == Compression::zstd ? kDefaultZstdLevel : kDefaultLz4Level)),
      contexts_(std::make_unique<Contexts>()) {}
Compressor::Compressor(Compressor&&) noexcept = default;
Compressor& Compressor::operator=(Compressor&&) noexcept = default;
Compressor::~Compressor() = default;

Status Compressor::compress(std::span<const std::byte> in, ByteBuffer& out) {
  switch (compression_) {
    case Compression::lz4:
      return compress_lz4(in, out);
    case Compression::zstd:
      return compress_zstd(in, out);
    case Compression::none:
      break;
  }
  out.clear();
  out.append(in);
  return {};
}

Status Compressor::compress_lz4(std::span<const std::byte> in, ByteBuffer& out) {
  if (!contexts_->lz4) {
    LZ4F_cctx* made = nullptr;
    if (LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION))) return no_memory();
    contexts_->lz4.reset(made);
  }
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = lz4_block_for(in.size());
  preferences.frameInfo.contentSize = in.size();
  preferences.compressionLevel = level_;
  preferences.autoFlush = 1;  // nothing is copied to wait for more
  LZ4F_compressOptions_t stable{};
  stable.stableSrc = 1;
  out.clear();
  out.reserve(LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(in.size(), &preferences));
  std::size_t done = LZ4F_compressBegin(contexts_->lz4.get(), out.data(), out.capacity(), &preferences);
  std::size_t size = done;
  if (!LZ4F_isError(done)) {
    done = LZ4F_compressUpdate(contexts_->lz4.get(), out.data() + size, out.capacity() - size, in.data(),
                               in.size(), &stable);
    size += done;
  }
  if (!LZ4F_isError(done)) {
    done = LZ4F_compressEnd(contexts_->lz4.get(), out.data() + size, out.capacity() - size, &stable);
    size += done;
  }
  if (LZ4F_isError(done)) return failed("lz4", LZ4F_getErrorName(done));
  out.set_size(size);
  return {};
}

Status Compressor::compress_zstd(std::span<const std::byte> in, ByteBuffer& out) {
  if (!contexts_->zstd) {
    contexts_->zstd.reset(ZSTD_createCCtx());
    if (!contexts_->zstd) return no_memory();
    ZSTD_CCtx_setParameter(contexts_->zstd.get(), ZSTD_c_compressionLevel, level_);
  }
  out.clear();
  out.reserve(ZSTD_compressBound(in.size()));
  const std::size_t size =
      ZSTD_compress2(contexts_->zstd.get(), out.data(), out.capacity(), in.data(), in.size());
  if (ZSTD_isError(size)) return failed("zstd", ZSTD_getErrorName(size));
  out.set_size(size);
  return {};
}

struct Decompressor::Contexts {
  std::unique_ptr<LZ4F_dctx, FreeLz4Decompression> lz4;
  std::unique_ptr<ZSTD_DCtx, FreeZstdDecompression> zstd;

  Status lz4_frame(std::span<const std::byte> in, std::uint64_t bytes, ByteBuffer& out,
                   std::size_t& produced);
};

Decompressor::Decompressor() : contexts_(std::make_unique<Contexts>()) {}
Decompressor::Decompressor(Decompressor&&) noexcept = default;
Decompressor& Decompressor::operator=(Decompressor&&) noexcept = default;
Decompressor::~Decompressor() = default;

// All of `in`, into the capacity of `out`.
Status Decompressor::Contexts::lz4_frame(std::span<const std::byte> in, std::uint64_t bytes, ByteBuffer& out,
                                         std::size_t& produced) {
  if (!lz4) {
    LZ4F_dctx* made = nullptr;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&made, LZ4F_VERSION))) return no_memory();
    lz4.reset(made);
  }
  LZ4F_resetDecompressionContext(lz4.get());
  LZ4F_frameInfo_t info{};
  std::size_t consumed = in.size();
  const std::size_t begun = LZ4F_getFrameInfo(lz4.get(), &info, in.data(), &consumed);
  if (LZ4F_isError(begun)) return {FaultKind::corrupt, LZ4F_getErrorName(begun)};
  // A block is decompressed straight into `out` only if there is room for a largest one.
  out.reserve(bytes + lz4_block_bytes(info.blockSizeID));
  LZ4F_decompressOptions_t stable{};
  stable.stableDst = 1;
  while (consumed < in.size()) {
    std::size_t room = out.capacity() - produced, given = in.size() - consumed;
    const std::size_t hint =
        LZ4F_decompress(lz4.get(), out.data() + produced, &room, in.data() + consumed, &given, &stable);
    produced += room;
    consumed += given;
    if (LZ4F_isError(hint)) return {FaultKind::corrupt, LZ4F_getErrorName(hint)};
    if (hint == 0 && consumed == in.size()) return {};
    if (room == 0 && given == 0) break;
  }
  return {FaultKind::corrupt, "the lz4 frame is not whole"};
}

Status Decompressor::decompress(Compression compression, std::span<const std::byte> in, std::uint64_t bytes,
                                ByteBuffer& out) {
  out.clear();
  if (in.empty()) return bytes == 0 ? Status{} : Status{FaultKind::corrupt, "there is no compressed data"};
  std::size_t produced = 0;
  if (compression == Compression::lz4) {
    if (Status status = contexts_->lz4_frame(in, bytes, out, produced); !status) return status;
  } else {
    if (!contexts_->zstd) contexts_->zstd.reset(ZSTD_createDCtx());
    if (!contexts_->zstd) return no_memory();
    out.reserve(std::max<std::uint64_t>(bytes, 1));
    produced = ZSTD_decompressDCtx(contexts_->zstd.get(), out.data(), bytes, in.data(), in.size());
    if (ZSTD_isError(produced)) return {FaultKind::corrupt, ZSTD_getErrorName(produced)};
  }
  if (produced != bytes) return {FaultKind::corrupt, "the decompressed size is not what is stated"};
  out.set_size(produced);
  return {};
}

}  // namespace cantrail::mcap
