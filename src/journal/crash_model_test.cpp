// The journal on a disk that loses what was not synced: a random walk of appends, syncs, failures,
// write-backs and power cuts, held against a list of what was accepted and when it was safe.
//
// CANTRAIL_MODEL_STEPS (100,000) and CANTRAIL_MODEL_SEED (random, printed) may be set.
#include <cstring>
#include <random>
#include <set>

#include "base/file_simulated.hpp"
#include "journal/journal_fixture.hpp"
#include "sanitized.hpp"

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
  WallTime sealed;
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
    sync_failed_ = may_fail_ = false;
    sync_may_fail_ = below(2) == 0;
    resumes_ = below(2) == 0;
    taken_.clear();
    torn_.clear();
    word_.reset();
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
    if (resumes_) batch->source_position = std::to_string(number);
    const bool accepted = journal_->append(*batch).ok();
    appended_.push_back({batch->position, number, frames, batch->clock.wall, accepted, false});
    // What the cap has removed may come back with a crash, or not.
    const auto oldest = journal_->stats().oldest;
    const std::uint64_t last_taken = taken_.empty() ? 0 : taken_.back().number;
    for (Appended& one : appended_) {
      if (!oldest || !(one.position < *oldest)) break;
      if (one.accepted) taken_.push_back(one);
      one.accepted = one.synced = false;
    }
    if (taken_.size() > 200) taken_.erase(taken_.begin(), taken_.begin() + 100);
    // Its word is on the disk before a segment goes, unless a fault of the disk stood in the way.
    if (!taken_.empty() && taken_.back().number != last_taken && !may_fail_) word_ = taken_.back().position;
  }

  [[nodiscard]] bool word_is_whole() const {
    return taken_.empty() || (word_ && taken_.back().position <= *word_);
  }

  // Of what no cap took: a segment that was not synced may be torn at its start, too.
  [[nodiscard]] bool power_took_some_before(const Position& first) const {
    const auto oldest = journal_->stats().oldest;
    const auto lies_there = [&](const Position& at) { return oldest && *oldest <= at && at < first; };
    return std::any_of(torn_.begin(), torn_.end(), lies_there) ||
           std::any_of(appended_.begin(), appended_.end(),
                       [&](const Appended& one) { return lies_there(one.position); });
  }

  // A cursor that is older than all there is.
  void look_for_taken() {
    if (taken_.empty()) return;
    const Appended& cursor = taken_[below(taken_.size())];
    const auto items = read_all(cursor.position);
    if (items.empty() || items[0].batch->position <= cursor.position) return;  // it came back
    SCOPED_TRACE("cursor " + to_string(cursor.position));
    const auto& missing = items[0].missing;
    if (items[0].batch->position.epoch == cursor.position.epoch) {
      ASSERT_TRUE(missing.has_value());
    }
    if (!missing) return;
    ++cursors_lost_;
    ASSERT_LE(missing->from, cursor.sealed);
    ASSERT_GE(missing->to, cursor.sealed);
    if (missing->count) {
      ASSERT_GE(*missing->count, cursor.frames);
    }
    // Behind what the cap took, a sync that failed may have cost something as well.
    if (sync_may_fail_ || !word_is_whole() || power_took_some_before(items[0].batch->position)) return;
    ++reasons_seen_;
    ASSERT_EQ(missing->reason, GapReason::journal_cap);
  }

  void sync() { note_synced(journal_->sync().ok()); }

  void note_synced(bool synced) {
    if (!synced) failed_from_ = appended_.size();
    // What a failed sync left unsafe stays so.
    for (std::size_t i = failed_from_; i < appended_.size(); ++i) appended_[i].synced = appended_[i].accepted;
  }

  void crash() {
    may_fail_ = false;
    sync_failed_ = sync_failed_ || journal_->stats().sync_failures != 0;
    journal_.reset();
    faults_->heal();
    disk_->crash();
    ++cuts_;
    reopen();
    check(true);
    look_for_taken();
    forget_the_unsafe();
  }

  // `just_opened`: then what the journal says of its past must be what a reader finds.
  void check(bool just_opened) {
    SCOPED_TRACE("seed " + std::to_string(seed_now_) + ", step " + std::to_string(step_));
    const auto items = read_all();
    if (!items.empty() && !sync_may_fail_ && word_is_whole() &&
        !power_took_some_before(items[0].batch->position)) {
      ASSERT_FALSE(items[0].missing) << "nobody but the cap has taken the oldest";
    }
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
    for (const Appended& one : appended_) {
      if (!found.contains(one.number)) torn_.push_back(one.position);
    }
    std::erase_if(appended_, [&](const Appended& one) { return !found.contains(one.number); });
    for (Appended& one : appended_) one.accepted = one.synced = true;
    failed_from_ = 0;
  }

  void heal() {
    faults_->heal();
    may_fail_ = false;
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
      may_fail_ = true;
    } else if (what < 960) {
      if (sync_may_fail_) disk_->fail_next_sync();
    } else if (what < 970) {
      heal();
      check(false);
      look_for_taken();
    } else if (what < 980) {
      heal();
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
    std::printf("%llu cursors were lost, %llu of them for a reason that must be told\n",
                static_cast<unsigned long long>(cursors_lost_),
                static_cast<unsigned long long>(reasons_seen_));
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
  bool sync_failed_ = false, sync_may_fail_ = false, may_fail_ = false, resumes_ = false;
  std::vector<Appended> taken_;   // the last ones that the cap took
  std::vector<Position> torn_;    // what power cuts took
  std::optional<Position> word_;  // up to there the disk must know that it did
  std::uint64_t number_ = 0, cuts_ = 0, cursors_lost_ = 0, reasons_seen_ = 0;
  std::uint64_t seed_now_ = 0, step_ = 0;
};

TEST_F(JournalModelTest, KeepsWhatWasSyncedThroughAnyPowerCut) {
  walk(number_from_environment("CANTRAIL_MODEL_STEPS", 100'000 / kOneRoundIn) / 2, 64U << 20);
}

TEST_F(JournalModelTest, KeepsWhatWasSyncedThroughAnyPowerCutWhileTheCapTakesTheOldest) {
  const std::uint64_t steps = number_from_environment("CANTRAIL_MODEL_STEPS", 100'000 / kOneRoundIn) / 2;
  walk(steps, 64U << 10);
  if (HasFatalFailure()) return;
  ASSERT_GT(reasons_seen_, steps / 1000) << "hardly a cursor was older than what the cap had left";
}

}  // namespace
}  // namespace cantrail
