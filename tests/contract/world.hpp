// Batches for sinks under test: decoded under a real catalog, with every record accounted for in advance.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/catalog/catalog_compiler.hpp"
#include "model/batch.hpp"

namespace cantrail::contract {

class World {
 public:
  World();

  [[nodiscard]] const CatalogPtr& catalog() const { return compiled_->catalog; }
  // The same streams and one channel more.
  [[nodiscard]] CatalogPtr larger_catalog() const { return larger_->catalog; }

  // Frames [from, to) of an endless record of known content as one batch; every tenth has no definition.
  [[nodiscard]] BatchPtr batch(std::uint64_t seq, std::size_t from, std::size_t to);
  // Names, times and values at the edges of what their types hold.
  [[nodiscard]] BatchPtr hostile_batch(std::uint64_t seq);
  // Frames [0, count) in `pieces` batches, cut at random.
  [[nodiscard]] std::vector<BatchPtr> cut(std::size_t count, std::size_t pieces, std::uint32_t seed);

  [[nodiscard]] static Position at(std::uint64_t seq);
  [[nodiscard]] static std::uint64_t records(const std::vector<BatchPtr>& batches);

 private:
  BatchPtr decode(std::shared_ptr<RawBatch> raw);

  CompiledCatalogPtr compiled_, larger_;
  std::unique_ptr<dbc::Decoder> decoder_;
};

}  // namespace cantrail::contract
