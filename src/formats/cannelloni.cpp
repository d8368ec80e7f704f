#include "formats/cannelloni.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace cantrail::cannelloni {
namespace {

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kData = 0;
constexpr std::uint8_t kLengthIsFd = 0x80;
constexpr std::uint8_t kBrs = 1, kEsi = 2;  // CANFD_BRS, CANFD_ESI of linux/can.h
constexpr std::size_t kMaxFrames = 0xFFFF;

struct Decoded {
  FrameView frame;
  std::size_t bytes = 0;  // taken from the packet
  const char* problem = nullptr;
};

const char* problem_of(const FrameView& frame) {
  const bool fd = (frame.flags & kFlagFd) != 0;
  if (frame.length > (fd ? kMaxFrameBytes : kMaxClassicBytes)) return "has an impossible length";
  if (fd && frame.remote()) return "is a remote frame of CAN FD";
  const std::uint32_t bits = frame.id & kIdExtendedMask;
  if (!frame.extended() && !frame.error() && bits > kIdStandardMask) {
    return "has an identifier of more than 11 bits";
  }
  return nullptr;
}

// One frame off the front of `rest`.
Decoded decode_frame(std::span<const std::uint8_t> rest, const Reception& reception) {
  Decoded decoded;
  if (rest.size() < 5) return {.frame = {}, .bytes = 0, .problem = "is cut short"};
  FrameView& frame = decoded.frame;
  frame.time = reception.time;
  frame.channel = reception.channel;
  frame.flags = with_origin(0, reception.origin);
  frame.id = static_cast<std::uint32_t>(rest[0]) << 24 | static_cast<std::uint32_t>(rest[1]) << 16 |
             static_cast<std::uint32_t>(rest[2]) << 8 | rest[3];
  frame.length = rest[4] & static_cast<std::uint8_t>(~kLengthIsFd);
  decoded.bytes = 5;
  if ((rest[4] & kLengthIsFd) != 0) {
    if (rest.size() < 6) return {.frame = {}, .bytes = 0, .problem = "is cut short"};
    frame.flags |= kFlagFd;
    if ((rest[5] & kBrs) != 0) frame.flags |= kFlagBrs;
    if ((rest[5] & kEsi) != 0) frame.flags |= kFlagEsi;
    decoded.bytes = 6;
  }
  decoded.problem = problem_of(frame);
  if (decoded.problem != nullptr || frame.remote()) return decoded;
  if (rest.size() - decoded.bytes < frame.length) {
    decoded.problem = "is cut short";
    return decoded;
  }
  frame.data = rest.subspan(decoded.bytes, frame.length);
  decoded.bytes += frame.length;
  return decoded;
}

}  // namespace

std::size_t encoded_bytes(const FrameView& frame) {
  const std::size_t head = (frame.flags & kFlagFd) != 0 ? 6 : 5;
  return head + (frame.remote() ? 0 : frame.data.size());
}

PacketWriter::PacketWriter(std::size_t limit_bytes)
    : limit_bytes_(std::clamp(limit_bytes, kMinPacketBytes, kMaxPacketBytes)) {
  packet_.reserve(limit_bytes_);
  begin(0);
}

void PacketWriter::begin(std::uint8_t sequence) {
  count_ = 0;
  packet_.assign({kVersion, kData, sequence, 0, 0});
}

bool PacketWriter::add(const FrameView& frame) {
  if (count_ == kMaxFrames || packet_.size() + encoded_bytes(frame) > limit_bytes_) return false;
  const bool fd = (frame.flags & kFlagFd) != 0;
  for (const int shift : {24, 16, 8, 0}) packet_.push_back(static_cast<std::uint8_t>(frame.id >> shift));
  const std::size_t length = frame.remote() ? frame.length : frame.data.size();
  packet_.push_back(static_cast<std::uint8_t>(length | (fd ? kLengthIsFd : 0)));
  if (fd) {
    packet_.push_back(static_cast<std::uint8_t>(((frame.flags & kFlagBrs) != 0 ? kBrs : 0) |
                                                ((frame.flags & kFlagEsi) != 0 ? kEsi : 0)));
  }
  if (!frame.remote()) packet_.insert(packet_.end(), frame.data.begin(), frame.data.end());
  ++count_;
  packet_[3] = static_cast<std::uint8_t>(count_ >> 8);
  packet_[4] = static_cast<std::uint8_t>(count_);
  return true;
}

Result<PacketInfo> decode_packet(std::span<const std::uint8_t> packet, const Reception& reception,
                                 FrameBlock& out) {
  if (packet.size() < kHeaderBytes)
    return Fault{FaultKind::rejected, "not a packet of cannelloni: too short"};
  if (packet[0] != kVersion) {
    return Fault{FaultKind::rejected, "a packet of cannelloni's version " + std::to_string(packet[0]) +
                                          ", only version 2 can be read"};
  }
  if (packet[1] != kData) {
    return Fault{FaultKind::rejected, "a packet of cannelloni's operation " + std::to_string(packet[1]) +
                                          ", only 0 (data) can be read"};
  }
  const PacketInfo info{packet[2], static_cast<std::uint16_t>(packet[3] << 8 | packet[4])};
  const auto each_frame = [&](const auto& take) -> std::optional<Fault> {
    std::span<const std::uint8_t> rest = packet.subspan(kHeaderBytes);
    for (unsigned i = 0; i < info.frames; ++i) {
      const Decoded decoded = decode_frame(rest, reception);
      if (decoded.problem != nullptr) {
        return Fault{FaultKind::corrupt, "frame " + std::to_string(i + 1) + " of " +
                                             std::to_string(info.frames) + " in a packet of cannelloni " +
                                             decoded.problem};
      }
      take(decoded.frame);
      rest = rest.subspan(decoded.bytes);
    }
    if (rest.empty()) return std::nullopt;
    return Fault{FaultKind::corrupt, std::to_string(rest.size()) + " bytes behind the frames of a packet"};
  };
  if (auto fault = each_frame([](const FrameView&) {})) return *fault;
  if (auto fault = each_frame([&](const FrameView& frame) { out.append(frame); })) return *fault;
  return info;
}

}  // namespace cantrail::cannelloni
