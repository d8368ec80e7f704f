// [server] of the configuration.
#pragma once

#include <string>
#include <vector>

#include "component/options.hpp"

namespace cantrail::server {

struct ServerOptions {
  bool enabled = true;
  std::string listen = "127.0.0.1:8080";

  void describe(OptionVisitor& visitor);
  [[nodiscard]] std::vector<std::string> problems() const;
};

}  // namespace cantrail::server
