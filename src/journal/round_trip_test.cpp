#include "journal/batch_codec.hpp"
#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

void fill_every_kind(FrameBlock& frames, std::int64_t time) {
  std::vector<std::uint8_t> data(64);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(255 - i);
  const std::span<const std::uint8_t> all(data);
  frames.append({WallTime{time}, 0x7FF, 0, 0, 8, all.first(8)});
  frames.append({WallTime{time - 5}, 0x1ABCDEF0 | kIdExtended, kFlagFd | kFlagBrs | kFlagEsi, 1, 64, all});
  frames.append({WallTime{time + 1}, 0x123 | kIdRemote, kFlagTx, 0, 8, {}});
  frames.append({WallTime{time + 2}, 0x4 | kIdError, 0, 2, 8, all.first(8)});
  frames.append({WallTime{time + 6'000'000'000}, 0, with_origin(9U << kDlcShift, TimeOrigin::hardware), 65535,
                 8, all.first(8)});
  frames.append({WallTime{time + 3}, 0x55, kFlagFd, 0, 12, all.first(12)});
  frames.append({WallTime{std::numeric_limits<std::int64_t>::min()}, 0x55, 0, 0, 0, {}});
}

void fill_rows(StreamBlock& block, StreamId stream, std::size_t rows, bool frame_derived) {
  block.reset(stream, 3, rows, frame_derived);
  for (std::size_t row = 0; row < rows; ++row) {
    block.time_ns()[row] = static_cast<std::int64_t>(row) * 7;
    if (frame_derived) block.frame()[row] = static_cast<std::uint32_t>(row);
    block.f64(0)[row] = 0.1 * static_cast<double>(row);
    block.i64(1)[row] = -static_cast<std::int64_t>(row);
    block.set_text(2, row, "text " + std::to_string(row * row));
  }
  const auto bits = block.make_validity(1, true);
  for (std::size_t row = 0; row < rows; row += 3) bits[row / 64] &= ~(std::uint64_t{1} << (row % 64));
}

void expect_equal(const StreamBlock& a, const StreamBlock& b) {
  ASSERT_EQ(a.stream(), b.stream());
  ASSERT_EQ(a.rows(), b.rows());
  ASSERT_EQ(a.fields(), b.fields());
  EXPECT_TRUE(std::equal(a.frame().begin(), a.frame().end(), b.frame().begin(), b.frame().end()));
  for (std::size_t field = 0; field < a.fields(); ++field) {
    EXPECT_EQ(a.validity(field).empty(), b.validity(field).empty());
    for (std::size_t row = 0; row < a.rows(); ++row) {
      EXPECT_EQ(a.time_ns()[row], b.time_ns()[row]);
      EXPECT_EQ(a.word(field, row), b.word(field, row));
      EXPECT_EQ(a.valid(field, row), b.valid(field, row));
      if (field == 2) {
        EXPECT_EQ(a.text(field, row), b.text(field, row));
      }
    }
  }
}

void expect_equal(const RawBatch& a, const RawBatch& b) {
  EXPECT_EQ(a.position, b.position);
  EXPECT_EQ(a.first_record, b.first_record);
  EXPECT_EQ(a.source, b.source);
  EXPECT_EQ(a.clock.mono, b.clock.mono);
  EXPECT_EQ(a.clock.wall, b.clock.wall);
  EXPECT_EQ(a.source_position, b.source_position);
  EXPECT_EQ(a.gaps, b.gaps);
  EXPECT_EQ(a.tick, b.tick);
  expect_equal(a.frames, b.frames);
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) expect_equal(a.rows[i], b.rows[i]);
}

TEST_F(JournalTest, GivesBackEverythingThatABatchHolds) {
  open();
  const CatalogPtr catalog = make_catalog(R"({"sources":["can0"]})");
  auto batch = make(0, catalog);
  batch->source = 1;
  batch->source_position = std::string("opaque\0position", 15);
  fill_every_kind(batch->frames, batch->clock.wall.ns);
  fill_rows(batch->rows.emplace_back(), 4, 130, false);
  fill_rows(batch->rows.emplace_back(), 9, 1, true);
  fill_rows(batch->rows.emplace_back(), 10, 0, false);
  batch->gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", std::nullopt, 0});
  batch->gaps.push_back({WallTime{3}, WallTime{4}, GapReason::network_loss, "", 17, 5});
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
TEST(BatchDecoder, SurvivesEveryCutAndEveryFlip) {
  RawBatch batch;
  fill_every_kind(batch.frames, 1000);
  fill_rows(batch.rows.emplace_back(), 4, 5, true);
  batch.gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", 3, 0});
  batch.source_position = "here";
  journal::BatchEncoder encoder;
  ASSERT_TRUE(encoder.prepare(batch, "can0").ok());
  std::vector<std::uint64_t> words;
  std::string record;
  for (const auto piece : encoder.pieces(1)) record += journal::as_text(piece);
  words.resize(record.size() / 8);
  journal::BatchDecoder decoder;
  RawBatch out;
  Digest digest;
  const auto payload = [&] { return std::as_bytes(std::span(words)).subspan(16); };
  std::memcpy(words.data(), record.data(), record.size());
  ASSERT_TRUE(decoder.decode(payload(), out, digest));
  for (std::size_t cut = 0; cut < payload().size(); cut += 8) {
    EXPECT_FALSE(decoder.decode(payload().first(cut), out, digest)) << cut;
  }
  for (std::size_t bit = 16 * 8; bit < record.size() * 8; ++bit) {
    std::string flipped = record;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::memcpy(words.data(), flipped.data(), flipped.size());
    if (!decoder.decode(payload(), out, digest)) continue;
    for (const StreamBlock& block : out.rows) {
      for (std::size_t row = 0; row < block.rows() && block.fields() > 2; ++row)
        (void)block.text(2, row).size();
    }
  }
}

}  // namespace
}  // namespace cantrail
