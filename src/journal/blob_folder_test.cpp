#include "journal/blob_folder.hpp"

#include <filesystem>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "base/file_fault.hpp"

namespace cantrail {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSize = 1000;

class QuietLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view) override {}
};

std::string content(int number) {
  std::string text = std::to_string(number) + ' ';
  text.resize(kSize, '.');
  return text;
}

Result<BlobReference> put(BlobFolder& blobs, int number) {
  const std::string text = content(number);
  return blobs.put(std::as_bytes(std::span(text)));
}

class BlobFolderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // Thousands of syncs: in memory they take no time.
    std::string name = fs::is_directory("/dev/shm") ? "/dev/shm" : "/tmp";
    name += "/cantrail-blobs-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    journal_.bytes.fill(7);
    (void)open();
  }
  void TearDown() override {
    blobs_.reset();
    fs::remove_all(folder_);
  }

  BlobFolder& open(std::uint64_t cap = 1U << 20) {
    blobs_.reset();
    blobs_ = std::make_unique<BlobFolder>(BlobFolder::Parts{
        {folder_ + "/blobs", cap}, journal_, epoch_, [this] { return oldest_; }, files_, log_});
    return *blobs_;
  }
  BlobFolder& restart(std::uint64_t cap = 1U << 20) {
    ++epoch_;
    return open(cap);
  }
  // As if the process had been killed before its end: the folder is what it was before the destructor ran.
  BlobFolder& crash(std::uint64_t cap = 1U << 20) {
    fs::create_directories(folder_ + "/blobs");
    fs::copy(folder_ + "/blobs", folder_ + "/kept", fs::copy_options::recursive);
    blobs_.reset();
    fs::remove_all(folder_ + "/blobs");
    fs::rename(folder_ + "/kept", folder_ + "/blobs");
    return restart(cap);
  }
  [[nodiscard]] Position at(std::uint64_t seq) const { return {journal_, epoch_, seq, 0}; }
  void name(int number, std::uint64_t row) {  // a row at `row` names it
    const Digest digest = sha256(content(number));
    blobs_->named(std::span(&digest, 1), at(row + 1));
  }
  [[nodiscard]] bool has(int number) const {
    const auto found = blobs_->get(sha256(content(number)));
    if (!found) {
      EXPECT_EQ(found.fault().kind, FaultKind::rejected) << found.fault().message;
      return false;
    }
    EXPECT_EQ(*found, content(number));
    return true;
  }

  std::string folder_;
  JournalId journal_;
  std::uint32_t epoch_ = 1;
  std::optional<Position> oldest_;
  FaultFileSystem files_;
  QuietLog log_;
  std::unique_ptr<BlobFolder> blobs_;
};

TEST_F(BlobFolderTest, KeepsAContentUnderItsDigestAndOnlyOnce) {
  EXPECT_FALSE(fs::exists(folder_ + "/blobs")) << "nothing is made before it is needed";
  const auto reference = put(*blobs_, 1);
  ASSERT_TRUE(reference.ok());
  EXPECT_EQ(reference->digest, sha256(content(1)));
  EXPECT_EQ(reference->bytes, kSize);
  const std::string hex = to_hex(reference->digest);
  EXPECT_TRUE(fs::is_regular_file(folder_ + "/blobs/" + hex.substr(0, 2) + "/" + hex.substr(2)));
  ASSERT_TRUE(put(*blobs_, 1).ok());
  EXPECT_EQ(blobs_->stats().blobs, 1U);
  EXPECT_EQ(blobs_->stats().bytes, kSize);
  EXPECT_TRUE(has(1));
  EXPECT_FALSE(has(2));
}

TEST_F(BlobFolderTest, HoldsItAcrossARestartAndRemovesWhatWasHalfWritten) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  fs::copy_file("/proc/self/cmdline", folder_ + "/blobs/new-17");
  restart();
  EXPECT_FALSE(fs::exists(folder_ + "/blobs/new-17"));
  EXPECT_TRUE(has(1));
}

TEST_F(BlobFolderTest, GivesUpOnlyWhatTheJournalNoLongerNamesAndOnlyForRoom) {
  open(3 * kSize);
  oldest_ = at(1);
  for (const int number : {1, 2, 3}) {
    ASSERT_TRUE(put(*blobs_, number).ok());
    name(number, static_cast<std::uint64_t>(number));
  }
  const auto refused = put(*blobs_, 4);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.fault().kind, FaultKind::exhausted);
  oldest_ = at(3);  // rows 1 and 2 are gone
  EXPECT_TRUE(has(1)) << "there is room";
  ASSERT_TRUE(put(*blobs_, 4).ok());
  EXPECT_FALSE(has(1));
  EXPECT_TRUE(has(2)) << "one was enough";
  EXPECT_TRUE(has(3) && has(4));
}

TEST_F(BlobFolderTest, WhatNoRowHasNamedYetStays) {
  open(kSize);
  ASSERT_TRUE(put(*blobs_, 1).ok());
  oldest_ = at(1'000'000);
  EXPECT_FALSE(put(*blobs_, 2).ok());
  name(1, 10);
  EXPECT_TRUE(put(*blobs_, 2).ok());
}

TEST_F(BlobFolderTest, PutTwiceItIsNamedTwice) {
  open(kSize);
  ASSERT_TRUE(put(*blobs_, 1).ok());
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  oldest_ = at(1'000);
  EXPECT_FALSE(put(*blobs_, 2).ok()) << "the second row is still to come";
  name(1, 2'000);
  EXPECT_FALSE(put(*blobs_, 2).ok()) << "and the journal has it";
  oldest_ = at(2'001);
  EXPECT_TRUE(put(*blobs_, 2).ok());
}

TEST_F(BlobFolderTest, KnowsAfterARestartWhichPositionNamesWhat) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  oldest_ = at(11);
  restart(kSize);
  EXPECT_TRUE(put(*blobs_, 2).ok()) << "the row at 10 is gone, though others of its epoch are there";
  EXPECT_FALSE(has(1));
}

TEST_F(BlobFolderTest, AfterACrashKeepsForAnEpochWhatItDoesNotKnow) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  oldest_ = at(11);
  crash(2 * kSize);
  ASSERT_TRUE(put(*blobs_, 2).ok());
  EXPECT_FALSE(put(*blobs_, 3).ok()) << "it might be named by a later row of that epoch";
  oldest_ = at(1);  // the epoch is gone
  EXPECT_TRUE(put(*blobs_, 3).ok());
  EXPECT_FALSE(has(1));
}

TEST_F(BlobFolderTest, WhatNoLineTellsOfDoesNotGrowYoungerWithEachStart) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  crash();
  ASSERT_TRUE(put(*blobs_, 2).ok());
  name(2, 1);
  oldest_ = at(1);  // of epoch 2
  for (int i = 0; i < 3; ++i) crash(2 * kSize);
  EXPECT_TRUE(put(*blobs_, 3).ok());
  EXPECT_FALSE(has(1));
}

TEST_F(BlobFolderTest, PutAgainAndCrashedItIsAsYoungAsTheSecondTime) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  restart();
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 500);
  oldest_ = at(400);
  crash(2 * kSize);
  ASSERT_TRUE(put(*blobs_, 2).ok());
  EXPECT_FALSE(put(*blobs_, 3).ok()) << "row 500 of the epoch before names it";
  EXPECT_TRUE(has(1));
}

TEST_F(BlobFolderTest, GivenUpAndPutAgainItsOldLineCountsNoMore) {
  open(kSize);
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  oldest_ = at(11);
  ASSERT_TRUE(put(*blobs_, 2).ok());
  name(2, 12);
  oldest_ = at(13);
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 500);
  crash(2 * kSize);
  ASSERT_TRUE(put(*blobs_, 3).ok());
  EXPECT_FALSE(put(*blobs_, 4).ok());
  EXPECT_TRUE(has(1)) << "row 500 names it";
}

TEST_F(BlobFolderTest, ATornLineIsNone) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 1234);
  oldest_ = at(500);
  blobs_.reset();
  fs::resize_file(folder_ + "/blobs/named", fs::file_size(folder_ + "/blobs/named") - 3);  // "… 1 12"
  restart(kSize);
  EXPECT_FALSE(put(*blobs_, 2).ok());
}

TEST_F(BlobFolderTest, AnotherJournalNamesNothingHere) {
  ASSERT_TRUE(put(*blobs_, 1).ok());
  name(1, 10);
  blobs_.reset();
  journal_.bytes.fill(8);
  open(kSize);
  oldest_ = at(1);
  EXPECT_TRUE(put(*blobs_, 2).ok());
}

TEST_F(BlobFolderTest, AFullDiskIsAFaultAndLeavesNothingBehind) {
  files_.set_free_bytes(kSize / 2);
  const auto refused = put(*blobs_, 1);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.fault().kind, FaultKind::exhausted);
  files_.set_free_bytes(std::nullopt);
  EXPECT_TRUE(put(*blobs_, 1).ok());
}

TEST_F(BlobFolderTest, WhateverFailsTheNextPutWorksAndTheBooksAreRight) {
  for (std::uint64_t n = 1; n < 40; ++n) {
    for (const bool known : {false, true}) {
      const int number = static_cast<int>(1000 + n);
      files_.fail_at(n, kEveryChange, {ENOSPC, true, 1});
      const auto first = put(*blobs_, known ? 1000 : number);
      files_.heal();
      EXPECT_TRUE(!first || has(known ? 1000 : number));
      const auto second = put(*blobs_, known ? 1000 : number);
      ASSERT_TRUE(second.ok()) << second.fault().message;
      EXPECT_TRUE(has(known ? 1000 : number));
    }
    if (n % 5 == 0) crash();
  }
  std::uint64_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/blobs")) {
    const std::string name = entry.path().filename();
    EXPECT_FALSE(name.starts_with("new-")) << name;
    if (entry.is_regular_file() && name.size() == 62) ++files;
  }
  ASSERT_TRUE(put(*blobs_, 1000).ok());
  EXPECT_EQ(blobs_->stats().blobs, files);
  EXPECT_EQ(blobs_->stats().bytes, files * kSize);
}

TEST_F(BlobFolderTest, TooLargeIsRejected) {
  const std::vector<std::byte> huge(kLargestBlob + 1);
  EXPECT_EQ(blobs_->put(huge).fault().kind, FaultKind::rejected);
}

TEST_F(BlobFolderTest, ManyThreadsMayPutTheSame) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 20; ++i) {
        EXPECT_TRUE(put(*blobs_, i).ok());
        name(i, static_cast<std::uint64_t>(t * 20 + i));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(blobs_->stats().blobs, 20U);
  EXPECT_EQ(blobs_->stats().bytes, 20 * kSize);
}

// A journal in miniature: rows that name blobs, cut off in front; restarts and crashes in between. Whatever
// happens, what a row names is there.
TEST_F(BlobFolderTest, WhatARowOfTheJournalNamesIsThereWhateverHappened) {
  for (std::uint32_t seed = 0; seed < 12; ++seed) {
    std::mt19937 random(seed);
    fs::remove_all(folder_ + "/blobs");
    std::vector<std::pair<Position, int>> rows;
    std::uint64_t seq = 1;
    std::uint64_t refused = 0;
    const std::uint64_t cap = 8 * kSize;
    oldest_.reset();
    restart(cap);
    for (int step = 0; step < 200; ++step) {
      const auto choice = random() % 20;
      if (choice == 0 || choice == 1) {
        choice == 0 ? restart(cap) : crash(cap);
        seq = 1;
      } else if (choice < 8 && !rows.empty()) {
        rows.erase(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(random() % rows.size()));
        oldest_ = rows.front().first;
      } else {
        const int number = static_cast<int>(random() % 24);
        if (!put(*blobs_, number)) {
          ++refused;
          continue;
        }
        if (random() % 8 == 0) continue;  // its row was dropped, or a crash comes first
        name(number, ++seq);
        rows.emplace_back(at(seq), number);
        if (!oldest_) oldest_ = at(seq);
      }
      for (const auto& [position, number] : rows) {
        if (step % 7 != 0) break;
        ASSERT_TRUE(has(number)) << "seed " << seed << ", step " << step << ": row " << to_string(position);
      }
      ASSERT_LE(blobs_->stats().bytes, cap);
    }
    EXPECT_LT(refused, 200U);
  }
}

}  // namespace
}  // namespace cantrail
