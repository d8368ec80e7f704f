#include "sinks/sqlite/database.hpp"

#include <cerrno>

#include <sqlite3.h>

namespace cantrail::sqlite {

void Statement::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

void Statement::bind(int parameter, std::int64_t value) {
  note(sqlite3_bind_int64(handle_.get(), parameter, value));
}

void Statement::bind(int parameter, std::string_view text) {
  const char* start = text.data() == nullptr ? "" : text.data();
  note(sqlite3_bind_text64(handle_.get(), parameter, start, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int parameter, std::span<const std::uint8_t> blob) {
  const void* start = blob.empty() ? static_cast<const void*>("") : blob.data();
  note(sqlite3_bind_blob64(handle_.get(), parameter, start, blob.size(), SQLITE_STATIC));
}

void Statement::bind_null(int parameter) {
  note(sqlite3_bind_null(handle_.get(), parameter));
}

int Statement::step() {
  return bind_error_ != 0 ? bind_error_ : sqlite3_step(handle_.get());
}

void Statement::reset() {
  bind_error_ = 0;
  sqlite3_reset(handle_.get());
}

int Statement::run() {
  int code = step();
  while (code == SQLITE_ROW) code = step();
  reset();
  return code;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL;
}

std::uint64_t Statement::row_bytes() const {
  std::uint64_t sum = 0;
  for (int column = 0; column < sqlite3_column_count(handle_.get()); ++column) {
    const int type = sqlite3_column_type(handle_.get(), column);
    const bool has_length = type == SQLITE_TEXT || type == SQLITE_BLOB;
    sum += has_length ? static_cast<std::uint64_t>(sqlite3_column_bytes(handle_.get(), column)) : 8;
  }
  return sum;
}

std::string_view Statement::text(int column) const {
  const unsigned char* start = sqlite3_column_text(handle_.get(), column);
  if (start == nullptr) return {};
  return {reinterpret_cast<const char*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

std::span<const std::uint8_t> Statement::blob(int column) const {
  const void* start = sqlite3_column_blob(handle_.get(), column);
  if (start == nullptr) return {};
  return {static_cast<const std::uint8_t*>(start),
          static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}

Result<Database> Database::open(const std::string& path, Access access, const char* vfs) {
  const int mode =
      access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  Database database;
  database.path_ = path;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, mode | SQLITE_OPEN_NOMUTEX, vfs);
  database.handle_.reset(handle);
  if (code != SQLITE_OK) return database.fault("cannot open");
  sqlite3_extended_result_codes(handle, 1);
  return database;
}

Status Database::run(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
  return fault("failed");
}

Result<Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(handle_.get(), sql.c_str(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fault("cannot prepare");
  return Statement(statement);
}

Result<std::int64_t> Database::number(const std::string& sql) {
  Result<Statement> statement = prepare(sql);
  if (!statement) return statement.fault();
  if (statement->step() != SQLITE_ROW) return fault("cannot read");
  return statement->integer(0);
}

bool Database::in_transaction() const {
  return handle_ != nullptr && sqlite3_get_autocommit(handle_.get()) == 0;
}

void Database::rollback() {
  // A failure here leaves the transaction to the closing of the connection, which rolls back as well.
  if (in_transaction()) run("ROLLBACK").ignore();
}

Fault Database::fault(std::string_view what) const {
  const int code = handle_ != nullptr ? sqlite3_extended_errcode(handle_.get()) : SQLITE_NOMEM;
  const int system = handle_ != nullptr ? sqlite3_system_errno(handle_.get()) : ENOMEM;
  std::string message = path_ + ": " + std::string(what) + ": " +
                        (handle_ != nullptr ? sqlite3_errmsg(handle_.get()) : "out of memory");
  switch (code & 0xFF) {
    case SQLITE_FULL:
      return {FaultKind::exhausted, message + "; free space on that disk, or lower `keep`"};
    case SQLITE_NOMEM:
      return {FaultKind::exhausted, std::move(message)};
    case SQLITE_IOERR:
      if (system == ENOSPC || system == EDQUOT || system == EFBIG || code == SQLITE_IOERR_NOMEM) {
        return {FaultKind::exhausted, message + "; free space on that disk, or lower `keep`"};
      }
      return system != 0 ? errno_fault(message, system) : Fault{FaultKind::unavailable, std::move(message)};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {FaultKind::corrupt, std::move(message)};
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      if (system == EMFILE || system == ENFILE) return errno_fault(path_ + ": " + std::string(what), system);
      return {FaultKind::config,
              message + "; the folder must exist and this user must be able to write to it"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {FaultKind::unavailable, message + " (another program is writing to it)"};
    case SQLITE_INTERRUPT:
      return {FaultKind::unavailable, path_ + ": the question took longer than 2 s: ask for a shorter time"};
    default:
      return {FaultKind::unavailable, std::move(message)};
  }
}

}  // namespace cantrail::sqlite
