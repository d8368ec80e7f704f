// How often each PID is asked for: three rates, and signals with a rate of their own.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "component/options.hpp"
#include "decode/obd2/answers.hpp"

namespace cantrail::obd2 {

struct Rates {
  Rate fast{4};         // what changes while one looks
  Rate normal{0.5};     // all the rest
  Rate slow{1.0 / 30};  // what hardly changes
  std::vector<NamedRate> of_signals;
};

// Per second, by PID; 0: never. Every PID that the built-in DBC knows, and those that `of_signals` names. The
// names are right.
[[nodiscard]] std::array<double, 256> rates_by_pid(const Rates& rates, std::span<const PidName> known);

// A signal of the DBC, or a PID as "0x5E". nullopt: neither.
[[nodiscard]] std::optional<std::uint8_t> find_pid(std::string_view name, std::span<const PidName> known);

// What is wrong with the names: messages that begin with the option.
[[nodiscard]] std::vector<std::string> problems_of(const Rates& rates, std::span<const PidName> known);

}  // namespace cantrail::obd2
