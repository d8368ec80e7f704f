#include "sources/datagram/ancillary.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>

#include <linux/errqueue.h>

namespace cantrail::datagram {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr Duration kLongestFromStampToQueue = std::chrono::milliseconds(50);

// Control messages are not promised to be aligned for the type they carry.
template <class T>
std::optional<T> content(const cmsghdr& control) {
  if (control.cmsg_len < CMSG_LEN(sizeof(T))) return std::nullopt;
  T value;
  std::memcpy(&value, CMSG_DATA(&control), sizeof(T));
  return value;
}

std::optional<WallTime> to_time(const timespec& time) {
  if (time.tv_sec == 0 && time.tv_nsec == 0) return std::nullopt;
  return WallTime{static_cast<std::int64_t>(time.tv_sec) * kNsPerSecond + time.tv_nsec};
}

void read_one(const cmsghdr& control, Ancillary& ancillary) {
  if (control.cmsg_type == SCM_TIMESTAMPING) {
    // [0] is the kernel's own time, [2] the controller's raw clock.
    if (const auto stamps = content<scm_timestamping>(control)) {
      ancillary.time = to_time(stamps->ts[0]);
      ancillary.hardware = to_time(stamps->ts[2]);
    }
  } else if (control.cmsg_type == SCM_TIMESTAMPNS) {
    if (const auto stamp = content<timespec>(control)) ancillary.time = to_time(*stamp);
  } else if (control.cmsg_type == SO_RXQ_OVFL) {
    ancillary.drops = content<std::uint32_t>(control).value_or(0);
  }
}

}  // namespace

Ancillary read_ancillary(const msghdr& message) {
  Ancillary ancillary;
  auto& header = const_cast<msghdr&>(message);  // CMSG_NXTHDR wants it so; nothing is written
  for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr;
       control = CMSG_NXTHDR(&header, control)) {
    if (control->cmsg_level == SOL_SOCKET) read_one(*control, ancillary);
  }
  return ancillary;
}

void OverflowCounter::restart(WallTime now) {
  last_time_ = now;
  last_drops_ = 0;
}

bool OverflowCounter::would_tell(std::uint32_t drops) const {
  return static_cast<std::int32_t>(drops - last_drops_) > 0;  // right across a wrap
}

std::optional<GapRecord> OverflowCounter::advance(WallTime time, std::uint32_t drops,
                                                  const std::string& where) {
  const WallTime from = last_time_;
  last_time_ = time;
  if (!would_tell(drops)) return std::nullopt;  // fewer: queued before the socket was asked, and told already
  const std::uint32_t lost = drops - last_drops_;
  last_drops_ = drops;
  return GapRecord{from, time, GapReason::receive_overflow, where, lost, 0};
}

std::optional<GapRecord> OverflowCounter::advance_idle(WallTime now, std::uint32_t drops,
                                                       const std::string& where) {
  auto gap = advance(std::max(last_time_, now - kLongestFromStampToQueue), drops, where);
  if (!gap) return gap;
  gap->from = gap->from + std::chrono::nanoseconds(1);
  gap->to = std::max(gap->from, gap->to);
  return gap;
}

}  // namespace cantrail::datagram
