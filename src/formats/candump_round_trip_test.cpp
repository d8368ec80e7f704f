#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "formats/candump_reader.hpp"

namespace cantrail::candump {
namespace {

struct AnyFrame {
  FrameView view;
  std::vector<std::uint8_t> data;
};

AnyFrame any_frame() {
  AnyFrame made;
  FrameView& frame = made.view;
  frame.time.ns = *rc::gen::inRange<std::int64_t>(-3'000'000'000, INT64_MAX);
  frame.flags = with_origin(0, TimeOrigin::recorded);
  if (*rc::gen::arbitrary<bool>()) frame.flags |= kFlagTx;
  const int kind = *rc::gen::inRange(0, 4);
  const bool extended = *rc::gen::arbitrary<bool>();
  const auto bits = *rc::gen::inRange<std::uint32_t>(0, extended || kind == 2 ? kIdExtendedMask + 1 : 0x800);
  frame.id = bits | (kind == 2 ? kIdError : extended ? kIdExtended : 0);
  frame.length = *rc::gen::inRange<std::uint8_t>(0, 9);
  if (kind == 1) frame.id |= kIdRemote;
  if (kind == 3) {
    frame.length = fd_length_from_dlc(*rc::gen::inRange<std::uint8_t>(0, 16));
    frame.flags |= kFlagFd;
    if (*rc::gen::arbitrary<bool>()) frame.flags |= kFlagBrs;
    if (*rc::gen::arbitrary<bool>()) frame.flags |= kFlagEsi;
  } else if (frame.length == 8 && *rc::gen::arbitrary<bool>()) {
    frame.flags |= static_cast<FrameFlags>(*rc::gen::inRange(9, 16) << kDlcShift);
  }
  if (kind != 1) {
    made.data =
        *rc::gen::container<std::vector<std::uint8_t>>(frame.length, rc::gen::arbitrary<std::uint8_t>());
  }
  return made;
}

void require_equal(const FrameView& read, const FrameView& written) {
  RC_ASSERT(read.time.ns == written.time.ns);
  RC_ASSERT(read.id == written.id);
  RC_ASSERT(read.flags == written.flags);
  RC_ASSERT(read.length == written.length);
  RC_ASSERT(std::equal(read.data.begin(), read.data.end(), written.data.begin(), written.data.end()));
}

RC_GTEST_PROP(CandumpRoundTrip, GivesEveryFrameBack, ()) {
  AnyFrame any = any_frame();
  any.view.data = any.data;
  std::string text;
  append_frame(text, any.view, "can0", {.fraction_digits = 9, .direction = true});
  RC_ASSERT(text.back() == '\n');
  text.pop_back();
  ParsedLine parsed;
  RC_ASSERT(parse_line(text, parsed) == LineKind::frame);
  RC_ASSERT(parsed.channel == "can0");
  require_equal(parsed.view(), any.view);
}

// The reader's fast way, its slow way and any cut of the text must all say the same.
RC_GTEST_PROP(CandumpRoundTrip, GivesWholeLogsBackHoweverTheyAreCut, ()) {
  std::string text;
  std::vector<AnyFrame> frames;
  for (int i = *rc::gen::inRange(0, 40); i > 0; --i) {
    AnyFrame& any = frames.emplace_back(any_frame());
    any.view.channel = *rc::gen::inRange<ChannelId>(0, 3);
    if (any.view.time.ns < 0) any.view.time.ns = -any.view.time.ns;
    const bool micros = *rc::gen::arbitrary<bool>();
    if (micros) any.view.time.ns -= any.view.time.ns % 1000;
    any.view.data = any.data;
    const char* names[] = {"can0", "vcan1", "a_long_name_2"};
    append_frame(text, any.view, names[any.view.channel],
                 {.fraction_digits = micros ? 6 : 9, .direction = (any.view.flags & kFlagTx) != 0});
  }
  Reader reader([](std::string_view name) { return static_cast<ChannelId>(name.back() - '0'); });
  FrameBlock block;
  std::size_t begin = 0, shown = 0;
  while (begin < text.size()) {
    shown = std::min(text.size(), std::max(shown, begin) + *rc::gen::inRange<std::size_t>(1, 600));
    begin += reader.parse(std::string_view(text).substr(begin, shown - begin), shown == text.size(),
                          *rc::gen::inRange<std::size_t>(1, 10), block);
  }
  RC_ASSERT(reader.stats().malformed == 0U);
  RC_ASSERT(reader.stats().frames == frames.size());
  RC_ASSERT(block.size() == frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    FrameView written = frames[i].view;
    written.channel = block[i].channel;
    RC_ASSERT(block[i].channel == frames[i].view.channel);
    require_equal(block[i], written);
  }
}

}  // namespace
}  // namespace cantrail::candump
