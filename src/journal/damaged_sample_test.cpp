// A journal with something of everything, cut off at every byte and with a bit turned over in every byte.
// Whatever is damaged: nothing crashes or hangs, every record but the one that was hit is given back as it
// was written, and the damage is counted.
#include "journal/format.hpp"
#include "journal/kept_folder.hpp"
#include "journal/sample_batches.hpp"

namespace cantrail {
namespace {

using journal::RecordHeader;
using journal::RecordType;

struct Stretch {
  RecordType type = RecordType::epoch;
  std::size_t begin = 0, end = 0;

  [[nodiscard]] bool holds(std::size_t offset) const { return begin <= offset && offset < end; }
};

// The records of a whole segment.
std::vector<Stretch> stretches(const std::string& segment) {
  std::vector<Stretch> found;
  for (std::size_t at = sizeof(journal::SegmentHeader); at < segment.size();) {
    RecordHeader header;
    std::memcpy(&header, segment.data() + at, sizeof header);
    const std::size_t end = at + sizeof header + header.length;
    found.push_back({static_cast<RecordType>(header.mark & 0xFFU), at, end});
    at = end;
  }
  return found;
}

class JournalDamagedSampleTest : public KeptFolderTest,
                                 public ::testing::WithParamInterface<JournalCompression> {
 protected:
  static constexpr std::size_t kBatches = 5;

  void SetUp() override {
    KeptFolderTest::SetUp();
    options_.compression = GetParam();
  }

  // The parts of fill_whole(), with fewer rows: each byte costs a journal that is opened.
  std::unique_ptr<RawBatch> make_rich(const CatalogPtr& catalog) {
    auto batch = make(0, catalog);
    batch->source = 1;
    batch->source_position = std::string("opaque\0position", 15);
    fill_every_kind(batch->frames, batch->clock.wall.ns);
    fill_rows(batch->rows.emplace_back(), 4, 9, false);
    fill_rows(batch->rows.emplace_back(), 9, 1, true);
    batch->gaps.push_back({WallTime{1}, WallTime{2}, GapReason::bus_off, "can0", std::nullopt, 0});
    batch->gaps.push_back({WallTime{3}, WallTime{4}, GapReason::network_loss, "", 17, 5});
    record_ += batch->records();
    return batch;
  }

  // One segment, with an orderly end; kept.
  void write_sample() {
    open();
    const CatalogPtr one = make_catalog(R"({"n":1})"), two = make_catalog(R"({"n":2})");
    for (std::size_t i = 0; i < kBatches; ++i) {
      const CatalogPtr& catalog = i < 3 ? one : two;
      written_.push_back(i == 1 ? make_rich(catalog) : make(i == 3 ? 40 : i + 1, catalog));
      ASSERT_TRUE(journal_->append(*written_.back()).ok());
    }
    path_ = segment_paths().at(0);
    ASSERT_TRUE(journal_->close_cleanly().ok());
    keep();
    whole_ = kept_.at(path_);
    records_ = stretches(whole_);
    std::erase_if(batches_ = records_, [](const Stretch& stretch) { return !is_batch(stretch.type); });
    ASSERT_EQ(batches_.size(), kBatches);
    ASSERT_EQ(records_.back().type, RecordType::end);
    ASSERT_EQ(batches_[3].type == RecordType::compressed_batch, GetParam() == JournalCompression::zstd);
  }

  // What was written is there, but for the batch `without`; then one of 9 frames, of this run.
  void expect_all_but(std::optional<std::size_t> without, std::size_t byte) {
    SCOPED_TRACE("byte " + std::to_string(byte));
    open();
    ASSERT_TRUE(append(9).ok());
    const auto items = read_all();
    std::size_t at = 0;
    for (std::size_t i = 0; i < kBatches; ++i) {
      if (i == without) continue;
      ASSERT_LT(at, items.size());
      ASSERT_NO_FATAL_FAILURE(expect_equal(*written_[i], *items[at].batch));
      ASSERT_EQ(items[at].catalog, written_[i]->catalog->digest);
      expect_loss_before(items[at++], without && *without + 1 == i ? without : std::nullopt);
    }
    ASSERT_EQ(items.size(), at + 1);
    ASSERT_EQ(items[at].batch->frames.size(), 9U);
    expect_loss_before(items[at], without == kBatches - 1 ? without : std::nullopt);
  }

  void expect_loss_before(const JournalReader::Item& item, std::optional<std::size_t> batch) {
    ASSERT_EQ(item.missing.has_value(), batch.has_value());
    if (!batch) return;
    EXPECT_EQ(item.missing->reason, GapReason::journal_corrupt);
    EXPECT_EQ(item.missing->count, written_[*batch]->records());
    EXPECT_EQ(item.missing_earlier, *batch == kBatches - 1 ? written_[*batch]->records() : 0U);
  }

  std::vector<std::unique_ptr<RawBatch>> written_;
  std::string path_, whole_;
  std::vector<Stretch> records_, batches_;
};

TEST_P(JournalDamagedSampleTest, GivesBackEverythingWholeBeforeACutAtAnyByte) {
  write_sample();
  for (std::size_t size = 0; size < whole_.size() && !HasFailure(); ++size) {
    SCOPED_TRACE("cut at " + std::to_string(size));
    put_back();
    std::filesystem::resize_file(path_, size);
    open();
    std::size_t whole = 0, end = 0;
    for (const Stretch& record : records_) {
      if (record.end > size) break;
      end = record.end;
      whole += is_batch(record.type) ? 1 : 0;
    }
    if (whole != 0) {
      EXPECT_EQ(journal_->past().torn_bytes, size - end);
    }
    EXPECT_FALSE(journal_->past().clean);
    ASSERT_TRUE(append(9).ok());
    const auto items = read_all();
    ASSERT_EQ(items.size(), whole + 1);
    for (std::size_t i = 0; i < whole; ++i) expect_equal(*written_[i], *items[i].batch);
    EXPECT_EQ(items.back().batch->frames.size(), 9U);
    for (const auto& item : items) EXPECT_FALSE(item.missing) << "a torn tail is no loss";
  }
}

TEST_P(JournalDamagedSampleTest, LosesOnlyTheRecordInWhichAByteIsDamagedAndCountsIt) {
  write_sample();
  for (std::size_t i = 0; i < whole_.size() && !HasFailure(); ++i) {
    put_back();
    std::string damaged = whole_;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    spill(path_, damaged);
    const auto is_hit = [i](const Stretch& record) { return record.holds(i); };
    const auto batch = std::find_if(batches_.begin(), batches_.end(), is_hit);
    const bool is_batch_hit = batch != batches_.end();
    expect_all_but(
        is_batch_hit ? std::optional(static_cast<std::size_t>(batch - batches_.begin())) : std::nullopt, i);
    const JournalStats stats = journal_->stats();
    const auto record = std::find_if(records_.begin(), records_.end(), is_hit);
    if (record != records_.end() && record->type == RecordType::end) {
      EXPECT_FALSE(journal_->past().clean);  // nothing but cleanness is lost
      EXPECT_EQ(stats.torn_bytes, record->end - record->begin);
      continue;
    }
    const std::size_t bytes =
        record != records_.end() ? record->end - record->begin : sizeof(journal::SegmentHeader);
    EXPECT_EQ(stats.damaged_places, 1U) << i;
    EXPECT_EQ(stats.damaged_bytes, bytes) << i;
    read_all();
    EXPECT_EQ(journal_->stats().damaged_bytes, bytes) << "a second reader tells nothing new, at " << i;
  }
}

// Definitions are those that were written, or said to be gone; the batches that name them are there.
TEST_P(JournalDamagedSampleTest, GivesNoDefinitionThatIsDamaged) {
  write_sample();
  for (const Stretch& record : records_) {
    if (record.type != RecordType::catalog) continue;
    for (std::size_t i = record.begin; i < record.end && !HasFailure(); ++i) {
      put_back();
      std::string damaged = whole_;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
      spill(path_, damaged);
      open();
      auto reader = journal_->read({});
      ASSERT_TRUE(reader.ok());
      for (const auto& written : written_) {
        const auto definition = (*reader)->definition(written->catalog->digest);
        if (definition) {
          EXPECT_EQ(*definition, written->catalog->definition);
        } else {
          EXPECT_EQ(definition.fault().kind, FaultKind::corrupt);
        }
      }
    }
  }
}

TEST_P(JournalDamagedSampleTest, NeedsNoneOfItsOtherFiles) {
  write_sample();
  for (const auto& [path, content] : kept_) {
    if (path == path_) continue;
    for (std::size_t i = 0; i < std::min<std::size_t>(content.size(), 256) && !HasFailure(); ++i) {
      put_back();
      std::string damaged = content;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
      spill(path, damaged);
      expect_all_but(std::nullopt, i);
      put_back();
      std::filesystem::resize_file(path, i);
      expect_all_but(std::nullopt, i);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, JournalDamagedSampleTest,
                         ::testing::Values(JournalCompression::none, JournalCompression::zstd));

// In the midst of a journal a cut is no torn tail: what it took is counted, the segments around are whole.
TEST_F(KeptFolderTest, CountsWhatACutAtAnyByteOfAnOlderSegmentTook) {
  constexpr std::size_t kAll = 12;
  options_.segment_bytes = 4096;
  open();
  for (std::size_t i = 0; i < kAll; ++i) ASSERT_TRUE(append(50).ok());
  const auto paths = segment_paths();
  ASSERT_GE(paths.size(), 3U);
  keep();
  const std::size_t whole = kept_.at(paths[1]).size();
  for (std::size_t size = 0; size < whole && !HasFailure(); ++size) {
    SCOPED_TRACE("cut at " + std::to_string(size));
    put_back();
    std::filesystem::resize_file(paths[1], size);
    open();
    std::uint64_t read = 0, missing = 0;
    for (const auto& item : read_all()) {
      read += item.batch->records();
      if (!item.missing) continue;
      EXPECT_EQ(item.missing->reason, GapReason::journal_corrupt);
      missing += item.missing->count.value_or(0);
    }
    EXPECT_EQ(read + missing, kAll * 50);
    EXPECT_LT(read, kAll * 50);
    EXPECT_EQ(journal_->stats().damaged_places, 1U);
  }
}

}  // namespace
}  // namespace cantrail
