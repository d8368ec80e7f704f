#include "server/frame_tally.hpp"

namespace cantrail::server {
namespace {

constexpr unsigned kSlotBits = 12;
constexpr std::size_t kMostUsed = (std::size_t{1} << kSlotBits) / 2;

}  // namespace

FrameTally::FrameTally(FrameState& state) : state_(state), slots_(std::size_t{1} << kSlotBits) {
  used_.reserve(kMostUsed);
  seen_.reserve(kMostUsed);
}

FrameTally::Slot& FrameTally::slot_of(std::uint64_t key) {
  std::size_t at = (key * 0x9E3779B97F4A7C15ULL) >> (64 - kSlotBits);
  while (slots_[at].round == round_ && slots_[at].key != key) at = (at + 1) & (slots_.size() - 1);
  Slot& slot = slots_[at];
  if (slot.round != round_) {
    slot = {};
    slot.key = key;
    slot.round = round_;
    used_.push_back(static_cast<std::uint32_t>(at));
  }
  return slot;
}

void FrameTally::add(const RawBatch& batch) {
  const auto ids = batch.frames.id();
  const auto channels = batch.frames.channel();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (used_.size() == kMostUsed) publish();
    Slot& slot = slot_of(std::uint64_t{channels[i]} << 32 | ids[i]);
    slot.batch = &batch;
    slot.index = static_cast<std::uint32_t>(i);
    ++slot.count;
  }
}

void FrameTally::publish() {
  if (used_.empty()) return;
  for (const std::uint32_t at : used_) {
    const Slot& slot = slots_[at];
    seen_.push_back({slot.batch->frames[slot.index], slot.batch->clock.mono, slot.count});
  }
  state_.take(seen_);
  seen_.clear();
  used_.clear();
  if (++round_ == 0) {  // slots of the first round would come to life again
    slots_.assign(slots_.size(), {});
    round_ = 1;
  }
}

}  // namespace cantrail::server
