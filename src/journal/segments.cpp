#include "journal/segments.hpp"

#include <algorithm>

namespace cantrail::journal {
namespace {

bool comes_before(const SegmentName& name, const SegmentPtr& segment) {
  return name < segment->name;
}

}  // namespace

void Segments::add(SegmentPtr segment) {
  const std::scoped_lock lock(mutex_);
  disk_bytes_ += segment->disk_bytes;
  segments_.push_back(std::move(segment));
}

void Segments::remove_front() {
  const std::scoped_lock lock(mutex_);
  disk_bytes_ -= segments_.front()->disk_bytes;
  segments_.pop_front();
}

void Segments::remove_back() {
  const std::scoped_lock lock(mutex_);
  disk_bytes_ -= segments_.back()->disk_bytes;
  segments_.pop_back();
}

void Segments::set_disk_bytes(Segment& segment, std::uint64_t file_size) {
  const std::uint64_t bytes = whole_blocks(file_size);
  disk_bytes_ += bytes - segment.disk_bytes.exchange(bytes);
}

SegmentPtr Segments::front() const {
  const std::scoped_lock lock(mutex_);
  return segments_.empty() ? nullptr : segments_.front();
}

SegmentPtr Segments::back() const {
  const std::scoped_lock lock(mutex_);
  return segments_.empty() ? nullptr : segments_.back();
}

SegmentPtr Segments::after(const Segment& current) const {
  const std::scoped_lock lock(mutex_);
  auto at = std::upper_bound(segments_.begin(), segments_.end(), current.name, comes_before);
  if (at != segments_.begin() && (*(at - 1))->name == current.name && (at - 1)->get() != &current) --at;
  return at == segments_.end() ? nullptr : *at;
}

SegmentPtr Segments::after(const SegmentName& name) const {
  const std::scoped_lock lock(mutex_);
  const auto at = std::upper_bound(segments_.begin(), segments_.end(), name, comes_before);
  return at == segments_.end() ? nullptr : *at;
}

SegmentPtr Segments::before(const SegmentName& name) const {
  const std::scoped_lock lock(mutex_);
  SegmentPtr found;
  for (const SegmentPtr& segment : segments_) {
    if (!(segment->name < name)) break;
    found = segment;
  }
  return found;
}

SegmentPtr Segments::last_at_or_before(const SegmentName& name) const {
  const std::scoped_lock lock(mutex_);
  const auto at = std::upper_bound(segments_.begin(), segments_.end(), name, comes_before);
  return at == segments_.begin() ? nullptr : *(at - 1);
}

std::size_t Segments::count() const {
  const std::scoped_lock lock(mutex_);
  return segments_.size();
}

void Segments::note_removed(std::shared_ptr<const Removed> removed) {
  const std::scoped_lock lock(mutex_);
  if (removed_ && removed->kept_from.name < removed_->kept_from.name) return;
  removed_ = std::move(removed);
}

std::shared_ptr<const Removed> Segments::removed() const {
  const std::scoped_lock lock(mutex_);
  return removed_;
}

void Segments::note_damage(Segment& segment, std::uint64_t offset, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (offset < segment.damage_seen_to) return;
  segment.damage_seen_to = offset + bytes;
  ++damage_.places;
  damage_.bytes += bytes;
}

Segments::Damage Segments::damage() const {
  const std::scoped_lock lock(mutex_);
  return damage_;
}

std::deque<SegmentPtr> Segments::all() const {
  const std::scoped_lock lock(mutex_);
  return segments_;
}

}  // namespace cantrail::journal
