#include "journal/batch_codec.hpp"
#include "journal/journal_fixture.hpp"
#include "journal/sample_batches.hpp"

namespace cantrail {
namespace {

class JournalRoundTripTest : public JournalTest, public ::testing::WithParamInterface<JournalCompression> {};

INSTANTIATE_TEST_SUITE_P(Kinds, JournalRoundTripTest,
                         ::testing::Values(JournalCompression::none, JournalCompression::zstd));

TEST_P(JournalRoundTripTest, GivesBackEverythingThatABatchHolds) {
  options_.compression = GetParam();
  open();
  const CatalogPtr catalog = make_catalog(R"({"sources":["can0"]})");
  auto batch = make(0, catalog);
  fill_whole(*batch);
  ASSERT_TRUE(journal_->append(*batch).ok());
  seq_ = 1;
  record_ = batch->records();
  auto tick = make(0, catalog);
  tick->source = 0xFFFF;
  tick->tick = true;
  ASSERT_TRUE(journal_->append(*tick).ok());

  const auto items = read_all();
  ASSERT_EQ(items.size(), 2U);
  expect_equal(*batch, *items[0].batch);
  expect_equal(*tick, *items[1].batch);
  EXPECT_EQ(items[0].catalog, catalog->digest);
  EXPECT_FALSE(items[0].missing || items[1].missing);
}

TEST_F(JournalTest, LeavesOutColumnsThatAreConstantAndShortensTimes) {
  open();
  const auto plain = make(1000);
  ASSERT_TRUE(journal_->append(*plain).ok());
  const std::uint64_t bytes = journal_->stats().appended_bytes;
  EXPECT_LT(bytes, 1000U * 16 + 200);
  expect_equal(*plain, *read_all().at(0).batch);
}

TEST_F(JournalTest, CompressesWhatIsSmallerForItAndKnowsItAfterACrash) {
  options_.compression = JournalCompression::zstd;
  const CatalogPtr catalog = make_catalog("{}");
  open();
  for (int i = 0; i < 20; ++i) {
    const auto batch = make(i % 2 == 0 ? 1000 : 1, catalog);  // one frame is not worth it
    batch->source_position = "at " + std::to_string(i);
    ASSERT_TRUE(journal_->append(*batch).ok());
  }
  EXPECT_LT(journal_->stats().appended_bytes, 10U * 1000 * 16 / 2);
  options_.compression = JournalCompression::none;
  open();
  EXPECT_EQ(journal_->past().source_positions.at("can0"), "at 19");
  EXPECT_EQ(journal_->past().end, (Position{journal_->id(), 1, 21, 0}));
  ASSERT_TRUE(append(1000).ok());
  EXPECT_GT(journal_->stats().appended_bytes, 1000U * 16);
  const auto items = read_all();
  ASSERT_EQ(items.size(), 21U);
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(items[i].batch->frames.size(), i % 2 == 0 ? 1000U : 1U);
}

TEST_F(JournalTest, ResolvesTheDefinitionOfEachBatchInEverySegment) {
  options_.segment_bytes = 8192;
  open();
  const CatalogPtr one = make_catalog("{\"n\":1}"), two = make_catalog("{\"n\":2}");
  for (int i = 0; i < 40; ++i) ASSERT_TRUE(append(100, i < 20 ? one : two).ok());
  EXPECT_GT(journal_->stats().segments, 5U);
  auto opened = journal_->read({});
  const auto reader = std::move(opened).value();
  for (int i = 0; i < 40; ++i) {
    const auto item = *reader->next();
    ASSERT_TRUE(item.has_value());
    const auto definition = reader->definition(item->catalog);
    ASSERT_TRUE(definition.ok());
    EXPECT_EQ(*definition, i < 20 ? one->definition : two->definition);
  }
  EXPECT_EQ(reader->definition(sha256("another")).fault().kind, FaultKind::corrupt);
}

TEST_F(JournalTest, StartsReadingAtAnyPosition) {
  options_.segment_bytes = 8192;
  open();
  for (int i = 0; i < 30; ++i) ASSERT_TRUE(append(100).ok());
  open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(append(10).ok());
  for (std::uint64_t seq = 1; seq <= 31; ++seq) {
    const auto items = read_all({journal_->id(), 1, seq, 0});
    ASSERT_EQ(items.size(), 33 - (seq - 1)) << seq;
    EXPECT_FALSE(items[0].missing);
    if (seq <= 30) {
      EXPECT_EQ(items[0].batch->position.seq, seq);
    }
  }
  EXPECT_EQ(read_all({journal_->id(), 2, 2, 0}).size(), 2U);
  EXPECT_TRUE(read_all({journal_->id(), 2, 4, 0}).empty());
}

TEST_F(JournalTest, RefusesACursorOfAnotherJournal) {
  open();
  JournalId other = journal_->id();
  other.bytes[3] ^= 1;
  EXPECT_EQ(journal_->read({other, 1, 1, 0}).fault().kind, FaultKind::rejected);
}

TEST_F(JournalTest, RefusesAPositionThatDoesNotAscend) {
  open();
  const auto first = make(1);
  ASSERT_TRUE(journal_->append(*first).ok());
  EXPECT_EQ(journal_->append(*first).fault().kind, FaultKind::bug);
  auto other_epoch = make(1);
  other_epoch->position.epoch = 9;
  EXPECT_EQ(journal_->append(*other_epoch).fault().kind, FaultKind::bug);
}

// The payload decoder alone, for bytes that a checksum would have kept away from it.
class BatchDecoderTest : public ::testing::TestWithParam<JournalCompression> {};

TEST_P(BatchDecoderTest, SurvivesEveryCutAndEveryFlip) {
  const auto type = GetParam() == JournalCompression::none ? journal::RecordType::batch
                                                           : journal::RecordType::compressed_batch;
  RawBatch batch;
  fill_every_kind(batch.frames, 1000);
  fill_rows(batch.rows.emplace_back(), 4, 5, true);
  batch.gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", 3, 0});
  batch.source_position = "here";
  journal::BatchEncoder encoder(GetParam());
  ASSERT_TRUE(encoder.prepare(batch, "can0").ok());
  std::vector<std::uint64_t> words;
  std::string record;
  for (const auto piece : encoder.pieces(1)) record += journal::as_text(piece);
  ASSERT_EQ(static_cast<std::uint8_t>(record[8]), static_cast<std::uint8_t>(type));
  words.resize(record.size() / 8);
  journal::BatchDecoder decoder;
  RawBatch out;
  Digest digest;
  const auto payload = [&] { return std::as_bytes(std::span(words)).subspan(16); };
  std::memcpy(words.data(), record.data(), record.size());
  ASSERT_TRUE(decoder.decode(type, payload(), out, digest));
  for (std::size_t cut = 0; cut < payload().size(); cut += 8) {
    EXPECT_FALSE(decoder.decode(type, payload().first(cut), out, digest)) << cut;
  }
  for (std::size_t bit = 16 * 8; bit < record.size() * 8; ++bit) {
    std::string flipped = record;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::memcpy(words.data(), flipped.data(), flipped.size());
    if (!decoder.decode(type, payload(), out, digest)) continue;
    for (const StreamBlock& block : out.rows) {
      for (std::size_t row = 0; row < block.rows() && block.fields() > 2; ++row)
        (void)block.text(2, row).size();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, BatchDecoderTest,
                         ::testing::Values(JournalCompression::none, JournalCompression::zstd));

TEST(BatchDecoder, RefusesAFrameThatStandsForMoreThanAnybodyWrites) {
  RawBatch batch;
  for (int i = 0; i < 200; ++i) batch.frames.append({WallTime{i}, 1, 0, 0, 8, std::array<std::uint8_t, 8>{}});
  journal::BatchEncoder encoder(JournalCompression::zstd);
  ASSERT_TRUE(encoder.prepare(batch, "").ok());
  std::string record;
  for (const auto piece : encoder.pieces(1)) record += journal::as_text(piece);
  std::vector<std::uint64_t> words(record.size() / 8);
  const std::size_t at =
      sizeof(journal::RecordHeader) + sizeof(journal::BatchHeader);  // the text section is empty
  journal::BatchDecoder decoder;
  RawBatch out;
  Digest digest;
  std::uint32_t columns = 0;
  std::memcpy(&columns, record.data() + at, sizeof columns);
  for (const std::uint32_t claim : {columns, columns - 8, columns + 8, 0U, (16U << 20) + 8, 0xFFFFFFF8U}) {
    std::memcpy(record.data() + at, &claim, sizeof claim);
    std::memcpy(words.data(), record.data(), record.size());
    const auto payload = std::as_bytes(std::span(words)).subspan(16);
    EXPECT_EQ(decoder.decode(journal::RecordType::compressed_batch, payload, out, digest), claim == columns)
        << claim;
  }
}

}  // namespace
}  // namespace cantrail
