// Has a source's interface up, at the bit rate that the configuration says.
#pragma once

#include <string>
#include <vector>

#include "component/context.hpp"
#include "sources/can_interface/can_socket.hpp"
#include "sources/can_interface/link_watch.hpp"

namespace cantrail::socketcan {

// That the interface is down and this process may not have it up, with what to type.
[[nodiscard]] Fault may_not_bring_up(const std::string& name, const LinkSettings& settings);
// Each bit rate at which the interface runs and that the configuration has otherwise, with what to type.
[[nodiscard]] std::vector<std::string> other_rates(const std::string& name, const LinkInfo& link,
                                                   const LinkSettings& settings);

// The source's thread.
class InterfaceSetup {
 public:
  InterfaceSetup(std::string name, const LinkSettings& settings)
      : name_(std::move(name)), settings_(settings) {}

  // The interface, up. One that is down is set up where a bit rate is configured and the process may
  // (CAP_NET_ADMIN), once for each time that it appears: one that somebody set down later stays down. One
  // that is up is never changed; where its bit rate is another, a warning names both. Faults: as
  // find_interface; `unavailable` while it is down, saying what to type.
  [[nodiscard]] Result<Interface> provide(int socket, const LinkWatch& links, const SourceContext& context);

 private:
  [[nodiscard]] Status bring_up(int index, bool is_virtual, Log& log, const std::string& who);
  void compare_rates(int index, const LinkInfo& link, Log& log, const std::string& who);

  const std::string name_;
  const LinkSettings settings_;
  int seen_up_ = 0;   // the index of the interface that was up already
  int compared_ = 0;  // … of which the bit rates are compared
};

}  // namespace cantrail::socketcan
