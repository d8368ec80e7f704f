// Counts the bytes that SQLite writes to its files, log and all, on their way to the system.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace cantrail::sqlite {

// While it lives, connections can be opened through it by its name; they must be closed before it goes. One
// for each sink. written() from any thread.
class CountingVfs {
 public:
  CountingVfs();
  ~CountingVfs();
  CountingVfs(const CountingVfs&) = delete;
  CountingVfs& operator=(const CountingVfs&) = delete;

  [[nodiscard]] const char* name() const { return name_.c_str(); }
  [[nodiscard]] std::uint64_t written() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Vfs;
  std::string name_;
  std::atomic<std::uint64_t> bytes_{0};
  std::unique_ptr<Vfs> vfs_;
};

}  // namespace cantrail::sqlite
