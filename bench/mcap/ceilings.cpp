#include "ceilings.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <thread>

#include <lz4frame.h>
#include <zstd.h>

namespace cantrail::bench {
namespace {

using Bytes = std::vector<std::byte>;

std::size_t checked(std::size_t size, bool error) {
  if (error) {
    std::fputs("bench_mcap: a compression library fails\n", stderr);
    std::exit(1);
  }
  return size;
}

// One thread's contexts.
class Library {
 public:
  explicit Library(mcap::Compression compression) : compression_(compression) {
    preferences_.compressionLevel = -1;
    ZSTD_CCtx_setParameter(zstd_, ZSTD_c_compressionLevel, 1);
    LZ4F_createDecompressionContext(&lz4_out_, LZ4F_VERSION);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    ZSTD_freeCCtx(zstd_);
    ZSTD_freeDCtx(zstd_out_);
    LZ4F_freeDecompressionContext(lz4_out_);
  }

  std::size_t compress(const Bytes& in) {
    if (compression_ == mcap::Compression::lz4) {
      out.resize(std::max(out.size(), LZ4F_compressFrameBound(in.size(), &preferences_)));
      const std::size_t size =
          LZ4F_compressFrame(out.data(), out.size(), in.data(), in.size(), &preferences_);
      return checked(size, LZ4F_isError(size) != 0);
    }
    out.resize(std::max(out.size(), ZSTD_compressBound(in.size())));
    const std::size_t size = ZSTD_compress2(zstd_, out.data(), out.size(), in.data(), in.size());
    return checked(size, ZSTD_isError(size) != 0);
  }

  void decompress(const Bytes& in) {
    if (compression_ == mcap::Compression::lz4) {
      std::size_t done = 0, used = 0, hint = 1;
      while (used < in.size() && hint != 0) {
        std::size_t room = out.size() - done, given = in.size() - used;
        hint = LZ4F_decompress(lz4_out_, out.data() + done, &room, in.data() + used, &given, nullptr);
        checked(0, LZ4F_isError(hint) != 0);
        done += room;
        used += given;
      }
    } else {
      const std::size_t size = ZSTD_decompressDCtx(zstd_out_, out.data(), out.size(), in.data(), in.size());
      checked(size, ZSTD_isError(size) != 0);
    }
  }

  Bytes out;

 private:
  mcap::Compression compression_;
  LZ4F_preferences_t preferences_ = LZ4F_INIT_PREFERENCES;
  ZSTD_CCtx* zstd_ = ZSTD_createCCtx();
  ZSTD_DCtx* zstd_out_ = ZSTD_createDCtx();
  LZ4F_dctx* lz4_out_ = nullptr;
};

}  // namespace

std::size_t compress_alone(mcap::Compression compression, const Chunks& chunks, unsigned threads) {
  std::atomic<std::size_t> next{0}, bytes{0};
  const auto work = [&] {
    Library library(compression);
    for (std::size_t i = next++; i < chunks.size(); i = next++) bytes += library.compress(chunks[i]);
  };
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();
  return bytes;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

Compressed::Compressed(mcap::Compression compression, const Chunks& chunks) : compression_(compression) {
  Library library(compression);
  for (const Bytes& chunk : chunks) {
    const std::size_t size = library.compress(chunk);
    chunks_.emplace_back(library.out.begin(), library.out.begin() + static_cast<std::ptrdiff_t>(size));
  }
}

void Compressed::decompress() const {
  Library library(compression_);
  library.out.resize(std::size_t{4} << 20U);
  for (const Bytes& chunk : chunks_) library.decompress(chunk);
}

double memcpy_gb_per_second() {
  const std::size_t bytes = std::size_t{256} << 20U;
  std::vector<char> from(bytes, 1), to(bytes, 2);
  double best = 1e9;
  for (int run = 0; run < 15; ++run) {
    from[static_cast<std::size_t>(run)] = static_cast<char>(run);
    const double start = cpu_seconds();
    std::memcpy(to.data(), from.data(), bytes);
    best = std::min(best, cpu_seconds() - start);
    if (to[static_cast<std::size_t>(run)] != static_cast<char>(run)) std::exit(1);
  }
  return static_cast<double>(bytes) / best / 1e9;
}

}  // namespace cantrail::bench
