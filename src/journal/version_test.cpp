#include "journal/format.hpp"
#include "journal/journal_fixture.hpp"
#include "journal/sample_batches.hpp"

namespace cantrail {
namespace {

// The journals in testdata/version-N hold these batches; builds that knew nothing of later versions wrote
// them (WritesItsSample): epoch 1 with an orderly stop, epoch 2 in several segments of 4 KiB and without.
std::vector<std::unique_ptr<RawBatch>> sample(const JournalId& id) {
  const CatalogPtr one = make_catalog(R"({"sources":["can0","sensor"],"n":1})"),
                   two = make_catalog(R"({"n":2})");
  std::vector<std::unique_ptr<RawBatch>> batches;
  std::array<std::uint64_t, 3> seq{}, record{};
  for (std::uint32_t i = 0; i < 8; ++i) {
    const std::uint32_t epoch = i < 3 ? 1 : 2;
    auto batch = std::make_unique<RawBatch>();
    batch->position = {id, epoch, ++seq[epoch], 0};
    batch->first_record = record[epoch];
    batch->clock = {MonoTime{5'000'000'000 + i},
                    WallTime{1'700'000'000'000'000'000 + std::int64_t{i} * 1'000'000}};
    batch->catalog = epoch == 1 ? one : two;
    if (i == 0) fill_whole(*batch);
    batch->tick = i == 1;
    if (i > 1) add_frames(*batch, 100, batch->clock.wall.ns);
    record[epoch] += batch->records();
    batches.push_back(std::move(batch));
  }
  return batches;
}

class JournalVersionTest : public JournalTest {
 protected:
  void write_sample() {
    options_.segment_bytes = 4096;
    open();
    for (const auto& batch : sample(journal_->id())) {
      if (batch->position.epoch != journal_->epoch()) {
        ASSERT_TRUE(journal_->close_cleanly().ok());
        open();
      }
      ASSERT_TRUE(journal_->append(*batch).ok());
    }
  }
  void use_sample(const std::string& name, const std::string& id) {
    std::filesystem::copy(CANTRAIL_SOURCE_DIR "/src/journal/testdata/" + name, options_.folder,
                          std::filesystem::copy_options::recursive);
    open();
    EXPECT_EQ(to_string(journal_->id()), id);
    EXPECT_EQ(journal_->epoch(), 3U);
    EXPECT_EQ(journal_->past().source_positions.at("sensor"), std::string("opaque\0position", 15));
    expect_sample();
    EXPECT_EQ(journal_->stats().damaged_places, 0U);
  }
  void expect_sample() {
    const auto expected = sample(journal_->id());
    const auto items = read_all();
    ASSERT_EQ(items.size(), expected.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
      expect_equal(*expected[i], *items[i].batch);
      EXPECT_EQ(items[i].catalog, expected[i]->catalog->digest);
      EXPECT_FALSE(items[i].missing);
    }
  }
};

// With CANTRAIL_KEEP_SAMPLE it leaves there what a folder of testdata is made from.
TEST_F(JournalVersionTest, WritesItsSample) {
  for (const JournalCompression compression : {JournalCompression::none, JournalCompression::zstd}) {
    std::filesystem::remove_all(options_.folder);
    options_.compression = compression;
    write_sample();
    expect_sample();
    const std::uint8_t version = compression == JournalCompression::none ? 1 : 2;
    for (const std::string& path : segment_paths()) EXPECT_EQ(slurp(path)[8], version);
    if (const char* keep = std::getenv("CANTRAIL_KEEP_SAMPLE")) {
      std::filesystem::copy(options_.folder, keep + ("/version-" + std::to_string(version)),
                            std::filesystem::copy_options::recursive);
    }
    journal_.reset();
  }
}

TEST_F(JournalVersionTest, ReadsJournalsOfVersion1) {
  use_sample("version-1", "f6d1a69ab700aeb231ed9a3622f46401");
}

TEST_F(JournalVersionTest, ReadsJournalsOfVersion2) {
  use_sample("version-2", "66979621ef10318d9afa2604fa3e7207");
}

TEST_F(JournalVersionTest, ReportsASegmentOfALaterVersion) {
  open();
  ASSERT_TRUE(append(5).ok());
  ASSERT_TRUE(journal_->close_cleanly().ok());
  const std::string path = segment_paths().at(0);
  journal_.reset();
  std::string content = slurp(path);
  journal::SegmentHeader header;
  ASSERT_TRUE(journal::load(std::as_bytes(std::span(content)), header));
  header.version = 3;
  header = journal::sealed(header);
  std::memcpy(content.data(), &header, sizeof header);
  spill(path, content);
  open();
  ASSERT_TRUE(append(6).ok());
  const auto items = read_all();
  EXPECT_EQ(items.back().batch->frames.size(), 6U);
  EXPECT_EQ(journal_->stats().damaged_places, 1U);
  EXPECT_EQ(slurp(path), content) << "it is left alone";
}

}  // namespace
}  // namespace cantrail
