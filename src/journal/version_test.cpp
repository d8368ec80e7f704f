#include "journal/journal_fixture.hpp"
#include "journal/sample_batches.hpp"

namespace cantrail {
namespace {

// The journal in testdata/version-1 holds these batches; a build that knew nothing of later versions wrote it
// (WritesItsSample, before there was compression): epoch 1 with an orderly stop, epoch 2 in several segments
// of 4 KiB and without.
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

TEST_F(JournalVersionTest, WritesItsSample) {
  write_sample();
  expect_sample();
  if (const char* keep = std::getenv("CANTRAIL_KEEP_SAMPLE")) {
    std::filesystem::copy(options_.folder, keep, std::filesystem::copy_options::recursive);
  }
}

TEST_F(JournalVersionTest, ReadsJournalsOfVersion1) {
  std::filesystem::copy(CANTRAIL_SOURCE_DIR "/src/journal/testdata/version-1", options_.folder,
                        std::filesystem::copy_options::recursive);
  open();
  EXPECT_EQ(to_string(journal_->id()), "f6d1a69ab700aeb231ed9a3622f46401");
  EXPECT_EQ(journal_->epoch(), 3U);
  EXPECT_EQ(journal_->past().source_positions.at("sensor"), std::string("opaque\0position", 15));
  expect_sample();
}

}  // namespace
}  // namespace cantrail
