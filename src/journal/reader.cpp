#include "journal/reader.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "journal/missing.hpp"
#include "journal/scan.hpp"
#include "journal/segment_state.hpp"

namespace cantrail::journal {
namespace {

// The catalog record's definition, if the payload is one of this digest.
std::optional<std::string> definition_in(std::span<const std::byte> payload, const Digest& digest) {
  CatalogRecord fixed;
  if (!load(payload, fixed) || fixed.digest != digest.bytes) return std::nullopt;
  if (fixed.definition_bytes > payload.size() - sizeof fixed) return std::nullopt;
  return std::string(as_text(payload.subspan(sizeof fixed, fixed.definition_bytes)));
}

// What is missing directly before a segment of this name ends there: behind the start of the one that it
// names, if it does.
SegmentName end_of_previous(const SegmentName& name, const std::optional<SegmentHeader>& header) {
  const bool names_one = header && header->previous_end != 0;
  return names_one ? SegmentName{name.epoch, header->previous_first_seq + 1} : name;
}

class Reader final : public JournalReader {
 public:
  Reader(FileSystem& files, std::shared_ptr<Segments> segments, const JournalId& journal,
         const Position& from)
      : files_(files), segments_(std::move(segments)), journal_(journal), from_(from) {
    begin_at(from);
  }

  Result<std::optional<Item>> next() override;
  [[nodiscard]] bool suspects() const override { return missing_.suspects(); }
  Result<std::string> definition(const Digest& digest) override;

 private:
  // One segment that is open.
  struct At {
    SegmentPtr segment;
    std::unique_ptr<File> file;
    RecordScan scan;
    std::uint64_t limit = 0;     // of a segment of an earlier epoch: how much of it counts
    bool last_of_epoch = false;  // of an earlier epoch: then bytes that are no record are a torn tail
    bool is_first = false;       // of its epoch
    bool header_whole = false;
    SegmentName end_of_previous{};
    bool has_records = false;
  };

  void begin_at(const Position& from);
  [[nodiscard]] SegmentPtr next_segment();
  [[nodiscard]] SegmentPtr first_segment();
  Status enter(const SegmentPtr& segment);
  void check_adjacent(const SegmentPtr& segment, const SegmentHeader& header);
  [[nodiscard]] GapReason reason_of_absence(const SegmentName& end) const;
  [[nodiscard]] bool cap_took(const Segment& segment) const;
  void damaged(std::uint64_t offset, std::uint64_t bytes);
  void leave(std::uint64_t limit);
  // The item that the record makes, if it is a batch that was asked for.
  std::optional<Item> take(const Record& record);
  std::optional<Item> take_batch(const Record& record);
  Result<std::string> definition_from(const Segment& segment, const File& file, const Digest& digest) const;

  FileSystem& files_;
  const std::shared_ptr<Segments> segments_;
  const JournalId journal_;
  Position from_;      // epoch 0: the oldest, and nothing was asked before it
  SegmentName asked_;  // the same: before it there is nothing to tell of. The first seq of a run is 1
  std::optional<At> at_;
  SegmentPtr walked_;                   // the last one left
  std::optional<SegmentName> counted_;  // the last one left in which something could be
  Missing missing_;
  BatchDecoder decoder_;
  unsigned unread_definitions_ = 0;  // in a row
};

void Reader::begin_at(const Position& from) {
  from_ = from;
  asked_ = {from.epoch, std::max<std::uint64_t>(from.seq, 1)};
  const auto removed = segments_->removed();
  const Place* place = removed && from.epoch != 0 ? removed->before(asked_) : nullptr;
  const bool exact = place != nullptr && place->name == asked_ && from.index == 0;
  missing_.start_at(from, exact ? place->next_record : std::nullopt);
  if (place != nullptr) missing_.not_before(place->name, *place->begun);
}

SegmentPtr Reader::next_segment() {
  return walked_ ? segments_->after(*walked_) : first_segment();
}

SegmentPtr Reader::first_segment() {
  if (from_.epoch == 0) {
    // In this order: what the cap takes in between is no loss.
    SegmentPtr oldest = segments_->front();
    const auto removed = segments_->removed();
    if (!oldest || !removed || oldest->name <= removed->kept_from.name) return oldest;
    // Somebody has removed what the cap had left.
    begin_at({journal_, removed->kept_from.name.epoch, removed->kept_from.name.first_seq, 0});
  }
  SegmentPtr found = segments_->last_at_or_before({from_.epoch, from_.seq});
  if (found && found->name.epoch == from_.epoch) return found;
  // A segment of an earlier epoch has nothing at or behind `from`.
  if (const auto header = found ? read_segment_header(files_, *found) : std::nullopt) {
    missing_.not_before(found->name, WallTime{header->wall_ns});
  }
  return segments_->after(SegmentName{from_.epoch, from_.seq});
}

void Reader::check_adjacent(const SegmentPtr& segment, const SegmentHeader& header) {
  if (header.previous_end == 0) return;
  const GapReason reason = reason_of_absence(end_of_previous(segment->name, header));
  if (counted_ && counted_->epoch == segment->name.epoch) {
    if (header.previous_first_seq != counted_->first_seq) missing_.suspect(reason);
  } else if (!counted_ && from_.epoch == segment->name.epoch && from_.seq < segment->name.first_seq) {
    missing_.suspect(reason);
  }
}

// Why something is not there before `end`: where not the cap alone has taken it, somebody shall look.
GapReason Reader::reason_of_absence(const SegmentName& end) const {
  const auto removed = segments_->removed();
  return removed && removed->kept_from.name < end ? GapReason::journal_corrupt : GapReason::journal_cap;
}

bool Reader::cap_took(const Segment& segment) const {
  const auto known = segments_->removed();
  if (known && segment.name < known->kept_from.name) return true;
  // Beside a running node, the list is that of the start.
  const auto now = read_removed(files_, parent_path(segment.path), journal_);
  if (!now || !*now) return false;
  if (!(segment.name < (*now)->kept_from.name)) return false;
  segments_->note_removed(std::make_shared<const Removed>(**now));
  return true;
}

void Reader::damaged(std::uint64_t offset, std::uint64_t bytes) {
  segments_->note_damage(*at_->segment, offset, bytes);
  missing_.suspect(GapReason::journal_corrupt);
}

Status Reader::enter(const SegmentPtr& segment) {
  auto file = files_.open(segment->path, OpenMode::read);
  if (!file) {
    if (files_.exists(segment->path)) return file.status();
    const bool by_cap = cap_took(*segment);
    if (!by_cap && from_.epoch == 0) begin_at({journal_, segment->name.epoch, segment->name.first_seq, 0});
    missing_.suspect(by_cap ? GapReason::journal_cap : GapReason::journal_corrupt);
    walked_ = segment;
    return {};
  }
  std::array<std::byte, sizeof(SegmentHeader)> bytes{};
  const auto got = (*file)->read_at(0, bytes);
  const auto header = got ? parse_header(std::span(bytes).first(*got)) : std::nullopt;
  if (header && header->journal != journal_.bytes) {  // somebody put it here; it is not of this journal
    walked_ = segment;
    return {};
  }
  const std::uint64_t seed = segment_seed(journal_, segment->name.epoch, segment->name.first_seq);
  File& open_file = **file;
  At at{segment, std::move(file).value(), RecordScan(open_file, seed)};
  at.header_whole = header.has_value();
  at.end_of_previous = end_of_previous(segment->name, header);
  at.is_first = header && header->previous_end == 0;
  if (!segment->own) {
    const SegmentExtent extent = extent_of(files_, *segments_, *segment, journal_);
    if (extent.abandoned) {
      walked_ = segment;
      return {};
    }
    at.limit = extent.end;
    at.last_of_epoch = extent.last_of_epoch;
  }
  if (header) check_adjacent(segment, *header);
  const bool holds_start = from_.epoch == 0 ? !walked_ : segment->name <= asked_;
  if (header && holds_start) missing_.not_before(segment->name, WallTime{header->wall_ns});
  missing_.enter_segment(segment->name, at.is_first);
  at_.emplace(std::move(at));
  return {};
}

void Reader::leave(std::uint64_t limit) {
  // The last segment of an epoch may end in anything, or hold nothing at all: that is how a crash looks.
  const std::uint64_t end = at_->scan.end_of_last();
  const bool torn = end < limit || !at_->has_records;
  const bool abandoned = at_->segment->abandoned;
  if (torn && !at_->last_of_epoch && !abandoned) damaged(end, limit - std::min(end, limit));
  if (!abandoned) counted_ = at_->segment->name;
  walked_ = at_->segment;
  at_.reset();
}

std::optional<JournalReader::Item> Reader::take_batch(const Record& record) {
  BatchHeader header;
  if (!load(record.payload, header)) {
    damaged(record.offset, sizeof(RecordHeader) + record.payload.size());
    return std::nullopt;
  }
  const std::uint32_t epoch = at_->segment->name.epoch;
  if (epoch == from_.epoch && header.seq < from_.seq) {
    missing_.pass(epoch, header);
    return std::nullopt;
  }
  Item item;
  item.batch = std::make_shared<RawBatch>();
  if (!decoder_.decode(record.type, record.payload, *item.batch, item.catalog)) {
    damaged(record.offset, sizeof(RecordHeader) + record.payload.size());
    return std::nullopt;
  }
  item.batch->position.journal = journal_;
  item.batch->position.epoch = epoch;
  item.batch->fate = JournalFate::accepted;
  if (auto loss = missing_.take(epoch, header)) {
    item.missing = std::move(loss->gap);
    item.missing_earlier = loss->earlier;
  }
  return item;
}

std::optional<JournalReader::Item> Reader::take(const Record& record) {
  if (!at_->has_records && !at_->header_whole) damaged(0, sizeof(SegmentHeader));
  if (record.damaged_bytes != 0) damaged(record.offset - record.damaged_bytes, record.damaged_bytes);
  at_->has_records = true;
  const SegmentName& name = at_->segment->name;
  switch (record.type) {
    case RecordType::batch:
    case RecordType::compressed_batch:
      return take_batch(record);
    case RecordType::epoch:
      if (EpochRecord fixed; load(record.payload, fixed)) {
        if (name.epoch == from_.epoch) missing_.not_before({name.epoch, 0}, WallTime{fixed.wall_ns});
        const SegmentName missing_to =
            at_->is_first ? SegmentName{fixed.before_epoch, fixed.before_seq} : at_->end_of_previous;
        missing_.enter_epoch(name.epoch, fixed, at_->is_first, walked_ ? walked_->name.epoch : 0,
                             reason_of_absence(missing_to));
      }
      return std::nullopt;
    case RecordType::end:
      if (EndRecord fixed; load(record.payload, fixed)) missing_.end_of_epoch(name.epoch, fixed);
      return std::nullopt;
    case RecordType::state:
      if (StateRecord fixed; load(record.payload, fixed)) missing_.state_of(name, fixed);
      return std::nullopt;
    case RecordType::catalog:
      return std::nullopt;
  }
  return std::nullopt;  // of a later version: it does not concern us
}

Result<std::optional<JournalReader::Item>> Reader::next() {
  for (;;) {
    if (!at_) {
      const SegmentPtr segment = next_segment();
      if (!segment) return std::optional<Item>();
      if (auto entered = enter(segment); !entered) return entered.fault();
      continue;
    }
    // In this order: what is finished has its last end.
    const bool finished = at_->segment->finished.load(std::memory_order_acquire);
    const std::uint64_t limit =
        at_->segment->own ? at_->segment->end.load(std::memory_order_acquire) : at_->limit;
    const auto record = at_->scan.next(limit);
    if (!record) return record.fault();
    if (*record) {
      if (auto item = take(**record)) return std::optional(std::move(item));
    } else if (finished && segments_->after(*at_->segment)) {
      leave(limit);
    } else {
      return std::optional<Item>();
    }
  }
}

Result<std::string> Reader::definition_from(const Segment& segment, const File& file,
                                            const Digest& digest) const {
  RecordScan scan(file, segment_seed(journal_, segment.name.epoch, segment.name.first_seq));
  for (;;) {
    const auto record = scan.next(segment.end.load(std::memory_order_acquire));
    if (!record) return record.fault();
    if (!*record) break;
    if ((*record)->type != RecordType::catalog) continue;
    if (auto found = definition_in((*record)->payload, digest)) return std::move(*found);
  }
  return Fault{FaultKind::corrupt, "the journal has no definition of catalog " + to_hex(digest)};
}

Result<std::string> Reader::definition(const Digest& digest) {
  constexpr unsigned kPatience = 2;
  std::optional<Fault> unread;
  const auto look_into = [&](const Segment& segment, const File& file) {
    auto found = definition_from(segment, file, digest);
    if (!found && found.fault().kind != FaultKind::corrupt) unread = found.fault();
    return found;
  };
  if (at_) {
    if (auto found = look_into(*at_->segment, *at_->file)) return found;
  }
  // Its record may be damaged there: others hold the same.
  for (const SegmentPtr& segment : segments_->all()) {
    const auto file = files_.open(segment->path, OpenMode::read);
    if (!file) continue;
    if (auto found = look_into(*segment, **file)) return found;
  }
  if (unread && unread_definitions_++ < kPatience) return *unread;
  unread_definitions_ = 0;
  return Fault{FaultKind::corrupt, "the journal has no definition of catalog " + to_hex(digest)};
}

}  // namespace

Result<std::unique_ptr<JournalReader>> make_reader(FileSystem& files, std::shared_ptr<Segments> segments,
                                                   const JournalId& journal, const Position& from) {
  if (from.epoch != 0 && from.journal != journal) {
    return Fault{FaultKind::rejected, "the position is one of journal " + to_string(from.journal) +
                                          ", this one is " + to_string(journal)};
  }
  return std::unique_ptr<JournalReader>(std::make_unique<Reader>(files, std::move(segments), journal, from));
}

}  // namespace cantrail::journal
