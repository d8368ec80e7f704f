#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "formats/mcap/test_sample.hpp"

namespace cantrail::mcap {
namespace {

rc::Gen<std::string> any_bytes(int most) {
  return rc::gen::mapcat(rc::gen::inRange(0, most), [](int size) {
    return rc::gen::container<std::string>(static_cast<std::size_t>(size), rc::gen::arbitrary<char>());
  });
}

rc::Gen<std::string> any_text() {
  return rc::gen::container<std::string>(rc::gen::element('a', 'Z', '/', ' ', '"', '\n'));
}

KeyValues any_values() {
  KeyValues values;
  for (const auto& [key, value] :
       *rc::gen::container<std::map<std::string, std::string>>(any_text(), any_text())) {
    values.emplace_back(key, value);
  }
  return values;
}

Sample any_sample() {
  Sample sample;
  sample.file = {*any_text(), *any_text(), *rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>(),
                 *rc::gen::arbitrary<bool>()};
  sample.chunk.compression = *rc::gen::element(Compression::none, Compression::lz4, Compression::zstd);
  sample.chunk.crc = *rc::gen::arbitrary<bool>();
  sample.chunk.message_index = *rc::gen::arbitrary<bool>();
  sample.chunked = *rc::gen::weightedElement<bool>({{4, true}, {1, false}});
  for (const auto id :
       *rc::gen::container<std::set<std::uint16_t>>(rc::gen::inRange<std::uint16_t>(1, 0xFFFF))) {
    sample.schemas.push_back({id, *any_text(), *any_text(), *any_bytes(200)});
  }
  std::vector<std::uint16_t> ids{0};
  for (const Schema& schema : sample.schemas) ids.push_back(schema.id);
  for (const auto id :
       *rc::gen::nonEmpty(rc::gen::container<std::set<std::uint16_t>>(rc::gen::arbitrary<std::uint16_t>()))) {
    sample.channels.push_back({id, *rc::gen::elementOf(ids), *any_text(), *any_text(), any_values()});
  }
  std::vector<std::uint16_t> channels;
  for (const Channel& channel : sample.channels) channels.push_back(channel.id);
  const int chunks = *rc::gen::inRange(0, 6);
  for (int c = 0; c < chunks; ++c) {
    const auto row = rc::gen::exec([&] {
      const std::uint64_t time =
          *rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(0, 50), rc::gen::arbitrary<std::uint64_t>());
      return Row{{*rc::gen::elementOf(channels), *rc::gen::arbitrary<std::uint32_t>(), time,
                  *rc::gen::arbitrary<std::uint64_t>()},
                 *any_bytes(100)};
    });
    sample.chunks.push_back(*rc::gen::container<Rows>(row));
  }
  const int attachments = *rc::gen::inRange(0, 3);
  for (int a = 0; a < attachments; ++a) {
    sample.attachments.push_back(
        {{*rc::gen::arbitrary<std::uint64_t>(), 0, *any_text(), *any_text()}, *any_bytes(1000)});
    sample.metadata.push_back({*any_text(), any_values()});
  }
  sample.attachments.resize(std::min(sample.attachments.size(), sample.chunks.size()));
  sample.metadata.resize(std::min(sample.metadata.size(), sample.chunks.size()));
  return sample;
}

void expect_same_summary(const Summary& summary, const Sample& sample) {
  RC_ASSERT(summary.header.profile == sample.file.profile);
  RC_ASSERT(summary.header.library == sample.file.library);
  RC_ASSERT(std::equal(sample.schemas.begin(), sample.schemas.end(), summary.definitions.schemas().begin(),
                       summary.definitions.schemas().end()));
  RC_ASSERT(std::equal(sample.channels.begin(), sample.channels.end(), summary.definitions.channels().begin(),
                       summary.definitions.channels().end()));
  const Rows rows = sample.rows();
  const Statistics& statistics = summary.statistics;
  RC_ASSERT(statistics.messages == rows.size());
  RC_ASSERT(statistics.schemas == sample.schemas.size());
  RC_ASSERT(statistics.channels == sample.channels.size());
  RC_ASSERT(statistics.attachments == sample.attachments.size());
  RC_ASSERT(statistics.metadata == sample.metadata.size());
  RC_ASSERT(statistics.chunks == summary.chunks.size());
  std::vector<std::uint64_t> counted(statistics.messages_of);
  for (const Row& row : rows) --counted[row.header.channel];
  RC_ASSERT(std::all_of(counted.begin(), counted.end(), [](std::uint64_t left) { return left == 0; }));
  if (!rows.empty()) {
    const Rows sorted = in_order(rows);
    RC_ASSERT(statistics.start_ns == sorted.front().header.log_time_ns);
    RC_ASSERT(statistics.end_ns == sorted.back().header.log_time_ns);
  }
}

RC_GTEST_PROP(McapRoundTrip, EveryReaderFindsWhatWasWritten, ()) {
  const Sample sample = any_sample();
  const Bytes bytes = write(sample);
  const StreamRead streamed = read_stream(bytes);
  RC_ASSERT(streamed.damage.empty());
  RC_ASSERT(streamed.ending == Ending::complete);
  RC_ASSERT(streamed.rows == sample.rows());

  const Examination examination = examined(bytes);
  RC_ASSERT(examination.intact());
  expect_same_summary(examination.readable, sample);
  RC_ASSERT(read_ordered(bytes, examination.readable) == in_order(sample.rows()));

  const auto summary = read_summary(MemorySource(bytes));
  RC_ASSERT(summary.ok() == (sample.chunked || sample.rows().empty()));
  if (!summary) return;
  expect_same_summary(*summary, sample);
  RC_ASSERT(read_ordered(bytes, *summary) == in_order(sample.rows()));
}

RC_GTEST_PROP(McapRoundTrip, ASelectionIsWhatItSays, ()) {
  Sample sample = any_sample();
  sample.chunked = true;
  const Bytes bytes = write(sample);
  const auto summary = read_summary(MemorySource(bytes));
  RC_ASSERT(summary.ok());
  Selection selection;
  selection.from_ns = *rc::gen::inRange<std::uint64_t>(0, 60);
  if (*rc::gen::arbitrary<bool>()) selection.until_ns = *rc::gen::inRange<std::uint64_t>(0, 60);
  const bool odd = *rc::gen::arbitrary<bool>();
  selection.channels = [odd](const Channel& channel) { return (channel.id & 1U) == (odd ? 1U : 0U); };
  Rows expected;
  for (const Row& row : in_order(sample.rows())) {
    const std::uint64_t time = row.header.log_time_ns;
    if (time < selection.from_ns || (selection.until_ns && time >= *selection.until_ns)) continue;
    if ((row.header.channel & 1U) == (odd ? 1U : 0U)) expected.push_back(row);
  }
  RC_ASSERT(read_ordered(bytes, *summary, selection) == expected);
}

class EachCompression : public testing::TestWithParam<Compression> {};
INSTANTIATE_TEST_SUITE_P(Mcap, EachCompression,
                         testing::Values(Compression::none, Compression::lz4, Compression::zstd));

TEST_P(EachCompression, KeepsAttachmentsAndMetadata) {
  const Sample sample = small_sample(GetParam());
  const Bytes bytes = write(sample);
  const MemorySource source(bytes);
  const auto summary = read_summary(source);
  ASSERT_TRUE(summary);
  ASSERT_EQ(summary->attachments.size(), sample.attachments.size());
  for (std::size_t i = 0; i < sample.attachments.size(); ++i) {
    const AttachmentPlace& place = summary->attachments[i];
    EXPECT_EQ(place.info, sample.attachments[i].first);
    std::string data(place.data_bytes, ' ');
    const RangeSource range(source, place.data_offset(), place.data_bytes);
    ASSERT_TRUE(range.read_at(0, std::as_writable_bytes(std::span(data))));
    EXPECT_EQ(data, sample.attachments[i].second);
  }
  ASSERT_EQ(summary->metadata.size(), 2U);
  EXPECT_EQ(summary->metadata[0].name, "trip");
  EXPECT_EQ(examined(bytes).readable.attachments, summary->attachments);
  EXPECT_EQ(examined(bytes).readable.metadata, summary->metadata);
}

TEST_P(EachCompression, StoresLargeChunks) {
  Sample sample = small_sample(GetParam());
  sample.chunks.assign(1, {});
  std::uint32_t noise = 1;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    std::string data(2000, ' ');
    for (char& byte : data)
      byte = static_cast<char>((noise = noise * 1664525 + 1013904223) >> (i % 2 == 0 ? 24 : 31));
    sample.chunks[0].push_back({{0, i, i, i}, data});
  }
  const Bytes bytes = write(sample);
  EXPECT_EQ(read_stream(bytes).rows, sample.rows());
  const auto summary = read_summary(MemorySource(bytes));
  ASSERT_TRUE(summary);
  EXPECT_EQ(read_ordered(bytes, *summary), sample.rows());
}

TEST(McapRoundTrip, AnEmptyFileIsAFile) {
  MemorySink sink;
  FileWriter writer(sink, {});
  ASSERT_TRUE(writer.finish());
  const auto summary = read_summary(MemorySource(sink.bytes));
  ASSERT_TRUE(summary) << summary.fault().message;
  EXPECT_EQ(summary->statistics.messages, 0U);
  EXPECT_TRUE(examined(sink.bytes).intact());
  EXPECT_TRUE(read_ordered(sink.bytes, *summary).empty());
}

}  // namespace
}  // namespace cantrail::mcap
