#include "sources/can_interface/probe.hpp"

#include <algorithm>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sources/can_interface/can_socket.hpp"
#include "sources/can_interface/interface_setup.hpp"
#include "sources/can_interface/link_watch.hpp"

namespace cantrail::socketcan {
namespace {

bool may_configure_interfaces() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};
  return ::syscall(SYS_capget, &header, data) == 0 && (data[0].effective & 1U << CAP_NET_ADMIN) != 0;
}

Finding warning(std::string message) {
  return {Severity::warning, std::move(message)};
}

Findings probe_one(int socket, const std::string& name, const LinkSettings& settings,
                   const ProbeContext& context) {
  const Result<Interface> interface = find_interface(socket, name, settings);
  if (!interface) return {finding_of(interface.fault(), "interface")};
  if (!interface->up) {
    if (!settings.bitrate) return {finding_of(interface_down(name, settings), "interface")};
    if (may_configure_interfaces()) return {};
    return {finding_of(may_not_bring_up(name, settings), "bitrate")};
  }
  Findings found;
  if (const auto link = LinkWatch(context.clock).find(name); link && !link->info.is_virtual()) {
    for (std::string& text : other_rates(name, link->info, settings)) {
      found.push_back(warning("bitrate: " + std::move(text)));
    }
  }
  return found;
}

Findings probe_all(const ProbeContext& context) {
  const LinkWatch watch(context.clock);
  const auto links = watch.links();
  const bool any_up =
      std::any_of(links.begin(), links.end(), [](const WatchedLink& link) { return link.info.up; });
  if (any_up) return {};
  return {warning(links.empty() ? "interface: this machine has no CAN interface now; plug one in"
                                : "interface: no CAN interface is up; bring one up with " +
                                      up_hint(links.front().info.name, {}))};
}

}  // namespace

Findings probe(const Options& options, const ProbeContext& context) {
  const auto socket = open_raw_socket();
  if (!socket) return {finding_of(socket.fault(), "")};
  if (options.any()) return probe_all(context);
  return probe_one(socket->get(), options.interface_of(context.name), options.settings(), context);
}

}  // namespace cantrail::socketcan
