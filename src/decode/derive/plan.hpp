// What is to be computed under one catalog. Immutable; shared by the threads that decode under it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "decode/derive/formulas.hpp"
#include "model/catalog.hpp"
#include "model/stream_reference.hpp"

namespace cantrail::derive {

// Where a value comes from.
struct Input {
  std::optional<std::size_t> signal;  // index into Plan::signals, always a smaller one
  FieldPlace field;                   // else
  FieldType type = FieldType::f64;
};

// One named signal, of one copy.
struct PlannedSignal {
  StreamId stream = 0;
  std::shared_ptr<const Formula> formula;
  std::vector<Input> inputs;          // by operand
  std::vector<std::uint64_t> absent;  // words of the field that say "no value"
  std::vector<StreamId> triggers;     // the streams that it is computed of in the end, ascending
  // Computed of one stream only, its rows need no memory: row by row of that stream.
  [[nodiscard]] bool of_one_stream() const { return triggers.size() == 1; }
};

struct Plan {
  std::vector<PlannedSignal> signals;  // each behind those that it is computed of
  // How far back the rows reach that can still matter to the next one; 0: nothing is remembered.
  std::int64_t lookback_ns = 0;
};

}  // namespace cantrail::derive
