#include "sources/can_interface/link_watch.hpp"

#include <algorithm>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sources/can_interface/hardware_clock.hpp"
#include "sources/can_interface/netlink.hpp"

namespace cantrail::socketcan {
namespace {

constexpr Duration kLookEvery = std::chrono::seconds(1);
constexpr auto kFirstAnswer = std::chrono::milliseconds(500);

}  // namespace

LinkWatch::LinkWatch(Clock& clock) : clock_(clock), stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  auto netlink = open_netlink(true);
  if (!netlink || !stop_.is_open()) return;
  netlink_ = std::move(*netlink);
  thread_ = std::thread([this] { run(); });
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, kFirstAnswer, [&] { return version() != 0; });
}

LinkWatch::~LinkWatch() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof one) == sizeof one) thread_.join();
}

void LinkWatch::run() {
  MonoTime next_look = clock_.mono();
  pollfd stopped{stop_.get(), POLLIN, 0};
  while (::poll(&stopped, 1, 0) == 0) {
    if (clock_.mono() >= next_look || std::exchange(look_again_, false)) {
      next_look = clock_.mono() + kLookEvery;
      (void)send_netlink(netlink_.get(), list_request(++sequence_));  // failed: the next one is a second away
    }
    wait_for_news(next_look);
    receive();
  }
}

void LinkWatch::wait_for_news(MonoTime next_look) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(next_look - clock_.mono()).count() + 1;
  pollfd wanted[]{{netlink_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  (void)::poll(wanted, 2, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1000)));
}

void LinkWatch::receive() {
  bool any = false, listed = false;
  while (true) {
    const auto datagram = receive_netlink(netlink_.get(), buffer_);
    if (!datagram) {
      look_again_ = datagram.fault().kind == FaultKind::exhausted;
      break;
    }
    if (datagram->empty()) break;
    const std::lock_guard lock(mutex_);
    for_each_link_news(*datagram, [&](const LinkNews& news) {
      take(news);
      any = any || news.what != LinkNews::What::other;
      listed = listed || news.what == LinkNews::What::end_of_list;
    });
  }
  if (!any) return;
  if (listed) check_hardware_clocks();
  const std::lock_guard lock(mutex_);
  version_.fetch_add(1, std::memory_order_release);
  changed_.notify_all();
}

// With the lock held.
void LinkWatch::take(const LinkNews& news) {
  const WallTime now = clock_.wall();
  if (news.what == LinkNews::What::end_of_list && news.sequence == sequence_) return forget_unlisted();
  if (news.what == LinkNews::What::gone) {
    const auto known = links_.find(news.link.name);
    if (known == links_.end() || known->second.link.info.index != news.link.index) return;
    WatchedLink& link = known->second.link;
    if (link.info.up) {
      ++link.outages;
      link.down_at = now;
    }
    link.present = link.info.up = false;
    return;
  }
  if (news.what != LinkNews::What::is) return;
  // Renamed: what it was called is gone.
  for (auto& [name, entry] : links_) {
    if (name != news.link.name && entry.link.info.index == news.link.index) {
      entry.link.present = entry.link.info.up = false;
    }
  }
  const auto [at, added] = links_.try_emplace(news.link.name);
  WatchedLink& link = at->second.link;
  const bool was_up = !added && link.info.up, another = !added && link.info.index != news.link.index;
  const bool hardware_time = !another && link.info.hardware_time;
  if (was_up && (!news.link.up || another)) {
    ++link.outages;
    link.down_at = now;
  }
  if (added || another) link.made_at = now;
  if (news.link.up && (!was_up || another)) link.up_at = now;
  link.info = news.link;
  link.info.hardware_time = hardware_time;
  link.looked_at = now;
  link.present = true;
  if (news.sequence != 0) at->second.listed = news.sequence;
  if (added || another) at->second.listed = sequence_;
}

// Its removal was among what the kernel had no room to tell.
void LinkWatch::forget_unlisted() {
  for (auto& [name, entry] : links_) {
    if (entry.listed == sequence_ || !entry.link.present) continue;
    LinkNews gone;
    gone.what = LinkNews::What::gone;
    gone.link.name = name;
    gone.link.index = entry.link.info.index;
    take(gone);
  }
}

void LinkWatch::check_hardware_clocks() {
  const datagram::Descriptor asking(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  for (const WatchedLink& link : links()) {
    if (!link.present || link.info.is_virtual() || !asking.is_open()) continue;
    const std::optional<int> clock = receive_clock(asking.get(), link.info.name);
    const bool usable = clock && shows_wall_time(*clock);
    const std::lock_guard lock(mutex_);
    links_[link.info.name].link.info.hardware_time = usable;
  }
}

std::vector<WatchedLink> LinkWatch::links() const {
  const std::lock_guard lock(mutex_);
  std::vector<WatchedLink> all;
  for (const auto& [name, entry] : links_) all.push_back(entry.link);
  return all;
}

std::optional<WatchedLink> LinkWatch::find(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  const auto at = links_.find(name);
  return at != links_.end() ? std::optional(at->second.link) : std::nullopt;
}

bool LinkWatch::wait_for(const std::string& name, MonoTime deadline,
                         const std::function<bool(const LinkInfo&)>& wanted) const {
  std::unique_lock lock(mutex_);
  const auto there = [&] {
    const auto at = links_.find(name);
    return at != links_.end() && at->second.link.present && wanted(at->second.link.info);
  };
  while (!there()) {
    const Duration left = deadline - clock_.mono();
    if (left <= Duration::zero() || changed_.wait_for(lock, left) == std::cv_status::timeout) return there();
  }
  return true;
}

}  // namespace cantrail::socketcan
