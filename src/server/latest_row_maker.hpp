// From a row of a batch to a LatestRow: what does not change from row to row is worked out once a catalog.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/batch.hpp"
#include "server/latest_row.hpp"

namespace cantrail::server {

// Signals shown under another name: for each field of a schema the name it is shown under. Of several fields
// that share a name the first that is present is shown.
using ShownNames = std::vector<std::string>;

// A row's values as they are decoded: little to copy. What they look like is worked out when somebody asks.
struct HeldRow {
  WallTime time;
  MonoTime seen;
  std::optional<std::uint32_t> id = {};  // as RowFrames say; `data` too
  std::vector<std::uint8_t> data;
  StreamBlock values;  // this one row

  EarlierValues earlier = {};  // of LatestRowMaker::remembered()

  [[nodiscard]] HeldRow copy() const;
};

// One stream. Immutable after construction.
class LatestRowMaker {
 public:
  // `names`: empty, or one for each field.
  LatestRowMaker(const Catalog& catalog, StreamId stream, ShownNames names = {});

  [[nodiscard]] const std::string& key() const { return key_; }  // "can0:Battery"
  // A row without values and identifier: channel, message, units.
  [[nodiscard]] const LatestRow& still() const { return still_; }
  // Copies a row out of its batch; keeps the memory of `held`.
  // Fields whose last values are kept, whatever the newest row has.
  [[nodiscard]] std::span<const std::uint32_t> remembered() const { return remembered_; }
  [[nodiscard]] bool has_schema_of(const LatestRowMaker& other) const;
  static void hold(const Batch& batch, const StreamBlock& block, std::size_t row, HeldRow& held);
  // With the earlier values that are newer than `version`.
  [[nodiscard]] LatestRow make(const HeldRow& held, std::uint64_t version) const;
  // The row of `block`; `rows` is what LatestRow::rows says.
  [[nodiscard]] LatestRow make(const Batch& batch, const StreamBlock& block, std::size_t row,
                               std::uint64_t rows) const;

 private:
  [[nodiscard]] const std::string& name_of(std::size_t field) const;
  // A field that is not shown because one of the same name was.
  [[nodiscard]] bool is_shown_already(const StreamBlock& block, std::size_t field, std::size_t row) const;
  [[nodiscard]] std::string units() const;
  void append_values(LatestRow& out, const StreamBlock& block, std::size_t row) const;
  void add_earlier(LatestRow& out, const HeldRow& held, std::uint64_t version) const;
  void append_quality(std::string& out, std::size_t field, Quality quality) const;

  std::shared_ptr<const RowSchema> schema_;
  ShownNames names_;
  std::vector<std::uint32_t> remembered_;
  std::string key_;
  LatestRow still_;  // all that is the same for every row
};

}  // namespace cantrail::server
