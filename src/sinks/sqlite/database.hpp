// SQLite's C interface with owners and values: connections and statements that close themselves, error codes
// as faults. A connection and its statements are used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace cantrail::sqlite {

// Must not outlive its Database. Parameters count from 1, columns from 0, as SQLite does. Text and blobs are
// bound by reference: they must stay until the next reset() or run().
class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  void bind(int parameter, std::int64_t value);
  void bind(int parameter, std::string_view text);
  void bind(int parameter, std::span<const std::uint8_t> blob);
  void bind_null(int parameter);

  // SQLITE_ROW, SQLITE_DONE or an error code.
  int step();
  void reset();
  // step() to the end, then reset(): for statements without rows.
  int run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::uint64_t row_bytes() const;  // of all values of the row; 8 for a number
  // Valid until the next step() or reset().
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::span<const std::uint8_t> blob(int column) const;

  explicit operator bool() const { return handle_ != nullptr; }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const;
  };
  // Says whether binding went wrong (a value over SQLite's size limit): step() returns it.
  void note(int code) {
    if (code != 0) bind_error_ = code;
  }

  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int bind_error_ = 0;
};

enum class Access : unsigned char { write, read };

class Database {
 public:
  // `write` creates the file if it is missing. `vfs`: the way to the system, if it is not the usual one.
  static Result<Database> open(const std::string& path, Access access, const char* vfs = nullptr);

  // One or more statements without results.
  Status run(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  // The first column of the first row as an integer.
  Result<std::int64_t> number(const std::string& sql);

  [[nodiscard]] bool in_transaction() const;
  void rollback();  // does nothing outside a transaction

  // What the last call on this connection complained about: "history.db: what: SQLite's words", and what to
  // do about it.
  [[nodiscard]] Fault fault(std::string_view what) const;

  [[nodiscard]] sqlite3* handle() const { return handle_.get(); }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Close> handle_;
  std::string path_;
};

}  // namespace cantrail::sqlite
