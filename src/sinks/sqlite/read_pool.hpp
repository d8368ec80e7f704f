// Connections that only read, for questions from any thread. Each question has one for itself, in one read
// transaction, for 2 seconds at most: so a reader never keeps the log from being cut for longer.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sinks/sqlite/database.hpp"

namespace cantrail::sqlite {

// Thread-safe.
class ReadPool {
 public:
  explicit ReadPool(std::string path, std::chrono::milliseconds limit = std::chrono::seconds(2))
      : path_(std::move(path)), limit_(limit) {}

 private:
  struct Connection {
    Database database;
    std::chrono::steady_clock::time_point deadline;
    std::uint64_t generation = 0;
  };

 public:
  // Gives the connection back when it goes. Must not outlive the pool.
  class Lease {
   public:
    Lease(ReadPool& pool, std::unique_ptr<Connection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_) pool_->give_back(std::move(connection_));
    }
    [[nodiscard]] Database& database() { return connection_->database; }

   private:
    ReadPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  // Within a read transaction whose time has begun to run. Fault `unavailable`: no file yet, or too many ask.
  Result<Lease> lease();

  // The file has been replaced: connections are opened anew.
  void invalidate();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  static constexpr std::size_t kMost = 4;

  static int out_of_time(void* connection);
  Result<std::unique_ptr<Connection>> connect();
  void give_back(std::unique_ptr<Connection> connection);
  void leave();

  const std::string path_;
  const std::chrono::milliseconds limit_;
  std::mutex mutex_;
  std::condition_variable free_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t in_use_ = 0;
  std::uint64_t generation_ = 0;
};

}  // namespace cantrail::sqlite
