// Frames, gaps, ledgers and cursors, there and back, and held against libprotobuf.
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/text.hpp"
#include "encode/protobuf/record_decoder.hpp"
#include "encode/protobuf/record_encoder.hpp"
#include "encode/protobuf/recording_types.hpp"
#include "encode/protobuf/test_types.hpp"
#include "encode/sample_catalog.hpp"

namespace cantrail::encode::protobuf {
namespace {

namespace pb = google::protobuf;

testing::LoadedTypes& recording() {
  pb::SetLogHandler(nullptr);  // it complains on standard error of what the tests break
  static testing::LoadedTypes types(recording_descriptor_set());
  return types;
}

std::unique_ptr<pb::Message> read_by_libprotobuf(std::string_view type, std::string_view bytes) {
  return recording().parse(std::string(type), bytes);
}

std::string text_form(std::string_view type, const std::string& bytes) {
  const auto message = read_by_libprotobuf(type, bytes);
  return message != nullptr ? message->ShortDebugString() : "unreadable";
}

struct AnyFrame {
  std::vector<std::uint8_t> data;
  FrameBlock block;
  std::optional<Position> batch;
};

WallTime any_time() {
  return {*rc::gen::oneOf(
      rc::gen::arbitrary<std::int64_t>(), rc::gen::inRange<std::int64_t>(-2, 3),
      rc::gen::element(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()))};
}

std::optional<Position> any_batch() {
  if (*rc::gen::arbitrary<bool>()) return std::nullopt;
  Position batch;
  batch.epoch = *rc::gen::arbitrary<std::uint32_t>();
  batch.seq = *rc::gen::positive<std::uint64_t>();
  return batch;
}

// Whatever a source can deliver: the bits that FrameFlags has, any identifier, remote frames without data.
AnyFrame any_frame() {
  AnyFrame any;
  const auto id = *rc::gen::arbitrary<std::uint32_t>();
  const bool remote = (id & kIdRemote) != 0;
  const auto length = *rc::gen::inRange<std::uint8_t>(0, kMaxFrameBytes + 1);
  any.data =
      *rc::gen::container<std::vector<std::uint8_t>>(remote ? 0 : length, rc::gen::arbitrary<std::uint8_t>());
  const auto flags = static_cast<FrameFlags>(*rc::gen::inRange(0, 0x1000) & 0xF3F);
  any.block.append({any_time(), id, flags, *rc::gen::inRange<ChannelId>(0, 2), length, any.data});
  any.batch = any_batch();
  return any;
}

Catalog two_channels() {
  Catalog catalog;
  catalog.channels = {{"can0", 0, {}}, {"vorne \xC3\xB6", 0, {}}};
  return catalog;
}

std::string encoded(const AnyFrame& any) {
  std::string out;
  FrameEncoder(two_channels()).append(out, any.block, 0, any.batch ? &*any.batch : nullptr);
  return out;
}

RC_GTEST_PROP(Frame, ComesBackAsItWas, ()) {
  const AnyFrame any = any_frame();
  const std::string bytes = encoded(any);
  const FrameView expected = any.block[0];
  const auto back = decode_frame(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->frame.time == expected.time);
  RC_ASSERT(back->frame.id == expected.id);
  RC_ASSERT(back->frame.flags == expected.flags);
  RC_ASSERT(back->frame.length == expected.length);
  RC_ASSERT(std::equal(back->frame.data.begin(), back->frame.data.end(), expected.data.begin(),
                       expected.data.end()));
  RC_ASSERT(back->channel == two_channels().channels[expected.channel].alias);
  RC_ASSERT(back->place.has_value() == any.batch.has_value());
  if (back->place) RC_ASSERT(*back->place == (RecordPlace{any.batch->epoch, any.batch->seq, 0}));
  const auto message = read_by_libprotobuf(kFrameType, bytes);
  RC_ASSERT(static_cast<bool>(message));
  RC_ASSERT(message->GetReflection()->GetUnknownFields(*message).empty());
  RC_ASSERT(message->SerializeAsString() == bytes);
}

TEST(Frame, SaysEachThingInItsField) {
  const std::array<std::uint8_t, 2> data{0xAB, 0x00};
  AnyFrame any;
  any.block.append({WallTime{0}, 1, 0, 0, 0, {}});
  any.block.append({WallTime{1'700'000'000'000'000'001}, 0x18FEE000 | kIdExtended,
                    static_cast<FrameFlags>(kFlagFd | kFlagEsi | kFlagTx | with_origin(0, TimeOrigin::host)),
                    0, 2, data});
  any.batch = Position{{}, 3, 9, 0};
  std::string out;
  FrameEncoder(two_channels()).append(out, any.block, 1, &*any.batch);
  EXPECT_EQ(
      text_form(kFrameType, out),
      "timestamp { seconds: 1700000000 nanos: 1 } channel: \"can0\" id: 419356672 extended: true fd: true "
      "error_state_indicator: true sent: true time_origin: TIME_ORIGIN_HOST length: 2 data: \"\\253\\000\" "
      "epoch: 3 "
      "seq: 9 index: 1");
  FrameBlock remote;
  remote.append(
      {WallTime{-1}, 0x7FF | kIdRemote, static_cast<FrameFlags>(kFlagBrs | 11 << kDlcShift), 1, 8, {}});
  out.clear();
  FrameEncoder(two_channels()).append(out, remote, 0, nullptr);
  EXPECT_EQ(text_form(kFrameType, out),
            "timestamp { seconds: -1 nanos: 999999999 } channel: \"vorne \\303\\266\" id: 2047 remote: true "
            "bit_rate_switch: "
            "true time_origin: TIME_ORIGIN_HARDWARE length: 8 raw_dlc: 11");
}

TEST(Frame, DoesNotNameAChannelThatTheCatalogLacks) {
  FrameBlock frames;
  frames.append({WallTime{1}, 5, 0, 2, 0, {}});
  std::string out;
  FrameEncoder(two_channels()).append(out, frames, 0, nullptr);
  EXPECT_EQ(text_form(kFrameType, out), "timestamp { nanos: 1 } id: 5 time_origin: TIME_ORIGIN_HARDWARE");
}

GapRecord any_gap() {
  GapRecord gap{any_time(), any_time(),   static_cast<GapReason>(*rc::gen::inRange(1, 14)),
                "",         std::nullopt, 0};
  gap.where = *rc::gen::element<std::string>("", "can0", "\xE2\x82\xAC");
  if (*rc::gen::arbitrary<bool>()) gap.count = *rc::gen::arbitrary<std::uint64_t>();
  gap.before_index = *rc::gen::arbitrary<std::uint32_t>();
  return gap;
}

RC_GTEST_PROP(Gap, ComesBackAsItWas, ()) {
  const GapRecord gap = any_gap();
  const auto batch = any_batch();
  std::string bytes;
  append_gap(bytes, gap, batch ? &*batch : nullptr);
  const auto back = decode_gap(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->gap == gap);
  RC_ASSERT(back->place.has_value() == batch.has_value());
  if (batch) RC_ASSERT(*back->place == (RecordPlace{batch->epoch, batch->seq, gap.before_index}));
  const auto message = read_by_libprotobuf(kGapType, bytes);
  RC_ASSERT(static_cast<bool>(message));
  RC_ASSERT(message->SerializeAsString() == bytes);
}

TEST(Gap, SaysThatTheNumberIsNotKnownByLeavingItOut) {
  std::string known, unknown;
  append_gap(known, {WallTime{0}, WallTime{5}, GapReason::bus_off, "can0\xFF", 0, 4}, nullptr);
  append_gap(unknown, {WallTime{0}, WallTime{5}, GapReason::bus_off, "can0", std::nullopt, 0}, nullptr);
  EXPECT_EQ(text_form(kGapType, known),
            "from_time { } to_time { nanos: 5 } reason: GAP_REASON_BUS_OFF where: \"can0\\357\\277\\275\" "
            "count: 0 before_index: 4");
  EXPECT_EQ(text_form(kGapType, unknown),
            "from_time { } to_time { nanos: 5 } reason: GAP_REASON_BUS_OFF where: \"can0\"");
}

TEST(Ledger, HasAllItsTerms) {
  const Ledger ledger{.received = 36,
                      .delivered = 1,
                      .filtered = 2,
                      .undecoded = 3,
                      .superseded = 4,
                      .rejected = 5,
                      .dropped = 6,
                      .pending = 15};
  std::string out;
  append_ledger(out, ledger, "history", 7, WallTime{2'000'000'000});
  EXPECT_EQ(text_form(kLedgerType, out),
            "timestamp { seconds: 2 } lane: \"history\" epoch: 7 received: 36 delivered: 1 filtered: 2 "
            "undecoded: 3 superseded: 4 "
            "rejected: 5 dropped: 6 pending: 15");
}

RC_GTEST_PROP(Cursor, ComesBackAsItWas, ()) {
  Position cursor;
  cursor.journal.bytes =
      *rc::gen::container<std::array<std::uint8_t, 16>>(rc::gen::arbitrary<std::uint8_t>());
  cursor.epoch = *rc::gen::arbitrary<std::uint32_t>();
  cursor.seq = *rc::gen::arbitrary<std::uint64_t>();
  cursor.index = *rc::gen::arbitrary<std::uint32_t>();
  const WallTime time = any_time();
  std::string bytes;
  append_cursor(bytes, cursor, time);
  const auto back = decode_cursor(bytes);
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->position == cursor);
  RC_ASSERT(back->time == time);
  const auto message = read_by_libprotobuf(kCursorType, bytes);
  RC_ASSERT(static_cast<bool>(message));
  RC_ASSERT(message->SerializeAsString() == bytes);
}

// What a decoder makes of bytes, as its own encoder writes it: nullopt where it refuses them.
using Rewrite = std::optional<std::string> (*)(std::string_view);

std::optional<std::string> rewrite_frame(std::string_view bytes) {
  const auto decoded = decode_frame(bytes);
  if (!decoded) return std::nullopt;
  Catalog catalog;
  catalog.channels = {{std::string(decoded->channel), 0, {}}};
  FrameBlock block;
  FrameView frame = decoded->frame;
  block.append(frame);
  std::string out;
  FrameEncoder(catalog).append(out, block, 0, nullptr);
  return out;
}

std::optional<std::string> rewrite_gap(std::string_view bytes) {
  const auto decoded = decode_gap(bytes);
  if (!decoded) return std::nullopt;
  std::string out;
  append_gap(out, decoded->gap, nullptr);
  return out;
}

std::optional<std::string> rewrite_cursor(std::string_view bytes) {
  const auto decoded = decode_cursor(bytes);
  if (!decoded) return std::nullopt;
  std::string out;
  append_cursor(out, decoded->position, decoded->time);
  return out;
}

// What the decoder takes libprotobuf takes too, and reads the same from it.
void require_agreement(std::string_view type, Rewrite rewrite, const std::string& bytes,
                       std::initializer_list<const char*> ignored) {
  const auto rewritten = rewrite(bytes);
  const auto theirs = read_by_libprotobuf(type, bytes);
  if (!rewritten) return;  // refused for what it says, or by both
  if (!theirs)
    RC_FAIL("libprotobuf refuses " +
            to_hex(std::span(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size())));
  const auto ours = read_by_libprotobuf(type, *rewritten);
  for (pb::Message* message : {theirs.get(), ours.get()}) {
    for (const char* name : ignored) {
      message->GetReflection()->ClearField(message, message->GetDescriptor()->FindFieldByName(name));
    }
    message->DiscardUnknownFields();
  }
  RC_ASSERT(theirs->SerializeAsString() == ours->SerializeAsString());
}

std::string damaged(std::string bytes) {
  for (int i = *rc::gen::inRange(1, 6); i > 0 && !bytes.empty(); --i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ 1 << *rc::gen::inRange(0, 8));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.insert(at, *rc::gen::element<std::string>("\x93\x01\x94\x01", "\x9B\x01\x08\x05\x9C\x01",
                                                        "\x80", "\x0A\x02\x08\x07", "\x0A\x02\x10\x07"));
        break;
      case 3:
        bytes += bytes.substr(at);
        break;
      default:
        bytes[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    }
  }
  return bytes;
}

RC_GTEST_PROP(Decoders, ReadWhatLibprotobufReadsFromDamagedBytes, ()) {
  std::string gap, cursor;
  append_gap(gap, any_gap(), nullptr);
  append_cursor(cursor, Position{{}, 1, 2, 3}, any_time());
  const auto theirs_alone = {"time_origin", "epoch", "seq",
                             "index"};  // not kept, or not with an unknown number
  require_agreement(kFrameType, rewrite_frame, damaged(encoded(any_frame())), theirs_alone);
  require_agreement(kGapType, rewrite_gap, damaged(gap), {"epoch", "seq"});
  require_agreement(kCursorType, rewrite_cursor, damaged(cursor),
                    {"journal"});  // capital digits become small
}

RC_GTEST_PROP(Decoders, TakeAnyBytes, (const std::string& bytes)) {
  require_agreement(kFrameType, rewrite_frame, bytes, {"time_origin", "epoch", "seq", "index"});
  require_agreement(kGapType, rewrite_gap, bytes, {"epoch", "seq"});
  require_agreement(kCursorType, rewrite_cursor, bytes, {"journal"});
}

TEST(Decoders, RefuseEveryTruncationThatCutsAField) {
  AnyFrame any;
  any.data.assign(64, 0x55);
  any.block.append({WallTime{1}, 1, kFlagFd, 0, 64, any.data});
  const std::string bytes = encoded(any);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string cut = bytes.substr(0, size);
    const auto frame = decode_frame(cut);
    if (!frame) continue;
    EXPECT_NE(read_by_libprotobuf(kFrameType, cut), nullptr) << size;
    EXPECT_EQ(frame->frame.length, 0)
        << size;  // what is left is a frame, but never one with half of its data
  }
}

TEST(Decoders, RefuseWhatCannotBe) {
  const std::string time("\x0A\x02\x08\x01", 4);
  EXPECT_TRUE(decode_frame(time));
  EXPECT_FALSE(decode_frame(""));  // no time
  EXPECT_FALSE(
      decode_frame("\x0A\x0B\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F"
                   "x"));  // a time far behind 2262
  EXPECT_FALSE(
      decode_frame(std::string("\x0A\x06\x10\xFF\xFF\xFF\xFF\x7F", 8)));  // nanoseconds of many seconds
  EXPECT_FALSE(decode_frame(time + "\x60\x41"));                          // 65 bytes
  EXPECT_FALSE(decode_frame(time + "\x60\x02"));                          // two bytes that are not there
  EXPECT_FALSE(decode_frame(time + "\x72\x01"
                                   "a"));                                // a byte of no length
  EXPECT_FALSE(decode_frame(time + "\x18\x80\x80\x80\x80\x02"));         // an identifier of 30 bits
  EXPECT_FALSE(decode_frame(time + "\x12\x01\xFF"));                     // a channel that is no text
  EXPECT_TRUE(decode_frame(time + "\x9B\x01\x9B\x01\x9C\x01\x9C\x01"));  // groups, unknown
  EXPECT_FALSE(decode_frame(time + "\x9B\x01\xA4\x01"));                 // the end of another group
  std::string deep = time;
  for (int i = 0; i < 100'000; ++i) deep += "\x9B\x01";
  EXPECT_FALSE(decode_frame(deep));
  EXPECT_FALSE(
      decode_cursor("\x0A\x02\x08\x01\x12\x02"
                    "ab"));  // no journal
}

TEST(Gap, KeepsAReasonThatIsNotKnownYet) {
  const auto gap = decode_gap(std::string("\x0A\x00\x12\x00\x18\x63", 6));
  ASSERT_TRUE(gap);
  EXPECT_EQ(static_cast<int>(gap->gap.reason), 99);
  EXPECT_EQ(to_string(gap->gap.reason), "unknown");
}

}  // namespace
}  // namespace cantrail::encode::protobuf
