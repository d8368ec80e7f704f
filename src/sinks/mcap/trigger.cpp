#include "sinks/mcap/trigger.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "component/trigger_name.hpp"

namespace cantrail::mcap_sink {

namespace {

constexpr std::string_view kApiName = "api:";

// "api:door", and what was meant as one. "api:Door.open < 10" is a condition, of a channel of this name; what
// can be a call's name as well as a field is a call.
bool is_call(std::string_view word) {
  if (!word.starts_with(kApiName)) return false;
  const std::string_view name = word.substr(kApiName.size());
  return is_trigger_name(name) || name.find('.') == std::string_view::npos;
}

}  // namespace

Result<Trigger> Trigger::read(std::span<const std::string> words) {
  Trigger trigger;
  for (const std::string& text : words) {
    const std::string word(trim(text));
    if (word == kErrorFrame) {
      trigger.error_frame_ = true;
    } else if (word == kApi) {
      trigger.api_.any = true;
    } else if (is_call(word)) {
      const std::string name = word.substr(kApiName.size());
      if (name.empty()) {
        return Fault{FaultKind::config,
                     "\"api:\" has no name behind it; write \"api:door\", or \"api\" for calls of any name"};
      }
      if (!is_trigger_name(name)) {
        return Fault{FaultKind::config, "\"" + printable(word) +
                                            "\" cannot be called: a name is of letters, digits, '_', "
                                            "'-' and '.', 64 at most; write \"api:side_door\""};
      }
      trigger.api_.names.push_back(name);
    } else {
      auto condition = Condition::read(word);
      if (!condition) {
        return Fault{FaultKind::config, "\"" + printable(word) + "\" " + condition.fault().message};
      }
      trigger.conditions_.push_back(std::move(*condition));
    }
  }
  return trigger;
}

std::vector<std::string> Trigger::operands() const {
  std::vector<std::string> all;
  for (const Condition& condition : conditions_) {
    all.insert(all.end(), condition.operands().begin(), condition.operands().end());
  }
  return all;
}

void Trigger::bind(const Catalog& catalog) {
  for (Condition& condition : conditions_) condition.bind(catalog);
}

const std::string* Trigger::pulled_by(const Batch& batch) {
  for (Condition& condition : conditions_) {
    if (condition.look(batch).holds) return &condition.text();
  }
  if (!error_frame_) return nullptr;
  const auto ids = batch.raw->frames.id();
  const bool any = std::any_of(ids.begin(), ids.end(), [](std::uint32_t id) { return (id & kIdError) != 0; });
  return any ? &error_word_ : nullptr;
}

}  // namespace cantrail::mcap_sink
