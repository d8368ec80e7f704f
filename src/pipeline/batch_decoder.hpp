// Turns raw batches into batches: decodes under the batch's own catalog, puts together what comes in several
// frames, and computes its named signals. One
// per thread; the blocks' memory comes back for reuse when the last lane lets go of a batch.
#pragma once

#include <memory>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/derive/deriver.hpp"
#include "decode/transport/conversations.hpp"
#include "model/batch.hpp"

namespace cantrail {

class BatchDecoder {
 public:
  BatchDecoder();
  ~BatchDecoder();

  // Precondition: `catalog` is the batch's. Named signals and transport protocols remember what came before:
  // batches come in order; another epoch and another catalog begin with nothing.
  [[nodiscard]] BatchPtr decode(RawBatchPtr raw, const CompiledCatalogPtr& catalog);
  // The next batch does not follow the last one.
  void forget();

 private:
  struct Recycler;
  std::shared_ptr<Recycler> recycler_;
  CompiledCatalogPtr catalog_;
  std::unique_ptr<dbc::Decoder> decoder_;
  std::unique_ptr<transport::Conversations> conversations_;  // nullptr: nothing comes in more than a frame
  std::unique_ptr<derive::Deriver> deriver_;                 // nullptr: the catalog has no named signals
  std::uint32_t epoch_ = 0;                                  // of the last batch
};

// What a batch holds in memory, decoded columns included.
[[nodiscard]] std::size_t memory_bytes(const Batch& batch);

}  // namespace cantrail
