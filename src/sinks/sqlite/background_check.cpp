#include "sinks/sqlite/background_check.hpp"

#include <algorithm>

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sinks/sqlite/quarantine.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::chrono::seconds kRetry{10};  // after a fault that is no damage
constexpr int kBusyWaitMs = 1000;
constexpr std::size_t kMostTold = 3;

// The thread's own: the last of the usual class for the disk, since one that may starve would hold its read
// transaction for as long.
void step_back() {
  constexpr int kThisThread = 1, kBestEffort = 2, kClassShift = 13, kLast = 7, kNice = 10;
  (void)::setpriority(PRIO_PROCESS, 0, kNice);
  (void)::syscall(SYS_ioprio_set, kThisThread, 0, (kBestEffort << kClassShift) | kLast);
}

Result<Database> connect(const std::string& path) {
  Result<Database> database = Database::open(path, Access::read);
  if (!database) return database;
  sqlite3_busy_timeout(database->handle(), kBusyWaitMs);
  if (Status set = database->run("PRAGMA cache_size=-512"); !set) return set.fault();
  return database;
}

}  // namespace

void BackgroundCheck::resume(const SinkContext& context) {
  if (over_ || thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stopping_ = false;
    if (!state_) state_.emplace();
  }
  thread_ = std::thread([this, context] { run(context); });
}

void BackgroundCheck::pause() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  over_ = over_ || (state_ && state_->ended);
}

void BackgroundCheck::give_up() {
  pause();
  over_ = true;
  const std::lock_guard lock(mutex_);
  state_.reset();
}

std::optional<StoreCheck> BackgroundCheck::state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

void BackgroundCheck::run(const SinkContext& context) {
  step_back();
  std::optional<Database> database;
  for (;;) {
    const auto began = std::chrono::steady_clock::now();
    const std::uint64_t before = check_.bytes();
    std::chrono::nanoseconds rest = kRetry;
    if (!database) {
      if (auto connected = connect(path_)) database.emplace(std::move(*connected));
    }
    if (database) {
      const Result<bool> ended = check_.step(*database, pace_.slice);
      note_progress(context, ended && *ended);
      if (ended && *ended) return;
      if (ended) {
        const auto took = std::chrono::steady_clock::now() - began;
        const double seconds =
            static_cast<double>(check_.bytes() - before) / static_cast<double>(pace_.bytes_per_s);
        rest = std::max<std::chrono::nanoseconds>(
            9 * took,
            std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds)));
      } else {
        database.reset();
      }
    }
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, rest, [this] { return stopping_; })) return;
  }
}

// The first damage is told at once, all of it at the end.
void BackgroundCheck::note_progress(const SinkContext& context, bool ended) {
  const std::size_t found = check_.damaged().size();
  const std::string damage = found == 0 ? "" : describe_damage();
  if (found != 0 && (told_ == 0 || (ended && told_ != found))) {
    context.log.write(Severity::error, context.name, damage);
    told_ = found;
  }
  if (ended && found == 0) {
    context.log.write(
        Severity::note, context.name,
        path_ + " was looked through: nothing is damaged (" + format_bytes(check_.bytes()) + " of rows)");
  }
  const std::lock_guard lock(mutex_);
  state_->ended = ended;
  state_->checked_bytes = check_.bytes();
  state_->damage = damage;
  if (found != 0 && !state_->found_at) state_->found_at = context.clock.wall();
}

std::string BackgroundCheck::describe_damage() const {
  const std::vector<std::string>& found = check_.damaged();
  std::string list;
  for (std::size_t i = 0; i < std::min(found.size(), kMostTold); ++i) {
    list += (i == 0 ? "" : ", ") + found[i];
  }
  if (found.size() > kMostTold) list += " and " + std::to_string(found.size() - kMostTold) + " others";
  return path_ + " is damaged: not all can be read of " + list +
         "; the rest is there, and recording goes on. Look at the disk. To begin a new file, which gets what "
         "the journal still has, stop the node and move this one away (" +
         kRowsBack + ")";
}

}  // namespace cantrail::sqlite
