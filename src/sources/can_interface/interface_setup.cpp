#include "sources/can_interface/interface_setup.hpp"

#include <array>
#include <cerrno>

#include <unistd.h>

#include "base/text.hpp"
#include "sources/can_interface/netlink.hpp"

namespace cantrail::socketcan {
namespace {

constexpr Duration kNews = std::chrono::milliseconds(100);  // of an interface that was made a moment ago

std::string this_program() {
  std::array<char, 4096> path{};
  const ssize_t length = ::readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || static_cast<std::size_t>(length) == path.size()) return "$(command -v cantrail)";
  return {path.data(), static_cast<std::size_t>(length)};
}

std::string rate(std::uint32_t bitrate) {
  return format_count(bitrate) + " bit/s";
}

}  // namespace

Fault may_not_bring_up(const std::string& name, const LinkSettings& settings) {
  const std::string command = up_hint(name, settings);
  return {FaultKind::unavailable,
          "interface " + name + " is down, and cantrail may not bring it up; type `sudo " +
              command.substr(1) + ", or allow it with `sudo setcap cap_net_admin+ep " + this_program() +
              "` and start it again"};
}

std::vector<std::string> other_rates(const std::string& name, const LinkInfo& link,
                                     const LinkSettings& settings) {
  std::vector<std::string> texts;
  const auto compare = [&](const std::string& what, std::optional<std::uint32_t> is,
                           std::optional<std::uint32_t> wanted) {
    if (!is || !wanted || *is == *wanted) return;
    texts.push_back(name + " runs at " + rate(*is) + what + ", the configuration says " + rate(*wanted) +
                    "; it is left as it is; to change it: `ip link set " + name + " down`, then " +
                    up_hint(name, settings));
  };
  compare("", link.bitrate, settings.bitrate);
  compare(" in the data phase", link.data_bitrate, settings.data_bitrate);
  return texts;
}

Result<Interface> InterfaceSetup::provide(int socket, const LinkWatch& links, const SourceContext& context) {
  Log& log = context.log;
  const std::string& who = context.name;
  const Clock& clock = context.clock;
  Result<Interface> found = find_interface(socket, name_, settings_);
  if (!found) return found;
  const bool known = links.wait_for(name_, clock.mono() + kNews,
                                    [&](const LinkInfo& news) { return news.index == found->index; });
  const std::optional<WatchedLink> link = links.find(name_);
  const bool is_virtual = known ? link->info.is_virtual() : name_.starts_with("vcan");
  if (!found->up) {
    if (!settings_.bitrate || seen_up_ == found->index) return interface_down(name_, settings_);
    if (const Status up = bring_up(found->index, is_virtual, log, who); !up) return up.fault();
    found = find_interface(socket, name_, settings_);
    if (!found) return found;
    if (!found->up) return interface_down(name_, settings_);
    compared_ = is_virtual ? 0 : found->index;  // it runs as it was told
  }
  seen_up_ = found->index;
  if (known) compare_rates(found->index, link->info, log, who);
  return found;
}

Status InterfaceSetup::bring_up(int index, bool is_virtual, Log& log, const std::string& who) {
  const int error = set_link_up(index, is_virtual ? LinkSettings{} : settings_);
  if (error == 0) {
    log.write(Severity::note, who,
              "brought " + name_ + " up" + (is_virtual ? "" : " at " + rate(*settings_.bitrate)));
    return {};
  }
  if (error == EPERM || error == EACCES) return may_not_bring_up(name_, settings_);
  return {FaultKind::unavailable, "interface " + name_ + " is down, and the kernel does not bring it up at " +
                                      rate(*settings_.bitrate) + ": " + errno_fault(name_, error).message};
}

void InterfaceSetup::compare_rates(int index, const LinkInfo& link, Log& log, const std::string& who) {
  if (compared_ == index || !settings_.bitrate) return;
  compared_ = index;
  if (link.is_virtual()) {
    log.write(Severity::note, who, name_ + " is virtual and has no bit rate: bitrate is ignored");
    return;
  }
  for (const std::string& text : other_rates(name_, link, settings_)) {
    log.write(Severity::warning, who, text);
  }
}

}  // namespace cantrail::socketcan
