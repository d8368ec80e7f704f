// Finds the rows that tell of components and keeps the newest of each in a group of batches. A row costs one
// look into a table by the values that its rule's templates name: what those make as text is worked out once
// and remembered. After warm-up, rows of known components allocate nothing until they are published.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/batch.hpp"
#include "server/component_state.hpp"
#include "server/latest_row_maker.hpp"
#include "server/row_template.hpp"

namespace cantrail::server {

// One thread. Batches given to add() must live until publish().
class ComponentTally {
 public:
  static constexpr std::size_t kMostFields = 8;  // that the templates of one rule may name
  explicit ComponentTally(ComponentState& state) : state_(state) {}

  void set_catalog(const CatalogPtr& catalog);
  void add(const Batch& batch);
  // Appends the frames whose rows were kept.
  void publish(std::vector<std::pair<const Batch*, std::uint32_t>>& kept);

 private:
  struct Condition {
    RowTemplate text;
    std::string glob;
  };
  // One rule on one stream.
  struct Bound {
    const ComponentRule* rule = nullptr;
    StreamId stream = 0;
    RowTemplate type, id;
    std::vector<RowTemplate> keys;
    std::vector<Condition> only;
    std::vector<std::uint16_t> fields;  // that these name
    LatestRowMaker maker;
  };
  // The values that decide on type, id and key.
  struct Values {
    std::uint32_t bound = 0;
    std::array<std::uint64_t, kMostFields> words{};
    bool operator==(const Values&) const = default;
  };
  struct Hash {
    std::size_t operator()(const Values& values) const;
  };
  struct Slot {
    bool counts = false;  // the rule's conditions hold
    ComponentName name;
    const Batch* batch = nullptr;  // the newest row of this group; nullptr: none yet
    const StreamBlock* block = nullptr;
    std::uint32_t row = 0;
    std::uint64_t arrival = 0;  // orders the rows of a group, across streams
    std::uint64_t rows = 0;
  };

  void bind(const ComponentRule& rule, StreamId stream);
  void add(const Batch& batch, const StreamBlock& block);
  void add_row(std::uint32_t bound, const Batch& batch, const StreamBlock& block, std::size_t row);
  [[nodiscard]] Slot new_slot(const Bound& bound, const StreamBlock& block, std::size_t row) const;
  [[nodiscard]] std::string fill_in(const RowTemplate& text, const Bound& bound, const StreamBlock& block,
                                    std::size_t row) const;

  ComponentState& state_;
  CatalogPtr catalog_;
  std::vector<Bound> bounds_;
  std::vector<std::vector<std::uint32_t>> by_stream_;  // indexes into bounds_
  std::unordered_map<Values, Slot, Hash> slots_;
  std::vector<std::pair<std::uint32_t, Slot*>> touched_;  // bound and slot
  std::uint64_t batches_ = 0;                             // of this group so far
};

}  // namespace cantrail::server
