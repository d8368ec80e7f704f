// What the machine and the compression libraries give by themselves, on the bytes that the benchmark writes.
#pragma once

#include <cstddef>
#include <vector>

#include "formats/mcap/compression.hpp"

namespace cantrail::bench {

using Chunks = std::vector<std::vector<std::byte>>;  // records, not compressed

// The library called on each chunk, in `threads` threads, with its context and output used again; lz4 and
// zstd as the peer calls them: a frame of its default blocks with acceleration 2; level 1. Returns the
// compressed bytes.
std::size_t compress_alone(mcap::Compression compression, const Chunks& chunks, unsigned threads);

// What that makes, to be decompressed in one thread.
class Compressed {
 public:
  Compressed(mcap::Compression compression, const Chunks& chunks);
  void decompress() const;

 private:
  mcap::Compression compression_;
  Chunks chunks_;
};

double cpu_seconds();           // of all threads of this process
double memcpy_gb_per_second();  // by processor time: others may be busy too

}  // namespace cantrail::bench
