// The journal on a disk that loses what was not synced: a random walk of appends, syncs, failures,
// write-backs and power cuts, held against a list of what was accepted and when it was safe.
//
// CANTRAIL_MODEL_STEPS (100,000) and CANTRAIL_MODEL_SEED (random, printed) may be set.
#include <cstring>
#include <random>
#include <set>

#include "base/file_simulated.hpp"
#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

std::uint64_t number_from_environment(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

struct Appended {
  Position position;
  std::uint64_t number = 0;  // in the payload of each of its frames
  std::size_t frames = 0;
  bool accepted = false;  // else it may come back after a crash, or not
  bool synced = false;
};

class JournalModelTest : public JournalTest {
 protected:
  void begin(std::uint64_t seed, std::uint64_t cap) {
    random_.seed(seed);
    journal_.reset();
    disk_ = std::make_unique<SimulatedFileSystem>(seed);
    faults_ = std::make_unique<FaultFileSystem>(*disk_);
    options_.cap_bytes = cap;
    options_.segment_bytes = 4096U << below(3);
    options_.compression = below(2) == 0 ? JournalCompression::none : JournalCompression::zstd;
    std::filesystem::create_directories(options_.folder);  // for the lock; all else is in memory
    appended_.clear();
    epochs_.clear();
    failed_from_ = 0;
    sync_failed_ = false;
    reopen();
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void reopen() {
    if (journal_) sync_failed_ = sync_failed_ || journal_->stats().sync_failures != 0;
    journal_.reset();
    auto opened = Journal::open(options_, "{}", *faults_, clock_, log_);
    ASSERT_TRUE(opened.ok()) << opened.fault().message;
    journal_ = std::move(*opened);
    seq_ = record_ = 0;
    ASSERT_TRUE(epochs_.empty() || journal_->epoch() > epochs_.back()) << "an epoch was used twice";
    epochs_.push_back(journal_->epoch());
  }

  void append_one() {
    const std::uint64_t number = ++number_;
    // A batch that was refused may be tried again under its number, as the pipeline's gaps are.
    if (below(4) == 0 && !appended_.empty() && !appended_.back().accepted &&
        appended_.back().position.epoch == journal_->epoch()) {
      --seq_;
      record_ -= appended_.back().frames;
    }
    auto batch = make(0, below(3) == 0 ? make_catalog("{\"n\":" + std::to_string(below(3)) + "}") : catalog_);
    const std::size_t frames = below(10) == 0 ? 1 + below(200) : 1 + below(4);
    std::array<std::uint8_t, 8> data{};
    std::memcpy(data.data(), &number, sizeof number);
    for (std::size_t i = 0; i < frames; ++i) batch->frames.append({clock_.wall(), 1, 0, 0, 8, data});
    record_ += frames;
    batch->source_position = std::to_string(number);
    const bool accepted = journal_->append(*batch).ok();
    appended_.push_back({batch->position, number, frames, accepted, false});
    // What the cap has removed may come back with a crash, or not.
    const auto oldest = journal_->stats().oldest;
    for (Appended& one : appended_) {
      if (!oldest || !(one.position < *oldest)) break;
      one.accepted = one.synced = false;
    }
  }

  void sync() { note_synced(journal_->sync().ok()); }

  void note_synced(bool synced) {
    if (!synced) failed_from_ = appended_.size();
    // What a failed sync left unsafe stays so.
    for (std::size_t i = failed_from_; i < appended_.size(); ++i) appended_[i].synced = appended_[i].accepted;
  }

  void crash() {
    sync_failed_ = sync_failed_ || journal_->stats().sync_failures != 0;
    journal_.reset();
    faults_->heal();
    disk_->crash();
    ++cuts_;
    reopen();
    check(true);
    forget_the_unsafe();
  }

  // `just_opened`: then what the journal says of its past must be what a reader finds.
  void check(bool just_opened) {
    SCOPED_TRACE("seed " + std::to_string(seed_now_) + ", step " + std::to_string(step_));
    const auto items = read_all();
    std::size_t at = 0;  // in appended_
    bool first = true;
    std::string last_position;
    for (const auto& item : items) {
      const RawBatch& batch = *item.batch;
      std::uint64_t number = 0;
      std::memcpy(&number, batch.frames[0].data.data(), sizeof number);
      std::uint64_t accepted_between = 0;
      while (at < appended_.size() && appended_[at].number != number) {
        const Appended& missed = appended_[at];
        ASSERT_FALSE(missed.synced) << "lost: " << to_string(missed.position);
        // The tail of an epoch goes with the power; within it a loss must be told.
        if (missed.accepted && missed.position.epoch == batch.position.epoch)
          accepted_between += missed.frames;
        ++at;
      }
      ASSERT_LT(at, appended_.size()) << "out of order, twice, or never appended: " << number;
      const Appended& expected = appended_[at++];
      ASSERT_EQ(batch.position, expected.position);
      ASSERT_EQ(batch.frames.size(), expected.frames);
      if (!first && accepted_between != 0) {
        ASSERT_TRUE(item.missing.has_value()) << "lost in silence before " << to_string(batch.position);
        if (item.missing->count) {
          ASSERT_GE(*item.missing->count, accepted_between);
        }
      }
      for (std::size_t i = 1; i < batch.frames.size(); ++i) {
        ASSERT_EQ(std::memcmp(batch.frames[i].data.data(), &number, sizeof number), 0);
      }
      last_position = batch.source_position;
      first = false;
    }
    for (; at < appended_.size(); ++at) {
      ASSERT_FALSE(appended_[at].synced) << "lost at the end: " << to_string(appended_[at].position);
    }
    if (!just_opened || last_position.empty()) return;
    // Where a sync failed, the word on the sources may outlive what it tells of, until they have told of
    // more.
    const auto& positions = journal_->past().source_positions;
    const bool is_right = !positions.contains("can0") || positions.at("can0") == last_position;
    ASSERT_TRUE(is_right || sync_failed_) << positions.at("can0") << " is not there, but " << last_position;
  }

  // After a crash the disk has what it has: that is safe from now on. The rest is gone.
  void forget_the_unsafe() {
    std::set<std::uint64_t> found;
    std::string last_position;
    for (const auto& item : read_all()) {
      std::uint64_t number = 0;
      std::memcpy(&number, item.batch->frames[0].data.data(), sizeof number);
      found.insert(number);
      last_position = item.batch->source_position;
    }
    const auto& positions = journal_->past().source_positions;
    if (!positions.contains("can0") || positions.at("can0") == last_position) sync_failed_ = false;
    std::erase_if(appended_, [&](const Appended& one) { return !found.contains(one.number); });
    for (Appended& one : appended_) one.accepted = one.synced = true;
    failed_from_ = 0;
  }

  void step() {
    const std::uint64_t what = below(1000);
    if (what < 700) {
      append_one();
    } else if (what < 850) {
      sync();
    } else if (what < 930) {
      disk_->write_back();
    } else if (what < 950) {
      const FileFault fault{below(2) == 0 ? ENOSPC : EIO, below(2) == 0, 1 + below(4)};
      faults_->fail_at(1 + below(6), kEveryChange & ~only(FileOperation::sync), fault);
    } else if (what < 960) {
      disk_->fail_next_sync();
    } else if (what < 970) {
      faults_->heal();
      check(false);
    } else if (what < 980) {
      faults_->heal();
      const bool closed = journal_->close_cleanly().ok();
      note_synced(closed);
      reopen();
      check(true);
    } else {
      crash();
    }
    clock_.advance(std::chrono::milliseconds(below(100)));
  }

  void walk(std::uint64_t steps, std::uint64_t cap) {
    const std::uint64_t seed = number_from_environment("CANTRAIL_MODEL_SEED", std::random_device{}());
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    constexpr std::uint64_t kStepsADisk = 2000;  // then it holds some hundred batches, and a new one begins
    for (step_ = 0; step_ < steps && !HasFatalFailure(); ++step_) {
      if (step_ % kStepsADisk == 0) {
        seed_now_ = seed + step_;
        begin(seed_now_, cap);
      }
      step();
    }
    std::printf("%llu steps: %llu batches, %llu power cuts\n", static_cast<unsigned long long>(step_),
                static_cast<unsigned long long>(number_), static_cast<unsigned long long>(cuts_));
    if (HasFatalFailure()) return;
    ASSERT_GT(cuts_, steps / 100) << "the walk has become too tame to show anything";
  }

  std::mt19937_64 random_;
  std::unique_ptr<SimulatedFileSystem> disk_;
  std::unique_ptr<FaultFileSystem> faults_;
  CatalogPtr catalog_ = make_catalog("{}");
  std::vector<Appended> appended_;
  std::vector<std::uint32_t> epochs_;
  std::size_t failed_from_ = 0;  // in appended_: what is before it may be unsafe for ever
  bool sync_failed_ = false;
  std::uint64_t number_ = 0, cuts_ = 0;
  std::uint64_t seed_now_ = 0, step_ = 0;
};

TEST_F(JournalModelTest, KeepsWhatWasSyncedThroughAnyPowerCut) {
  walk(number_from_environment("CANTRAIL_MODEL_STEPS", 100'000) / 2, 64U << 20);
}

TEST_F(JournalModelTest, KeepsWhatWasSyncedThroughAnyPowerCutWhileTheCapTakesTheOldest) {
  walk(number_from_environment("CANTRAIL_MODEL_STEPS", 100'000) / 2, 64U << 10);
}

}  // namespace
}  // namespace cantrail
