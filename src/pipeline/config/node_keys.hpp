// The keys at the top of a configuration and in [node].
#pragma once

#include <cstdint>
#include <string>

#include "component/options.hpp"

namespace cantrail {

inline constexpr std::int64_t kConfigVersion = 1;

struct TopKeys {
  std::int64_t config_version = kConfigVersion;
  Path env_file;
  Path data{"data"};
  void describe(OptionVisitor& visitor);
  // The same in two halves: what the first one gives is needed to read the second.
  void describe_origins(OptionVisitor& visitor);
  void describe_rest(OptionVisitor& visitor);
};

struct NodeKeys {
  std::string name;  // empty in the description: it is this machine's
  std::string timezone = "UTC";
  void describe(OptionVisitor& visitor);
};

}  // namespace cantrail
