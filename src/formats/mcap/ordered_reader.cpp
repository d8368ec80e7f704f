#include "formats/mcap/ordered_reader.hpp"

#include <algorithm>

#include "formats/mcap/chunk_builder.hpp"

namespace cantrail::mcap {
namespace {

constexpr std::size_t kBatchMessages = 512;
constexpr std::uint64_t kLeastShareBytes = 4096;

bool later(const std::unique_ptr<OpenBlock>& a, const std::unique_ptr<OpenBlock>& b) {
  return b->key() < a->key();
}

// Offsets in a block have 32 bits.
Limits with_small_offsets(Limits limits) {
  limits.most_chunk_bytes = std::min<std::uint64_t>(limits.most_chunk_bytes, kMostChunkBytes);
  return limits;
}

}  // namespace

OrderedReader::OrderedReader(const ByteSource& source, const Summary& summary, const Selection& selection,
                             const Limits& limits)
    : source_(source),
      summary_(summary),
      limits_(with_small_offsets(limits)),
      from_ns_(selection.from_ns),
      until_ns_(selection.until_ns),
      all_channels_(!selection.channels),
      decoder_(limits_) {
  if (selection.channels) {
    for (const Channel& channel : summary.definitions.channels()) {
      if (selection.channels(channel)) selected_.set(channel.id);
    }
  }
  find_places();
  batch_.reserve(kBatchMessages);
}

bool OrderedReader::may_hold_selected(std::size_t chunk) {
  if (all_channels_) return true;
  summary_.chunks.indexes(chunk, indexes_);
  return indexes_.empty() || std::any_of(indexes_.begin(), indexes_.end(),
                                         [&](const IndexPlace& index) { return selected_[index.channel]; });
}

void OrderedReader::find_places() {
  const auto in_time = [&](std::uint64_t start_ns, std::uint64_t end_ns) {
    return end_ns >= from_ns_ && (!until_ns_ || start_ns < *until_ns_);
  };
  const std::size_t chunks = summary_.chunks.size();
  for (std::size_t i = 0; i < chunks; ++i) {
    const ChunkPlace& chunk = summary_.chunks[i];
    if (in_time(chunk.start_ns, chunk.end_ns) && may_hold_selected(i)) {
      places_.push_back({chunk.start_ns, chunk.offset, i});
    }
  }
  for (std::size_t i = 0; i < summary_.runs.size(); ++i) {
    const MessageRun& run = summary_.runs[i];
    if (in_time(run.start_ns, run.end_ns)) places_.push_back({run.start_ns, run.offset, chunks + i});
  }
  std::sort(places_.begin(), places_.end(), [](const Place& a, const Place& b) {
    return a.start_ns != b.start_ns ? a.start_ns < b.start_ns : a.offset < b.offset;
  });
}

Result<std::span<const Message>> OrderedReader::next() {
  batch_.clear();
  while (!fault_ && batch_.empty()) {
    // Memory changes hands only here, where no message is in the caller's.
    if (Status status = advance(); !status) {
      fault_ = status.fault();
    } else if (open_.empty()) {
      break;
    } else {
      emit();
    }
  }
  if (fault_) return *fault_;
  return std::span<const Message>(batch_);
}

Status OrderedReader::advance() {
  Status status = refill();
  return status ? open_due() : status;
}

// What was handed out to its end: it was trimmed and goes on, or it is done.
Status OrderedReader::refill() {
  if (!spent_ || !spent_->has_more()) return {};
  auto block = std::move(spent_);
  return fill(std::move(block), true);
}

Status OrderedReader::open_due() {
  while (next_place_ < places_.size() &&
         (open_.empty() || places_[next_place_].start_ns <= open_.front()->key().time_ns)) {
    auto block = spent_ ? std::move(spent_) : std::make_unique<OpenBlock>();
    block->assign(next_place_, places_[next_place_].offset);
    ++next_place_;
    if (Status status = fill(std::move(block), false); !status) return status;
  }
  return {};
}

Status OrderedReader::fill(std::unique_ptr<OpenBlock> block, bool again) {
  const auto loaded = load(*block);
  if (!loaded) return loaded.fault();
  const Place& place = places_[block->place()];
  bool whole = false;
  if (!*loaded) {
    whole = block->start([this](std::uint16_t channel, std::uint64_t time_ns) {
      return (all_channels_ || selected_[channel]) && time_ns >= from_ns_ &&
             (!until_ns_ || time_ns < *until_ns_);
    });
  }
  if (*loaded || (!whole && !again)) {
    const std::uint64_t bytes =
        place.chunk < summary_.chunks.size() ? summary_.chunks[place.chunk].length : 0;
    damage_.add({loaded->value_or(DamageKind::chunk_content), place.offset, bytes});
  }
  if (*loaded) block->assign(block->place(), place.offset);
  if (block->empty()) {
    spent_ = std::move(block);
    return {};
  }
  open_bytes_ += block->memory_bytes();
  open_.push_back(std::move(block));
  std::push_heap(open_.begin(), open_.end(), later);
  if (open_bytes_ > limits_.most_open_bytes && open_.size() > 1) shrink();
  return {};
}

Result<std::optional<DamageKind>> OrderedReader::load(OpenBlock& block) {
  const Place& place = places_[block.place()];
  const std::size_t chunks = summary_.chunks.size();
  if (place.chunk < chunks) return decoder_.read(source_, summary_.chunks[place.chunk], block.loaded);
  const MessageRun& run = summary_.runs[place.chunk - chunks];
  block.loaded.records = {};
  if (run.bytes > limits_.most_chunk_bytes) return std::optional(DamageKind::too_large);
  ByteBuffer& memory = block.loaded.memory;
  memory.clear();
  memory.reserve(run.bytes);
  const auto got = source_.read_at(run.offset, {memory.data(), run.bytes});
  if (!got) return got.fault();
  memory.set_size(*got);
  block.loaded.records = memory.span();
  return std::optional<DamageKind>();
}

// So many are open that each keeps its next messages only. Half of the budget, so that this is not done for
// each one that comes.
void OrderedReader::shrink() {
  const std::uint64_t share = std::max(limits_.most_open_bytes / 2 / open_.size(), kLeastShareBytes);
  open_bytes_ = 0;
  for (const auto& block : open_) {
    if (block->memory_bytes() > share) block->trim(share);
    open_bytes_ += block->memory_bytes();
  }
}

void OrderedReader::emit() {
  while (!open_.empty() && batch_.size() < kBatchMessages) {
    std::pop_heap(open_.begin(), open_.end(), later);
    OpenBlock& first = *open_.back();
    const OrderKey none{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint32_t{0}};
    const OrderKey other = open_.size() > 1 ? open_.front()->key() : none;
    // A place that is not open yet has no message before its start.
    const bool all_open = next_place_ == places_.size();
    const std::uint64_t start_ns = all_open ? 0 : places_[next_place_].start_ns;
    while (!first.empty() && batch_.size() < kBatchMessages) {
      const OrderKey key = first.key();
      if (other < key || (!all_open && key.time_ns >= start_ns)) break;
      first.take(batch_.emplace_back());
    }
    if (first.empty()) {
      open_bytes_ -= first.memory_bytes();
      spent_ = std::move(open_.back());
      open_.pop_back();
      return;  // its messages have to be gone before its memory is used again
    }
    const bool due = !all_open && first.key().time_ns >= start_ns;
    std::push_heap(open_.begin(), open_.end(), later);
    if (due) return;
  }
}

}  // namespace cantrail::mcap
