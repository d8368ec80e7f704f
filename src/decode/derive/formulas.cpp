#include "decode/derive/formulas.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/stream_reference.hpp"

namespace cantrail::derive {
namespace {

constexpr std::size_t kMostSignals = 1000;

class FormulaReader {
 public:
  explicit FormulaReader(const std::vector<SignalSpec>& specs) : specs_(specs), state_(specs.size()) {}

  Result<std::vector<Formula>> run() {
    for (std::size_t i = 0; i < specs_.size(); ++i) {
      if (auto placed = place(i); !placed) return placed.fault();
    }
    return std::move(formulas_);
  }

 private:
  struct State {
    bool begun = false;
    std::optional<std::size_t> place;  // in formulas_
  };

  // Depth first: what it is computed of goes before it. As deep as there are signals, at the most.
  Status place(std::size_t index) {
    if (state_[index].place) return {};
    const SignalSpec& spec = specs_[index];
    if (state_[index].begun) return circle(spec.name);
    state_[index].begun = true;
    path_.push_back(spec.name);
    Formula formula{spec, {}, {}};
    std::vector<std::string> names{spec.from};
    if (!spec.expression.empty()) {
      formula.expression = read_expression(spec.expression);
      if (!formula.expression.problem.empty()) return wrong(spec, formula.expression.problem);
      names = formula.expression.operands;
    }
    for (const std::string& name : names) {
      if (is_field(name)) {
        const StreamReference parts = split_reference(name);
        formula.operands.push_back(
            {{}, std::string(parts.channel), std::string(parts.stream), std::string(parts.field)});
        continue;
      }
      const auto other = index_of(name);
      if (!other) return wrong(spec, "names '" + printable(name) + "', which is no signal");
      if (auto placed = place(*other); !placed) return placed;
      formula.operands.push_back({state_[*other].place, {}, {}, {}});
    }
    path_.pop_back();
    state_[index].place = formulas_.size();
    formulas_.push_back(std::move(formula));
    return {};
  }

  [[nodiscard]] std::optional<std::size_t> index_of(const std::string& name) const {
    const auto at =
        std::find_if(specs_.begin(), specs_.end(), [&](const SignalSpec& spec) { return spec.name == name; });
    if (at == specs_.end()) return std::nullopt;
    return static_cast<std::size_t>(at - specs_.begin());
  }

  Status circle(const std::string& name) const {
    std::string way;
    for (auto at = std::find(path_.begin(), path_.end(), name); at != path_.end(); ++at) way += *at + " → ";
    return Status(FaultKind::config, "signal '" + name + "' is computed of itself: " + way + name);
  }

  static Status wrong(const SignalSpec& spec, const std::string& problem) {
    return Status(FaultKind::config, "'expr' of signal '" + spec.name + "' " + problem);
  }

  const std::vector<SignalSpec>& specs_;
  std::vector<State> state_;
  std::vector<std::string> path_;  // of the signals begun and not placed
  std::vector<Formula> formulas_;
};

}  // namespace

Result<std::vector<Formula>> read_formulas(const std::vector<SignalSpec>& specs) {
  if (specs.size() > kMostSignals) {
    return Fault{FaultKind::config, "there are more than " + std::to_string(kMostSignals) + " named signals"};
  }
  return FormulaReader(specs).run();
}

}  // namespace cantrail::derive
