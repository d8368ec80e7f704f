#include "journal/column_compression.hpp"

#include <cstring>

#include <zstd.h>

#include "journal/format.hpp"

namespace cantrail::journal {
namespace {

// The fastest: the writer's thread has a bus to follow. Higher levels win a few percent on columns of frames.
constexpr int kLevel = 1;

}  // namespace

struct ColumnCompressor::Context {
  ZSTD_CCtx* zstd = ZSTD_createCCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeCCtx(zstd); }
};

ColumnCompressor::ColumnCompressor() : context_(std::make_unique<Context>()) {}
ColumnCompressor::~ColumnCompressor() = default;

std::span<const std::byte> ColumnCompressor::compress(std::span<const std::span<const std::byte>> pieces,
                                                      std::size_t bytes) {
  plain_.resize(bytes);
  std::size_t at = 0;
  for (const auto piece : pieces) {
    std::memcpy(plain_.data() + at, piece.data(), piece.size());
    at += piece.size();
  }
  packed_.resize(ZSTD_compressBound(bytes));
  const std::size_t size =
      ZSTD_compressCCtx(context_->zstd, packed_.data(), packed_.size(), plain_.data(), at, kLevel);
  if (ZSTD_isError(size) != 0) return {};
  return std::span<const std::byte>(packed_).first(size);
}

struct ColumnDecompressor::Context {
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() { ZSTD_freeDCtx(zstd); }
};

ColumnDecompressor::ColumnDecompressor() = default;
ColumnDecompressor::~ColumnDecompressor() = default;

std::optional<std::span<const std::byte>> ColumnDecompressor::decompress(std::span<const std::byte> frame,
                                                                         std::size_t bytes) {
  if (bytes > kMostCompressedColumns) return std::nullopt;
  // Most journals need none.
  if (!context_) context_ = std::make_unique<Context>();
  if (words_.size() < padded(bytes) / 8) words_.resize(padded(bytes) / 8);
  const std::size_t size =
      ZSTD_decompressDCtx(context_->zstd, words_.data(), bytes, frame.data(), frame.size());
  if (ZSTD_isError(size) != 0 || size != bytes) return std::nullopt;
  return std::as_bytes(std::span(words_)).first(bytes);
}

}  // namespace cantrail::journal
