// Any text as a candump log: read at once and in pieces, with the same frames and counts; what was read is
// written and read back.
#include "formats/candump.hpp"

#include <algorithm>

#include "formats/candump_reader.hpp"
#include "fuzz/input.hpp"

namespace cantrail::fuzz {
namespace {

struct Log {
  FrameBlock frames;
  candump::ReadStats stats;
};

std::optional<ChannelId> channel_of(std::string_view name) {
  if (name.size() > 20) return std::nullopt;  // some that nobody wants
  return static_cast<ChannelId>(name.size());
}

Log read_at_once(std::string_view text) {
  Log log;
  candump::Reader reader(channel_of, WallTime{0});
  std::size_t at = 0;
  while (at < text.size()) at += reader.parse(text.substr(at), true, 1U << 30U, log.frames);
  log.stats = reader.stats();
  return log;
}

Log read_in_pieces(std::string_view text, Random random) {
  Log log;
  candump::Reader reader(channel_of, WallTime{0});
  std::size_t at = 0, end = 0;
  while (at < text.size()) {
    const std::size_t limit = 1 + random.below(5);
    const std::size_t before = log.frames.size();
    const std::size_t taken = reader.parse(text.substr(at, end - at), end == text.size(), limit, log.frames);
    require(log.frames.size() <= before + limit, "no more frames than the limit");
    at += taken;
    require(at <= end, "no more bytes than there are");
    if (taken != 0) continue;
    require(end < text.size(), "a log that has ended is read to its end");
    require(end - at <= candump::kMaxLineBytes, "a line's worth of text is enough to go on");
    end = std::min(text.size(), end + 1 + random.below(256));
  }
  log.stats = reader.stats();
  return log;
}

bool are_equal(const FrameView& one, const FrameView& other) {
  return one.id == other.id && one.flags == other.flags && one.length == other.length &&
         std::equal(one.data.begin(), one.data.end(), other.data.begin(), other.data.end());
}

void expect_equal(const Log& one, const Log& other) {
  require(one.stats.lines == other.stats.lines && one.stats.frames == other.stats.frames &&
              one.stats.ignored == other.stats.ignored && one.stats.blank == other.stats.blank &&
              one.stats.malformed == other.stats.malformed &&
              one.stats.drop_reports == other.stats.drop_reports && one.stats.dropped == other.stats.dropped,
          "the same counts, wherever the text is cut");
  require(one.frames.size() == other.frames.size(), "the same number of frames");
  for (std::size_t i = 0; i < one.frames.size(); ++i) {
    require(are_equal(one.frames[i], other.frames[i]) && one.frames[i].time == other.frames[i].time &&
                one.frames[i].channel == other.frames[i].channel,
            "the same frames");
  }
}

void expect_to_come_back(const FrameView& frame) {
  std::string line;
  candump::append_frame(line, frame, "can0", {9, (frame.flags & kFlagTx) != 0});
  candump::ParsedLine parsed;
  line.pop_back();
  require(candump::parse_line(line, parsed) == candump::LineKind::frame, "a frame's line is one");
  require(are_equal(parsed.view(), frame) && parsed.time && *parsed.time == frame.time,
          "a frame that was written is read as it was");
}

}  // namespace
}  // namespace cantrail::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail::fuzz;
  Input input(data, size);
  const Random random(input.byte());
  const auto rest = input.rest();
  const std::string_view text = as_text(rest.data(), rest.size());
  const Log log = read_at_once(text);
  require(log.stats.lines == log.stats.frames + log.stats.ignored + log.stats.blank + log.stats.malformed +
                                 log.stats.drop_reports,
          "every line is counted once");
  require(log.stats.frames == log.frames.size(), "as many frames as were counted");
  expect_equal(log, read_in_pieces(text, random));
  for (std::size_t i = 0; i < log.frames.size(); ++i) expect_to_come_back(log.frames[i]);
  return 0;
}
