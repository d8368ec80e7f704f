// What rows tell of the frame they were decoded from: the one place that says which identifier a row has,
// wherever it is shown, stored or recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "model/batch.hpp"

namespace cantrail {

// The rows of one block. `batch` and `block` must outlive it.
class RowFrames {
 public:
  RowFrames(const Batch& batch, const StreamBlock& block);

  // With kIdExtended. Of a message that came in one frame: the frame's. Of one that a transport protocol put
  // together: the one it would have had in one frame, which is the sender's, with the message's group (J1939)
  // or the identifier of its frames (ISO-TP). nullopt: rows of a source, and named signals.
  [[nodiscard]] std::optional<std::uint32_t> id(std::size_t row) const;
  // The bytes of that frame; of ISO-TP those of the last. Empty where there is no identifier, and where J1939
  // packets were put together: no frame has these signals.
  [[nodiscard]] std::span<const std::uint8_t> data(std::size_t row) const;

 private:
  // The group of the stream, where the row came in packets of another.
  [[nodiscard]] std::optional<std::uint32_t> carried_group(std::uint32_t id) const;

  const FrameBlock& frames_;
  std::span<const std::uint32_t> frame_;  // of each row; empty: they have none
  std::optional<std::uint32_t> group_;
};

}  // namespace cantrail
