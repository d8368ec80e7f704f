#include "sinks/mcap/trigger.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "component/trigger_name.hpp"

namespace cantrail::mcap_sink {

Result<Trigger> Trigger::read(std::span<const std::string> words) {
  Trigger trigger;
  for (const std::string& text : words) {
    const std::string word(trim(text));
    if (word == kErrorFrame) {
      trigger.error_frame_ = true;
    } else if (word == kApi) {
      trigger.api_.any = true;
    } else if (word.starts_with("api:") && word.find('.') == std::string::npos) {
      const std::string name = word.substr(kApi.size() + 1);
      if (name.empty()) {
        return Fault{FaultKind::config,
                     "\"api:\" has no name behind it; write \"api:door\", or \"api\" for calls of any name"};
      }
      if (!is_trigger_name(name)) {
        return Fault{FaultKind::config, "\"" + printable(word) +
                                            "\" cannot be called: a name is of letters, digits, '_' and "
                                            "'-', 64 at most; write \"api:side_door\""};
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
