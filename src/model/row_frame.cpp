#include "model/row_frame.hpp"

#include "model/j1939_identifier.hpp"

namespace cantrail {

RowFrames::RowFrames(const Batch& batch, const StreamBlock& block) : frames_(batch.raw->frames) {
  if (block.frame().empty()) return;
  const StreamInfo& stream = batch.raw->catalog->streams[block.stream()];
  // A named signal's rows have frames, which are those of what it is computed of.
  if (!stream.named_signal) frame_ = block.frame();
  group_ = stream.row->group;
}

std::optional<std::uint32_t> RowFrames::carried_group(std::uint32_t id) const {
  const bool is_packet = group_ && group_ != j1939::kDataTransfer && (id & kIdExtended) != 0 &&
                         j1939::parse(id).group == j1939::kDataTransfer;
  return is_packet ? group_ : std::nullopt;
}

std::optional<std::uint32_t> RowFrames::id(std::size_t row) const {
  if (frame_.empty()) return std::nullopt;
  const std::uint32_t id = frames_.id()[frame_[row]] & (kIdExtended | kIdExtendedMask);
  const auto group = carried_group(id);
  return group ? kIdExtended | j1939::with_group(id, *group) : id;
}

std::span<const std::uint8_t> RowFrames::data(std::size_t row) const {
  if (frame_.empty()) return {};
  const FrameView frame = frames_[frame_[row]];
  if (carried_group(frame.id)) return {};
  return frame.data;
}

}  // namespace cantrail
