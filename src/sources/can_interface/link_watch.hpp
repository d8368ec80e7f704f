// What becomes of this machine's CAN interfaces. A thread of its own asks rtnetlink once a second and hears
// of each change at once. It is not the source's thread because the kernel may hold an answer back for as
// long as some driver is busy, and frames must be read meanwhile.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/status.hpp"
#include "sources/can_interface/link_message.hpp"
#include "sources/datagram/descriptor.hpp"

namespace cantrail::socketcan {

struct WatchedLink {
  LinkInfo info;
  WallTime looked_at;  // when the kernel said all of this
  // How often it went down or away since it was first seen, and when last; and when it came up last.
  std::uint64_t outages = 0;
  WallTime down_at, up_at;
  WallTime made_at;  // when this interface, by its index, was seen first
  bool present = true;
};

// Thread-safe. An interface that is removed stays in the list, absent; one that is made again under its name
// takes its place.
class LinkWatch {
 public:
  // Begins at once; the first answer is waited for, half a second at most. Where there is no rtnetlink,
  // nothing is ever known.
  explicit LinkWatch(Clock& clock);
  ~LinkWatch();
  LinkWatch(const LinkWatch&) = delete;
  LinkWatch& operator=(const LinkWatch&) = delete;

  // Grows with each answer. Cheap: meant to be compared before every read.
  [[nodiscard]] std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
  [[nodiscard]] std::vector<WatchedLink> links() const;  // by name
  [[nodiscard]] std::optional<WatchedLink> find(const std::string& name) const;

  // Waits until the interface is there and `wanted`, at most until `deadline`; whether it is.
  [[nodiscard]] bool wait_for(const std::string& name, MonoTime deadline,
                              const std::function<bool(const LinkInfo&)>& wanted) const;

 private:
  void run();
  void wait_for_news(MonoTime next_look);
  void receive();
  void take(const LinkNews& news);
  void forget_unlisted();
  void check_hardware_clocks();

  Clock& clock_;
  datagram::Descriptor stop_;  // an eventfd

  // Of the thread alone:
  datagram::Descriptor netlink_;
  std::vector<std::byte> buffer_;
  std::uint32_t sequence_ = 0;
  bool look_again_ = false;

  std::atomic<std::uint64_t> version_{0};
  mutable std::mutex mutex_;  // guards what follows
  mutable std::condition_variable changed_;
  struct Entry {
    WatchedLink link;
    std::uint32_t listed = 0;  // by which request's answer
  };
  std::map<std::string, Entry> links_;

  std::thread thread_;
};

}  // namespace cantrail::socketcan
