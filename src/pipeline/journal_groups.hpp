// Reads the journal for a lane that is behind: groups of batches that go to a store together, decoded under
// the catalogs they were captured with. Before the first it reads back as far as what is remembered reaches:
// their rows are those of the main chain.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "component/sink.hpp"
#include "journal/journal.hpp"
#include "pipeline/batch_decoder.hpp"
#include "pipeline/catalog_store.hpp"
#include "pipeline/gap_log.hpp"
#include "pipeline/journal_writer.hpp"

namespace cantrail {

// A group has one catalog, one epoch, and no record missing inside.
[[nodiscard]] bool continues(const RawBatch& last, const RawBatch& next);
// Records or gaps.
[[nodiscard]] bool says_something(const RawBatch& batch);

// One thread.
class JournalGroups {
 public:
  struct Parts {
    Journal& journal;
    const JournalWriter& writer;
    std::shared_ptr<CatalogStore> catalogs;
    GapLog& gaps;
    std::function<bool()> out_of_time;  // the end has come: nothing more is read back
  };
  explicit JournalGroups(Parts parts) : parts_(std::move(parts)) {}

  struct Group {
    std::vector<BatchPtr> batches;   // none: there is nothing to hand over now
    std::uint64_t lost_earlier = 0;  // records of earlier epochs whose loss its gap tells of
    std::uint64_t lost_here =
        0;                // records behind it, of its epoch, that cannot be read: its gap tells of them
    bool at_end = false;  // of the journal, as far as it had been written; nothing may be missing before it
  };
  // Goes on behind the last one; begins at `from` after reset(). What is missing makes a group of its own, a
  // gap. A fault: to be asked again after a while, without reset(): bytes that cannot be read again and again
  // are given up as damaged.
  Result<Group> next(const Position& from, const SinkTraits& most);
  void reset();

 private:
  Result<bool> look_ahead();
  Result<CompiledCatalogPtr> catalog_of(JournalReader& reader, const JournalReader::Item& item);
  Result<bool> recall(const RawBatch& first, const CompiledCatalog& catalog);
  Group take_missing();
  Result<Group> take_undecodable();
  [[nodiscard]] BatchPtr decode_ahead(const CompiledCatalogPtr& catalog);

  Parts parts_;
  std::unique_ptr<JournalReader> reader_;
  std::optional<JournalReader::Item> ahead_;  // read, and not yet part of a group
  BatchDecoder decoder_;
  bool begins_anew_ = false;  // what is read next does not follow what was decoded last
};

}  // namespace cantrail
