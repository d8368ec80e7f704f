// What makes a triggered recording: the option `trigger`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "component/recording_list.hpp"
#include "model/batch.hpp"
#include "sinks/mcap/condition.hpp"

namespace cantrail::mcap_sink {

inline constexpr std::string_view kErrorFrame = "error_frame";  // one came from the bus
inline constexpr std::string_view kApi = "api";  // POST /api/trigger; "api:NAME" with that name

// One thread.
class Trigger {
 public:
  // Words: conditions, kErrorFrame, kApi. Fault `config`: what is wrong, as it follows the option's name.
  static Result<Trigger> read(std::span<const std::string> words);

  [[nodiscard]] bool empty() const {
    return !error_frame_ && !api_.any && api_.names.empty() && conditions_.empty();
  }
  [[nodiscard]] std::vector<std::string> operands() const;  // of all conditions
  [[nodiscard]] const CallTriggers& api() const { return api_; }

  void bind(const Catalog& catalog);
  // The word that a batch makes true; nullptr: none.
  [[nodiscard]] const std::string* pulled_by(const Batch& batch);

 private:
  std::vector<Condition> conditions_;
  bool error_frame_ = false;
  CallTriggers api_;  // without times
  std::string error_word_{kErrorFrame};
};

}  // namespace cantrail::mcap_sink
