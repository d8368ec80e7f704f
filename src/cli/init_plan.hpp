// What `cantrail init` will write: the answers, and the configuration made from them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/init_findings.hpp"

namespace cantrail::cli {

struct InitBus {
  std::string interface;
  std::optional<std::int64_t> bitrate;  // none: a virtual interface
  std::string dbc;                      // relative to the configuration; empty: frames stay undecoded
};

struct InitPlan {
  std::string node;
  std::vector<InitBus> buses;  // empty: the simulated car
  std::string simulated_dbc = "leaf.dbc";
  std::string data = "data";
  std::string listen = "127.0.0.1:8080";
};

inline constexpr std::int64_t kUsualBitRate = 500'000;

// The DBC that probably describes this interface: the one whose name holds the interface's, else the first
// that can be read; empty: there is none.
[[nodiscard]] std::string likely_dbc(const std::string& interface, const std::vector<FoundDbc>& dbcs);

// What Enter to every question comes to.
[[nodiscard]] InitPlan default_plan(const std::string& node, const std::vector<CanInterface>& interfaces,
                                    const std::vector<FoundDbc>& dbcs);

// The configuration as TOML, with comments. `name` is what its own comments call the file.
[[nodiscard]] std::string config_text(const InitPlan& plan, const std::string& name);

// "500000", "500_000", "500k", "1M" → bit/s; nullopt: none of these.
[[nodiscard]] std::optional<std::int64_t> parse_bit_rate(std::string_view text);

// Whether buses run at that rate, give or take one in a hundred: "8080" is a slip of the hand.
[[nodiscard]] bool is_usual_bit_rate(std::int64_t bits_per_s);

}  // namespace cantrail::cli
