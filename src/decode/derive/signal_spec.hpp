// A named signal as a configuration describes it. Plain data; part of a catalog's definition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/schema.hpp"

namespace cantrail::derive {

inline constexpr std::int64_t kDefaultMaxAgeNs = 60'000'000'000;

struct SignalSpec {
  std::string name;
  // One of the two:
  std::string from;        // [channel:]Stream.field
  std::string expression;  // of signals and fields

  std::string unit;
  std::string comment;
  std::vector<std::int64_t> absent;  // raw values of `from` that say "no value"
  // What is read or computed becomes, in this order:
  std::vector<std::pair<double, double>>
      table;                      // raw to value, ascending by raw; linear between, absent outside
  double factor = 1, offset = 0;  // value * factor + offset
  std::optional<int> round;       // digits behind the point
  std::optional<Band> valid;      // absent outside
  std::optional<Band> good;       // for display

  std::int64_t max_age_ns = kDefaultMaxAgeNs;  // of the values of other streams that it is computed of
  std::vector<std::string> copies;  // globs over the suffixes of copies that it is made for; none: all
  bool operator==(const SignalSpec&) const = default;
};

}  // namespace cantrail::derive
