#include "journal/taken_by_cap.hpp"

#include <utility>

#include "journal/segment_state.hpp"

namespace cantrail::journal {

Place TakenByCap::place(const Segment& segment) const {
  return place_of(segment.name, read_segment_start(files_, segment, journal_));
}

void TakenByCap::begin_with(const Place& place) {
  auto removed = std::make_shared<Removed>(*segments_->removed());
  removed->kept_from = place;
  segments_->note_removed(std::move(removed));
}

void TakenByCap::take(const Segment& oldest, std::uint64_t at_once, const Segment* current,
                      const Place& end) {
  const auto known = segments_->removed();
  if (oldest.name < known->kept_from.name) return;
  auto removed = std::make_shared<Removed>(*known);
  if (removed->kept_from.name < oldest.name) removed->advance(place(oldest));
  SegmentPtr next = segments_->after(oldest);
  for (std::uint64_t bytes = oldest.disk_bytes; next && next.get() != current && bytes < at_once;) {
    removed->advance(place(*next));
    bytes += next->disk_bytes;
    next = segments_->after(*next);
  }
  removed->advance(next ? place(*next) : end);
  segments_->note_removed(std::move(removed));
  is_saved_ = false;
  save();
}

void TakenByCap::save() {
  if (is_saved_) return;
  is_saved_ = write_removed(files_, folder_, journal_, *segments_->removed()).ok();
}

void TakenByCap::save_again() {
  is_saved_ = false;
  save();
}

}  // namespace cantrail::journal
