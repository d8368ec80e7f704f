#include "sources/logfile/source.hpp"

#include <algorithm>
#include <utility>

#include <time.h>

namespace cantrail::logfile {
namespace {

constexpr std::size_t kFramesPerParse = 64;  // how exactly a malformed line is placed at full speed
constexpr Duration kBetweenPasses = std::chrono::milliseconds(1);
constexpr Duration kLongestSleep = std::chrono::seconds(1);

}  // namespace

Source::Source(Options options)
    : options_(std::move(options)), path_(options_.standard_input() ? "-" : options_.path.value) {}

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) {
  close();
  context_.emplace(context);
  const Result<Pace> pace = parse_pace(options_.pace);
  if (!pace) return pace.status();
  if (pace->factor) schedule_.emplace(*pace->factor);
  const std::optional<Place> resumed =
      resume_at && traits().resumes ? parse_position(*resume_at, path_) : std::nullopt;
  if (!resumed) return begin_at({});
  Status status = begin_at(*resumed);
  any_frames_ = true;
  // A recording that is played as if it were live is so after a pause as well: moved to now again.
  shift_known_ = !(options_.start_time == "now" && schedule_);
  if (status || status.fault().kind != FaultKind::corrupt) return status;
  context.log.write(
      Severity::warning, context.name,
      path_ + " is not the file that was read before the restart: it is read from its beginning");
  shift_known_ = any_frames_ = false;
  return begin_at({});
}

Status Source::begin_at(const Place& place) {
  place_ = place;
  input_ended_ = input_broken_ = pass_has_frames_ = false;
  next_.clear();
  make_reader(place.lines);
  return text_.open(path_, place.offset);
}

void Source::make_reader(std::uint64_t lines_before) {
  reader_.emplace([this](std::string_view recorded) { return resolve(recorded); });
  lines_before_ = lines_before;
  malformed_reported_ = dropped_reported_ = ignored_reported_ = malformed_logged_ = 0;
}

std::optional<ChannelId> Source::resolve(std::string_view recorded) {
  const Result<ChannelId> channel = context_->channels.channel(context_->id, options_.alias_of(recorded));
  if (channel) return *channel;
  if (!std::exchange(channels_exhausted_, true)) {
    context_->log.write(Severity::error, context_->name, path_ + ": " + channel.fault().message);
  }
  return std::nullopt;
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  const bool time_stays =
      options_.start_time == "recorded" && (shift_known_ ? place_.shift == Duration::zero() : !any_frames_);
  const ReadOutcome outcome =
      !schedule_ && time_stays ? read_bulk(builder, deadline) : read_singly(builder, deadline);
  publish_place(builder);
  return outcome;
}

// Once a read, as the text of a position takes memory.
void Source::publish_place(FrameBuilder& builder) {
  if (std::exchange(place_moved_, false) && traits().resumes) {
    builder.set_source_position(to_position(place_, path_));
  }
}

// Straight into the batch: nothing to wait for, no time to change. At most one buffer's worth of text.
ReadOutcome Source::read_bulk(FrameBuilder& builder, MonoTime deadline) {
  shift_known_ = true;
  if (!next_.empty() && !deliver_next(builder)) return ReadOutcome::more;
  for (bool first = true;; first = false) {
    if (!first && text_.text().empty()) return ReadOutcome::more;
    // Where there is no more room, a frame may still belong to a run of equal times.
    const std::size_t room = std::min(builder.room(), kFramesPerParse);
    FrameBlock& out = room == 0 ? next_ : builder.frames();
    const std::size_t before = out.size();
    const ReadOutcome outcome = parse(out, std::max<std::size_t>(room, 1), deadline);
    if (outcome == ReadOutcome::ended) return at_end(builder);
    if (outcome == ReadOutcome::idle) return first ? ReadOutcome::idle : ReadOutcome::more;
    if (room == 0) {
      if (!deliver_next(builder)) return ReadOutcome::more;
    } else if (out.size() != before) {
      const WallTime last{out.time_ns().back()};
      report_missing(builder, last);
      commit(last);
    }
  }
}

// Frame by frame: each has its moment, or another time than recorded.
ReadOutcome Source::read_singly(FrameBuilder& builder, MonoTime deadline) {
  for (bool first = true;; first = false) {
    if (next_.empty()) {
      const ReadOutcome outcome = parse(next_, 1, first ? deadline : MonoTime{});
      if (outcome == ReadOutcome::ended) return at_end(builder);
      if (outcome == ReadOutcome::idle) return first ? ReadOutcome::idle : ReadOutcome::more;
      fix_shift(next_[0].time);
    }
    if (schedule_ && !wait_until_due(next_[0].time + place_.shift, first, deadline)) {
      return first ? ReadOutcome::idle : ReadOutcome::more;
    }
    if (!deliver_next(builder)) return ReadOutcome::more;
  }
}

// False: there is no room; it stays the next.
bool Source::deliver_next(FrameBuilder& builder) {
  FrameView frame = next_[0];
  frame.time = frame.time + place_.shift;
  // A gap goes with the frame behind it: told in the batch before, it would be told again after a crash.
  if (builder.room() == 0 && is_missing()) return false;
  report_missing(builder, frame.time);
  if (!builder.append(frame)) return false;
  next_.clear();
  commit(frame.time);
  return true;
}

// `more`: frames were appended; `idle`: the input has none yet; `ended`: it never will.
ReadOutcome Source::parse(FrameBlock& out, std::size_t limit, MonoTime deadline) {
  const std::size_t before = out.size();
  for (;;) {
    // Where the input is cut, its last line is too: what is left of it may look like a frame.
    const bool last_is_whole = input_ended_ && !input_broken_;
    const std::size_t used = reader_->parse(text_.text(), last_is_whole, limit, out);
    text_.consume(used);
    if (reader_->stats().first_malformed.size() > malformed_logged_) log_malformed();
    if (out.size() != before) return ReadOutcome::more;
    if (used != 0) continue;
    if (input_ended_) return ReadOutcome::ended;
    const Result<LogText::Fill> filled = text_.fill(context_->clock, deadline);
    if (!filled) {
      context_->log.write(Severity::error, context_->name, filled.fault().message);
      input_ended_ = input_broken_ = true;
    } else if (*filled == LogText::Fill::idle) {
      return ReadOutcome::idle;
    } else {
      input_ended_ = *filled == LogText::Fill::end;
    }
  }
}

ReadOutcome Source::at_end(FrameBuilder& builder) {
  report_missing(builder, place_.last);
  if (std::exchange(input_broken_, false)) {
    builder.add_gap({place_.last, place_.last, GapReason::malformed_input, context_->name, std::nullopt, 0});
  }
  const bool again = options_.loop && (pass_has_frames_ || place_.offset > 0);
  if (!again) {
    if (any_frames_) commit(place_.last);  // lines behind the last frame are told once
    return ReadOutcome::ended;
  }
  publish_place(builder);
  if (!shift_known_) any_frames_ = false;  // resumed at the very end
  Place start;
  start.last = place_.last;
  if (const Status status = begin_at(start); !status) {
    context_->log.write(Severity::error, context_->name, status.fault().message);
    return ReadOutcome::ended;
  }
  shift_known_ = false;
  return ReadOutcome::more;
}

// The first frame of a pass says how far its times are moved.
void Source::fix_shift(WallTime recorded) {
  if (std::exchange(shift_known_, true)) return;
  if (options_.start_time == "now" && (!any_frames_ || place_.offset > 0)) {
    place_.shift = context_->clock.wall() - recorded;
  } else if (any_frames_) {
    place_.shift = place_.last + kBetweenPasses - recorded;
  } else {
    place_.shift = Duration::zero();
  }
}

bool Source::wait_until_due(WallTime time, bool may_sleep, MonoTime deadline) {
  const Clock& clock = context_->clock;
  const MonoTime due = schedule_->due(time, clock.mono());
  if (due <= clock.mono()) return true;
  if (!may_sleep) return false;
  const Duration nap = std::clamp(std::min(due, deadline) - clock.mono(), Duration::zero(), kLongestSleep);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(nap);
  const timespec wait{seconds.count(), (nap - seconds).count()};
  ::nanosleep(&wait, nullptr);
  return due <= clock.mono();
}

void Source::commit(WallTime last) {
  place_.offset = text_.offset();
  place_.lines = lines_before_ + reader_->stats().lines;
  place_.last = last;
  pass_has_frames_ = any_frames_ = true;
  place_moved_ = true;
}

bool Source::is_missing() const {
  const candump::ReadStats& stats = reader_->stats();
  return stats.malformed > malformed_reported_ || stats.dropped > dropped_reported_ ||
         stats.ignored > ignored_reported_;
}

// What the reader met and could not deliver, since the last frames.
void Source::report_missing(FrameBuilder& builder, WallTime until) {
  const candump::ReadStats& stats = reader_->stats();
  const WallTime from = any_frames_ ? place_.last : until;
  const auto report = [&](GapReason reason, std::uint64_t count, std::uint64_t& reported) {
    if (count > reported) builder.add_gap({from, until, reason, context_->name, count - reported, 0});
    reported = count;
  };
  report(GapReason::malformed_input, stats.malformed, malformed_reported_);
  report(GapReason::too_many_channels, stats.ignored, ignored_reported_);
  report(GapReason::receive_overflow, stats.dropped, dropped_reported_);
}

void Source::log_malformed() {
  const auto& lines = reader_->stats().first_malformed;
  for (; malformed_logged_ < lines.size(); ++malformed_logged_) {
    const candump::MalformedLine& line = lines[malformed_logged_];
    std::string message = path_ + ":" + std::to_string(lines_before_ + line.line) +
                          ": skipped: " + std::string(line.reason) + ": " + line.text;
    if (malformed_logged_ + 1 == candump::Reader::kMalformedKept)
      message += " (further ones are only counted)";
    context_->log.write(Severity::warning, context_->name, message);
  }
}

void Source::close() {
  text_.close();
  reader_.reset();
  context_.reset();
  schedule_.reset();
  next_.clear();
  place_ = {};
  lines_before_ = 0;
  channels_exhausted_ = input_ended_ = input_broken_ = shift_known_ = pass_has_frames_ = any_frames_ =
      place_moved_ = false;
}

}  // namespace cantrail::logfile
