// Whole candump logs into frame blocks: the hot path of `decode` and replay.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/candump.hpp"
#include "model/frame.hpp"

namespace cantrail::candump {

// A longer line is malformed, wherever the text is cut.
inline constexpr std::size_t kMaxLineBytes = 4096;

struct MalformedLine {
  std::uint64_t line = 0;   // from 1
  std::string_view reason;  // static text
  std::string text;         // how the line begins, printable
};

// lines = frames + ignored + blank + malformed + drop reports.
struct ReadStats {
  std::uint64_t lines = 0;
  std::uint64_t frames = 0;
  std::uint64_t ignored = 0;  // frames of channels that the resolver refused
  std::uint64_t blank = 0;
  std::uint64_t malformed = 0;
  std::uint64_t drop_reports = 0;
  std::uint64_t dropped = 0;                   // frames missing by those reports
  std::vector<MalformedLine> first_malformed;  // at most kMalformedKept
};

// Names become channels here, asked once per name (a few are remembered, so rarely more). nullopt: frames of
// this channel are not wanted.
using ChannelResolver = std::function<std::optional<ChannelId>(std::string_view name)>;

// One log, read from its beginning in pieces. Not thread-safe.
class Reader {
 public:
  static constexpr std::size_t kMalformedKept = 16;

  // `time_of_untimed` is given to frames of lines that have no timestamp; without it such lines are
  // malformed.
  explicit Reader(ChannelResolver resolve, std::optional<WallTime> time_of_untimed = std::nullopt);

  // Parses lines off the front of `text`, until `limit` frames have been appended to `out` or no whole line
  // is left; with `at_end`, text behind the last line feed is a line as well. Returns the bytes consumed; the
  // caller brings the rest again, with more behind it. 0 with fewer than `limit` frames means that more text
  // is needed: more than kMaxLineBytes are always enough to go on.
  std::size_t parse(std::string_view text, bool at_end, std::size_t limit, FrameBlock& out);

  // From now on parse() returns behind the first malformed line; no more is to be asked of it then.
  void stop_at_malformed() { stop_at_malformed_ = true; }

  [[nodiscard]] const ReadStats& stats() const { return stats_; }

 private:
  struct Staged;
  struct KnownChannel {
    std::string name;        // with one space behind it, as it stands in the log
    std::uint64_t head = 0;  // its first 8 bytes
    std::uint64_t mask = 0;  // of the bytes of `head` that count
    std::optional<ChannelId> id;
  };

  bool take_common_time(const char*& text, std::int64_t& time_ns);
  bool parse_common(const char*& at, Staged& staged);
  const KnownChannel* match_channel(const char* at);
  std::optional<ChannelId> resolve(std::string_view name);
  std::size_t parse_slowly(std::string_view text, bool at_end, FrameBlock& out);
  void take_line(std::string_view line, FrameBlock& out);
  void malformed(std::string_view line, std::string_view reason);

  ChannelResolver resolver_;
  std::optional<WallTime> time_of_untimed_;
  std::vector<KnownChannel> channels_;  // bounded; channels_[last_] matched last
  std::size_t last_ = 0;
  std::uint64_t seconds_text_ = 0x3030303030303030U;  // the first 8 digits of seconds_ns_, as text
  std::uint32_t seconds_tail_ = 0x3030U;              // and the other two
  std::int64_t seconds_ns_ = 0;
  bool in_overlong_line_ = false;
  bool stop_at_malformed_ = false;
  ReadStats stats_;
};

}  // namespace cantrail::candump
