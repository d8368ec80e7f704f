// Frames of a recording, played as if they came now or as fast as they can be read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "component/frame_source.hpp"
#include "formats/candump_reader.hpp"
#include "sources/logfile/log_text.hpp"
#include "sources/logfile/options.hpp"
#include "sources/logfile/pace.hpp"
#include "sources/logfile/place.hpp"

namespace cantrail::logfile {

// The source's own thread. Waits where there is no room; resumes behind the last frame that was journaled,
// except on standard input. Lines that are no frames are skipped, told to the log (the first ones of a run)
// and counted in malformed_input gaps; frames of channels that the catalog has no room for become
// too_many_channels gaps; holes that the recorder itself reported become receive_overflow gaps.
class Source final : public FrameSource {
 public:
  explicit Source(Options options);

  [[nodiscard]] SourceTraits traits() const override {
    return {.can_wait = true, .resumes = !options_.standard_input()};
  }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}  // the recording stays where it is
  void close() override;

 private:
  Status begin_at(const Place& place);
  void make_reader(std::uint64_t lines_before);
  std::optional<ChannelId> resolve(std::string_view recorded);

  ReadOutcome read_bulk(FrameBuilder& builder, MonoTime deadline);
  ReadOutcome read_singly(FrameBuilder& builder, MonoTime deadline);
  ReadOutcome parse(FrameBlock& out, std::size_t limit, MonoTime deadline);
  ReadOutcome at_end(FrameBuilder& builder);
  [[nodiscard]] bool wait_until_due(WallTime time, bool may_sleep, MonoTime deadline);
  [[nodiscard]] bool deliver_next(FrameBuilder& builder);
  void fix_shift(WallTime recorded);
  void commit(WallTime last);
  void publish_place(FrameBuilder& builder);
  [[nodiscard]] bool is_missing() const;
  void report_missing(FrameBuilder& builder, WallTime until);
  void log_malformed();

  const Options options_;
  std::string path_;
  std::optional<SourceContext> context_;
  LogText text_;
  std::optional<candump::Reader> reader_;
  std::uint64_t lines_before_ = 0;        // of the reader's first line
  std::uint64_t malformed_reported_ = 0;  // of the reader's counters, what gaps have told already
  std::uint64_t dropped_reported_ = 0;
  std::uint64_t ignored_reported_ = 0;
  std::size_t malformed_logged_ = 0;
  bool channels_exhausted_ = false;
  bool input_ended_ = false;
  bool input_broken_ = false;         // it ended because compressed data is damaged
  std::optional<Schedule> schedule_;  // nullopt: as fast as it goes
  FrameBlock next_;                   // read singly: the frame that is not due yet, or found no room
  bool shift_known_ = false;
  bool pass_has_frames_ = false;
  bool place_moved_ = false;  // since it was published
  bool any_frames_ = false;   // place_.last is one
  Place place_;               // behind the last frame delivered
};

}  // namespace cantrail::logfile
