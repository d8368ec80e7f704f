// The named signals of a configuration, read and put in order: each behind those that it is computed of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "decode/derive/expression_text.hpp"
#include "decode/derive/signal_spec.hpp"

namespace cantrail::derive {

struct Operand {
  std::optional<std::size_t> signal;   // index into the formulas
  std::string channel, stream, field;  // else a field; no channel: any
};

struct Formula {
  SignalSpec spec;
  ExpressionText expression;      // empty where the signal is `from` a field
  std::vector<Operand> operands;  // of `from`: one
};

// Faults `config`, with the signal's name: an expression that is none, a name that is no signal, signals that
// are computed of themselves ("vpd → rh → vpd").
[[nodiscard]] Result<std::vector<Formula>> read_formulas(const std::vector<SignalSpec>& specs);

}  // namespace cantrail::derive
