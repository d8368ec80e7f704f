// Where messages come in, whatever carries them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/time.hpp"
#include "component/context.hpp"
#include "component/frame_builder.hpp"
#include "sources/protobuf/wire.hpp"

namespace cantrail::protobuf {

struct Message {
  ByteSpan bytes;
  WallTime arrived;
  std::uint32_t sender = 0;  // as the port numbers them
};

// What came beside messages.
struct PortNews {
  std::uint64_t malformed = 0;  // messages lost because they were none, or too large
  std::string complaint;        // about the last of them
  std::vector<GapRecord> gaps;
};

// The source's thread.
class Port {
 public:
  virtual ~Port() = default;

  virtual Status open(const SourceContext& context) = 0;
  virtual void close() = 0;

  // Waits until the deadline for something to come, and reads it: not longer than that takes. Ends the life
  // of what take() gave, but for senders that are held. Fault: the port is gone.
  virtual Status receive(MonoTime deadline) = 0;

  // Whole messages, at most so many, in each sender's order and fairly between senders. One over
  // kMostInlineBytes is the last that its sender has in one take.
  virtual void take(RowRoom most, std::vector<Message>& messages, PortNews& news) = 0;

  // The sender's last message stays valid, and nothing more of it is read, until release().
  virtual void hold(std::uint32_t sender) = 0;
  virtual void release(std::uint32_t sender) = 0;

  // For a user who sees no data: who is there.
  [[nodiscard]] virtual std::string senders() const = 0;
  // The port that the kernel chose where 0 is configured.
  [[nodiscard]] virtual std::uint16_t number() const = 0;
};

}  // namespace cantrail::protobuf
