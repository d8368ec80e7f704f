#include "decode/dbc/sorted_frames.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace cantrail::dbc {
namespace {
constexpr std::size_t kCountLine = 16;   // counts looked at together when searching for those above 0
constexpr std::size_t kManyBuckets = 8;  // times as many as frames
}  // namespace

std::uint64_t* AlignedWords::at_least(std::size_t words) {
  if (words > size_) {
    size_ = padded_rows(words + words / 2);
    words_.reset(static_cast<std::uint64_t*>(::operator new[](size_ * 8, std::align_val_t{64})));
    std::memset(words_.get(), 0, size_ * 8);
  }
  return words_.get();
}

SortedFrames::SortedFrames(std::size_t buckets, std::vector<std::uint8_t> needed_bytes)
    : needed_bytes_(std::move(needed_bytes)),
      count_((buckets + kCountLine - 1) / kCountLine * kCountLine),
      cursor_(count_.size()),
      touched_((count_.size() + 63) / 64) {
  needed_bytes_.resize(count_.size());
  present_.reserve(buckets);
}

void SortedFrames::sort(const FrameBlock& frames, const Routes& routes) {
  if (route_.size() < frames.size()) route_.resize(frames.size() + frames.size() / 2);
  count(frames, routes);
  const std::size_t rows = lay_out(frames.size());
  if (order_.size() < rows) order_.resize(rows + rows / 2);
  (void)words_.at_least(rows);
  place(frames);
}

void SortedFrames::count(const FrameBlock& frames, const Routes& routes) {
  const std::size_t size = frames.size();
  const std::uint32_t* const id = frames.id().data();
  const ChannelId* const channel = frames.channel().data();
  const std::uint8_t* const length = frames.length().data();
  const std::uint8_t* const needed = needed_bytes_.data();
  std::uint32_t* const route = route_.data();
  std::uint32_t* const counts = count_.data();
  const std::int64_t* const time = frames.time_ns().data();
  unsigned any_short = 0;
  for (std::size_t i = 0; i < size; ++i) {
    // Times are next read out of order, bucket by bucket, which the processor does not see coming.
    if (i % 8 == 0) __builtin_prefetch(time + i);
    const std::uint32_t bucket = routes.find(channel[i], id[i]);
    route[i] = bucket;
    ++counts[bucket];
    any_short |= static_cast<unsigned>(length[i] < needed[bucket]);
  }
  any_short_ = any_short != 0;
}

std::size_t SortedFrames::lay_out(std::size_t frames) {
  present_.clear();
  unrouted_ = std::exchange(count_[Routes::kNoBucket], 0);
  // Unrouted frames are placed too, behind nothing else's rows, so that place() has no branch.
  cursor_[Routes::kNoBucket] = 0;
  std::size_t at = padded_rows(unrouted_);
  if (count_.size() < frames * kManyBuckets) {
    for (std::size_t line = 0; line < count_.size(); line += kCountLine) {
      std::uint32_t any = 0;
      for (std::size_t i = 0; i < kCountLine; ++i) any |= count_[line + i];
      if (any == 0) continue;
      for (std::size_t bucket = line; bucket < line + kCountLine; ++bucket) at = add_present(bucket, at);
    }
    return at;
  }
  // Most counts are 0, and there are too many to look at.
  for (std::size_t i = 0; i < frames; ++i) touched_[route_[i] / 64] |= std::uint64_t{1} << (route_[i] % 64);
  for (std::size_t word = 0; word < touched_.size(); ++word) {
    for (std::uint64_t rest = std::exchange(touched_[word], 0); rest != 0; rest &= rest - 1) {
      at = add_present(word * 64 + static_cast<unsigned>(std::countr_zero(rest)), at);
    }
  }
  return at;
}

std::size_t SortedFrames::add_present(std::size_t bucket, std::size_t at) {
  const std::uint32_t rows = std::exchange(count_[bucket], 0);
  if (rows == 0) return at;
  const auto begin = static_cast<std::uint32_t>(at);
  cursor_[bucket] = begin;
  present_.push_back({static_cast<std::uint32_t>(bucket), begin, rows});
  return at + padded_rows(rows);
}

void SortedFrames::place(const FrameBlock& frames) {
  const std::size_t size = frames.size();
  const std::uint8_t* const payload = frames.payload().data();
  const std::uint32_t* const offset = frames.offset().data();
  const std::uint32_t* const route = route_.data();
  std::uint32_t* const cursor = cursor_.data();
  std::uint32_t* const order = order_.data();
  std::uint64_t* const words = words_.data();
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t at = cursor[route[i]]++;
    order[at] = static_cast<std::uint32_t>(i);
    std::memcpy(&words[at], payload + offset[i], sizeof words[at]);
  }
}

}  // namespace cantrail::dbc
