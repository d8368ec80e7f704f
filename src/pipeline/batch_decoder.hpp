// Turns raw batches into batches: decodes under the batch's own catalog. One per thread; the blocks' memory
// comes back for reuse when the last lane lets go of a batch.
#pragma once

#include <memory>

#include "decode/catalog/catalog_compiler.hpp"
#include "model/batch.hpp"

namespace cantrail {

class BatchDecoder {
 public:
  BatchDecoder();
  ~BatchDecoder();

  // Precondition: `catalog` is the batch's.
  [[nodiscard]] BatchPtr decode(RawBatchPtr raw, const CompiledCatalogPtr& catalog);

 private:
  struct Recycler;
  std::shared_ptr<Recycler> recycler_;
  CompiledCatalogPtr catalog_;
  std::unique_ptr<dbc::Decoder> decoder_;
};

// What a batch holds in memory, decoded columns included.
[[nodiscard]] std::size_t memory_bytes(const Batch& batch);

}  // namespace cantrail
