// Any text as an expression of a named signal: what reads without a problem compiles and computes, the same
// each time, whatever its operands are.
#include "decode/derive/expression.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "decode/derive/formulas.hpp"
#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail;
  using namespace cantrail::fuzz;
  const std::string_view text = as_text(data, size);
  const derive::ExpressionText read = derive::read_expression(text);
  if (!read.problem.empty()) return 0;
  require(!read.operands.empty(), "an expression names something");
  auto first = derive::Expression::compile(read);
  auto second = derive::Expression::compile(read);
  require(first.ok() && second.ok(), "what is read without a problem compiles");
  require(first->operands().size() == read.operands.size(), "there is a place for each operand");
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kAbsent = std::numeric_limits<double>::quiet_NaN();
  for (const double value : {0.0, 1.0, -2.5, 1e300, kInfinity, -kInfinity, kAbsent}) {
    for (std::size_t i = 0; i < read.operands.size(); ++i) {
      const double operand = i % 2 == 0 ? value : -value;
      first->operands()[i] = operand;
      second->operands()[i] = operand;
    }
    const double result = first->evaluate();
    const double again = second->evaluate();
    require(std::bit_cast<std::uint64_t>(result) == std::bit_cast<std::uint64_t>(again) ||
                (std::isnan(result) && std::isnan(again)),
            "the same operands give the same result");
  }
  // As a signal of its own: faults are for the user, never of ours.
  derive::SignalSpec spec;
  spec.name = "fuzzed";
  spec.expression = std::string(text);
  const auto formulas = derive::read_formulas({spec});
  require(formulas.ok() || formulas.fault().kind == FaultKind::config,
          "what is wrong is said of the configuration");
  return 0;
}
