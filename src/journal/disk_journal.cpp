#include "journal/disk_journal.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "journal/reader.hpp"
#include "journal/seek.hpp"
#include "journal/segment_state.hpp"

namespace cantrail::journal {
namespace {

const std::string kNoName;

const std::string& source_name(const RawBatch& batch) {
  if (!batch.catalog || batch.source >= batch.catalog->sources.size()) return kNoName;
  return batch.catalog->sources[batch.source].name;
}

std::uint64_t catalog_bytes(const Catalog& catalog) {
  return sizeof(RecordHeader) + padded(sizeof(CatalogRecord) + catalog.definition.size());
}

}  // namespace

DiskJournal::DiskJournal(Setup setup)
    : setup_(std::move(setup)),
      began_(setup_.clock.pair()),
      unsynced_(setup_.files, setup_.options.folder),
      taken_(setup_.files, setup_.options.folder, setup_.recovered.identity.id, setup_.segments),
      encoder_(setup_.options.compression),
      source_positions_(setup_.recovered.past.source_positions),
      last_(setup_.recovered.past.last) {
  stats_.cap_bytes = setup_.options.cap_bytes;
  stats_.head = {id(), epoch(), next_seq_, 0};
  stats_.torn_bytes = setup_.recovered.past.torn_bytes;
  note_oldest();
  take_over_unsynced();
}

// The process before this one may have crashed without a power cut: what it had not synced is there, and not
// safe.
void DiskJournal::take_over_unsynced() {
  constexpr int kMostSegments =
      2;  // that are still written to within one interval of syncs, but for the fastest
  if (setup_.recovered.past.clean) return;
  SegmentPtr segment = setup_.segments->back();
  for (int i = 0; i < kMostSegments && segment; ++i, segment = setup_.segments->before(segment->name)) {
    auto opened = setup_.files.open(segment->path, OpenMode::read);
    if (!opened) continue;
    auto file = std::make_shared<SegmentFile>();
    file->segment = segment;
    file->file = std::move(*opened);
    unsynced_.add(std::move(file));
    unsynced_.mark_dirty();
  }
}

Status DiskJournal::check(const RawBatch& batch) const {
  if (closed_) return {FaultKind::bug, "the journal is closed: nothing may be appended"};
  const Position& at = batch.position;
  if (at.journal != id() || at.epoch != epoch() || at.index != 0 || at.seq < next_seq_) {
    return {FaultKind::bug, "position " + to_string(at) + " does not follow " + std::to_string(epoch()) +
                                "/" + std::to_string(next_seq_) + "/0"};
  }
  return {};
}

Status DiskJournal::append(const RawBatch& batch) {
  if (auto fits = check(batch); !fits) return fits;
  const std::string& name = source_name(batch);
  if (auto prepared = encoder_.prepare(batch, name); !prepared) return prepared;
  const Catalog* catalog = batch.catalog.get();
  const bool needs_catalog = catalog != nullptr && (!current_ || !catalogs_.contains(catalog->digest));
  const std::uint64_t bytes = encoder_.bytes() + (needs_catalog ? catalog_bytes(*catalog) : 0);
  if (current_) {
    const Segment& segment = *current_->segment;
    const bool full = has_batches_ && segment.end + bytes > setup_.options.segment_bytes;
    if (full || current_->broken || segment.sync_failed) leave_segment();
  }
  const std::uint64_t start = current_ ? 0 : preamble({}, 0).size();
  if (auto room = make_room(start + bytes); !room) return room;
  if (!current_) {
    if (auto begun = begin_segment(batch.position.seq); !begun) return begun;
  }
  if (catalog != nullptr && !catalogs_.contains(catalog->digest)) {
    if (auto written = write_catalog(*catalog); !written) return written;
  }
  if (auto written = write(encoder_.pieces(current_->seed), encoder_.bytes()); !written) return written;
  note_appended(batch, name, encoder_.bytes());
  return {};
}

std::string DiskJournal::preamble(const SegmentHeader& header, std::uint64_t seed) const {
  std::string text(as_text(bytes_of(header)));
  const Recovered& recovered = setup_.recovered;
  EpochRecord constants{began_.wall.ns,         began_.mono.ns,
                        recovered.before_epoch, static_cast<std::uint32_t>(setup_.constants.size()),
                        recovered.before_seq,   recovered.before_record};
  add_record(text, RecordType::epoch, seed, bytes_of(constants), setup_.constants);
  StateRecord state{next_record_, last_ ? last_->ns : 0, last_ ? 1U : 0U,
                    static_cast<std::uint32_t>(source_positions_.size())};
  std::string positions;
  for (const auto& [name, position] : source_positions_) {
    const std::array<std::uint32_t, 2> lengths{static_cast<std::uint32_t>(name.size()),
                                               static_cast<std::uint32_t>(position.size())};
    positions += as_text(bytes_of(lengths));
    positions += name + position;
  }
  add_record(text, RecordType::state, seed, bytes_of(state), positions);
  return text;
}

// Somebody has removed it under us: what comes from now on shall be found by the next run.
Status DiskJournal::make_folder_again() {
  const std::string& folder = setup_.options.folder;
  if (auto made = setup_.files.make_directories(folder); !made) return made;
  auto lock = FolderLock::take(folder);
  if (!lock) return lock.status();
  setup_.lock = std::move(*lock);
  taken_.save_again();
  return write_identity(setup_.files, folder, setup_.recovered.identity);
}

Status DiskJournal::begin_segment(std::uint64_t first_seq) {
  if (!setup_.files.exists(setup_.options.folder)) {
    if (auto made = make_folder_again(); !made) return made;
  }
  // A segment's state tells where sources have got to. It must not be on the disk before what it tells of is:
  // a power cut between the two would let a source resume behind records that are gone. Where there is no
  // such source, nothing waits for the disk here: what waits in memory is lost to a crash.
  if (!source_positions_.empty() && unsynced_.dirty()) {
    if (Status synced = sync_now(); !synced) {  // what follows is as safe as it gets
      const std::scoped_lock lock(stats_mutex_);
      untold_ = std::move(synced);
    }
  }
  const SegmentName name{epoch(), first_seq};
  const std::string path = join_path(setup_.options.folder, to_string(name));
  // This epoch is ours alone: a file of that name is what is left of a begin that failed.
  if (setup_.files.exists(path)) {
    if (auto removed = setup_.files.remove(path); !removed) return removed;
  }
  SegmentHeader header;
  header.version =
      setup_.options.compression == JournalCompression::none ? kVersionPlain : kVersionCompressed;
  header.epoch = epoch();
  header.first_seq = first_seq;
  header.journal = id().bytes;
  header.wall_ns = setup_.clock.wall().ns;
  header.previous_first_seq = previous_ ? previous_->first_seq : 0;
  header.previous_end = previous_end_;

  auto next = std::make_shared<SegmentFile>();
  next->seed = segment_seed(id(), epoch(), first_seq);
  next->segment = std::make_shared<Segment>(name, path, 0, true);
  next->segment->begun_ns = header.wall_ns;
  next->segment->before_ns = last_ ? last_->ns : Segment::kUnknown;
  const std::string text = preamble(sealed(header), next->seed);
  auto file = setup_.files.open(path, OpenMode::create_new);
  if (!file) return file.status();
  next->file = std::move(file).value();
  const auto piece = std::as_bytes(std::span(text));
  if (auto written = next->file->append(std::span(&piece, 1)); !written) {
    setup_.files.remove(path).ignore();  // tried again before the next begin
    return written;
  }
  note_written(text.size());
  next->segment->end = text.size();
  next->segment->disk_bytes = whole_blocks(text.size());
  current_ = std::move(next);
  has_batches_ = false;
  catalogs_.clear();
  taken_.save();
  if (!setup_.segments->front()) taken_.begin_with({name, WallTime{header.wall_ns}, next_record_});
  setup_.segments->add(current_->segment);
  unsynced_.add(current_);
  if (setup_.segments->front() == current_->segment) note_oldest();
  setup_.reserve.keep();
  return {};
}

void DiskJournal::leave_segment() {
  Segment& segment = *current_->segment;
  segment.abandoned = !has_batches_;
  segment.finished.store(true, std::memory_order_release);
  if (has_batches_) {
    previous_ = segment.name;
    previous_end_ = segment.end;
  } else {
    // Its name is that of the next one. What cannot be removed now is removed when that one is begun.
    setup_.files.remove(segment.path).ignore();
    setup_.segments->remove_back();
  }
  current_.reset();
}

Status DiskJournal::make_room(std::uint64_t bytes) {
  const std::uint64_t cap = setup_.options.cap_bytes;
  const std::uint64_t in_use = current_ ? current_->segment->end.load() : 0;
  const std::uint64_t growth = whole_blocks(in_use + bytes) - whole_blocks(in_use);
  const Segment* const current = current_ ? current_->segment.get() : nullptr;
  const std::uint64_t at_once = setup_.options.segment_bytes / 8;
  bool removed_some = false;
  Status room;
  while (setup_.segments->disk_bytes() + growth > cap) {
    const SegmentPtr front = setup_.segments->front();
    if (!front || front.get() == current) break;
    taken_.take(*front, at_once, current, {{epoch(), next_seq_}, last_, next_record_});
    Status removed = setup_.files.remove(front->path);
    if (!removed && setup_.files.exists(front->path)) {
      if (setup_.segments->disk_bytes() + growth <= cap + setup_.options.segment_bytes) break;
      room = {FaultKind::exhausted, "the journal is at its cap and " + removed.fault().message};
      break;
    }
    setup_.segments->remove_front();
    removed_some = true;
  }
  if (!removed_some) return room;
  taken_.save();
  note_oldest();
  return room;
}

Status DiskJournal::write_small(const std::string& records) {
  const auto piece = std::as_bytes(std::span(records));
  return write(std::span(&piece, 1), records.size());
}

Status DiskJournal::write(std::span<const std::span<const std::byte>> pieces, std::uint64_t bytes) {
  Status written = current_->append(pieces, bytes, *setup_.segments);
  if (written) note_written(bytes);
  return written;
}

void DiskJournal::note_written(std::uint64_t bytes) {
  const std::scoped_lock lock(stats_mutex_);
  stats_.written_bytes += bytes;
}

Status DiskJournal::write_catalog(const Catalog& catalog) {
  CatalogRecord fixed{catalog.digest.bytes, catalog.definition.size()};
  if (catalog_bytes(catalog) > kMaxPayloadBytes) {
    return {FaultKind::rejected, "the catalog's definition is too large for the journal"};
  }
  std::string record;
  add_record(record, RecordType::catalog, current_->seed, bytes_of(fixed), catalog.definition);
  if (auto written = write_small(record); !written) return written;
  catalogs_.insert(catalog.digest);
  return {};
}

void DiskJournal::note_appended(const RawBatch& batch, const std::string& source_name, std::uint64_t bytes) {
  has_batches_ = true;
  last_ = later_clock(last_, batch.clock.wall);
  next_seq_ = batch.position.seq + 1;
  next_record_ = batch.first_record + batch.records();
  if (!source_name.empty() && !batch.source_position.empty()) {
    source_positions_[source_name] = batch.source_position;
  }
  unsynced_.mark_dirty();
  const std::scoped_lock lock(stats_mutex_);
  ++stats_.appended_batches;
  stats_.appended_records += batch.records();
  stats_.appended_bytes += bytes;
  stats_.head.seq = next_seq_;
}

void DiskJournal::note_oldest() {
  std::optional<Position> oldest;
  std::optional<WallTime> time;
  if (const SegmentPtr front = setup_.segments->front()) {
    oldest = Position{id(), front->name.epoch, front->name.first_seq, 0};
    if (const auto header = read_segment_header(setup_.files, *front)) time = WallTime{header->wall_ns};
  }
  const std::scoped_lock lock(stats_mutex_);
  stats_.oldest = oldest;
  stats_.oldest_time = time;
}

Status DiskJournal::sync() {
  Status synced = sync_now();
  const std::scoped_lock lock(stats_mutex_);
  const auto untold = std::exchange(untold_, std::nullopt);
  return synced && untold ? *untold : synced;
}

Status DiskJournal::sync_now() {
  const MonoTime start = setup_.clock.mono();
  bool did_sync = false;
  Status synced = unsynced_.sync(did_sync);
  if (!did_sync) return synced;
  const Duration took = setup_.clock.mono() - start;
  const std::scoped_lock lock(stats_mutex_);
  ++stats_.syncs;
  stats_.last_sync_took = took;
  if (!synced) {
    ++stats_.sync_failures;
    stats_.sync_failure = synced.fault().message;
    stats_.sync_failed_at = setup_.clock.wall();
  }
  return synced;
}

Status DiskJournal::write_end() {
  if (current_ && (current_->broken || current_->segment->sync_failed)) leave_segment();
  if (!current_) {
    if (auto begun = begin_segment(next_seq_); !begun) return begun;
  }
  const ClockPair now = setup_.clock.pair();
  const EndRecord fixed{next_seq_, next_record_, now.wall.ns, now.mono.ns};
  std::string record;
  add_record(record, RecordType::end, current_->seed, bytes_of(fixed), {});
  return write_small(record);
}

Status DiskJournal::close_cleanly() {
  if (closed_) return {};
  Status written = write_end();
  if (!written && written.fault().kind == FaultKind::exhausted && use_reserve()) written = write_end();
  if (!written) return written;
  has_batches_ = true;  // it holds something: it stays
  leave_segment();
  closed_ = true;
  setup_.reserve.keep();  // before others have the room: the next run may begin on a full disk
  unsynced_.mark_dirty();
  return sync();
}

Result<std::unique_ptr<JournalReader>> DiskJournal::read(const Position& from) {
  return make_reader(setup_.files, setup_.segments, id(), from);
}

Result<std::unique_ptr<JournalReader>> DiskJournal::read_from_time(WallTime time) {
  const Position head = stats().head;  // before looking: what comes meanwhile is behind it
  const auto found = position_of(setup_.files, *setup_.segments, id(), time);
  if (!found) return found.fault();
  return read(found->value_or(head));
}

JournalStats DiskJournal::stats() const {
  JournalStats stats;
  {
    const std::scoped_lock lock(stats_mutex_);
    stats = stats_;
  }
  stats.bytes = setup_.segments->disk_bytes();
  stats.segments = setup_.segments->count();
  const Segments::Damage damage = setup_.segments->damage();
  stats.damaged_places = damage.places;
  stats.damaged_bytes = damage.bytes;
  return stats;
}

}  // namespace cantrail::journal
