#include "sinks/sqlite/read_pool.hpp"

#include <sqlite3.h>

namespace cantrail::sqlite {

int ReadPool::out_of_time(void* connection) {
  return std::chrono::steady_clock::now() > static_cast<Connection*>(connection)->deadline ? 1 : 0;
}

Result<std::unique_ptr<ReadPool::Connection>> ReadPool::connect() {
  constexpr int kInstructionsBetweenLooks = 2000;
  Result<Database> database = Database::open(path_, Access::read);
  if (!database) return Fault{FaultKind::unavailable, database.fault().message};
  auto connection = std::make_unique<Connection>();
  connection->database = std::move(*database);
  sqlite3_busy_timeout(connection->database.handle(), static_cast<int>(limit_.count()));
  sqlite3_progress_handler(connection->database.handle(), kInstructionsBetweenLooks, out_of_time,
                           connection.get());
  // Four of them with the usual 2 MB would be most of a node's memory, and fill over an hour of charts.
  if (Status set = connection->database.run("PRAGMA cache_size=-512"); !set) return set.fault();
  return connection;
}

Result<ReadPool::Lease> ReadPool::lease() {
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  std::unique_ptr<Connection> connection;
  std::uint64_t generation = 0;
  {
    std::unique_lock lock(mutex_);
    if (!free_.wait_until(lock, deadline, [this] { return in_use_ < kMost; })) {
      return Fault{FaultKind::unavailable, path_ + ": too many questions at once"};
    }
    ++in_use_;
    generation = generation_;
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    Result<std::unique_ptr<Connection>> made = connect();
    if (!made) {
      leave();
      return made.fault();
    }
    connection = std::move(*made);
    connection->generation = generation;
  }
  connection->deadline = deadline;
  Lease lease(*this, std::move(connection));
  if (Status begun = lease.database().run("BEGIN"); !begun) return begun.fault();
  return lease;
}

void ReadPool::give_back(std::unique_ptr<Connection> connection) {
  connection->deadline = std::chrono::steady_clock::time_point::max();
  connection->database.rollback();
  {
    const std::lock_guard lock(mutex_);
    if (connection->generation == generation_) idle_.push_back(std::move(connection));
  }
  leave();  // a connection to a file that was replaced is closed here, outside the lock
}

void ReadPool::leave() {
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
  }
  free_.notify_one();
}

void ReadPool::invalidate() {
  std::vector<std::unique_ptr<Connection>> old;
  const std::lock_guard lock(mutex_);
  ++generation_;
  old.swap(idle_);
}

}  // namespace cantrail::sqlite
