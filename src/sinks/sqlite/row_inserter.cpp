#include "sinks/sqlite/row_inserter.hpp"

#include <sqlite3.h>

namespace cantrail::sqlite {
namespace {

constexpr int kColumns = 10;

}  // namespace

Status RowInserter::use(const std::string& table) {
  const std::string one = "(?,?,?,?,?,?,?,?,?,?)";
  Result<Statement> single = database_.prepare("INSERT OR IGNORE INTO " + table + " VALUES" + one);
  if (!single) return single.status();
  // OR FAIL: no journal of the statement is needed; after a failure the transaction is rolled back anyway.
  std::string sql = "INSERT OR FAIL INTO " + table + " VALUES" + one;
  for (std::size_t i = 1; i < kGroup; ++i) sql += "," + one;
  Result<Statement> group = database_.prepare(sql);
  if (!group) return group.status();
  one_ = std::move(*single);
  group_ = std::move(*group);
  waiting_.clear();
  waiting_.reserve(kGroup);
  texts_.clear();
  return {};
}

void RowInserter::close() {
  one_ = Statement();
  group_ = Statement();
  waiting_.clear();
  texts_.clear();
}

void RowInserter::bind(Statement& statement, int first, const RowValues& row, std::int64_t key) {
  statement.bind(first, key);
  statement.bind(first + 1, row.stream);
  statement.bind(first + 2, key - row.time_ns);
  statement.bind(first + 3, row.origin);
  statement.bind(first + 4, static_cast<std::int64_t>(row.seq));
  statement.bind(first + 5, std::int64_t{row.index});
  row.can_id ? statement.bind(first + 6, std::int64_t{*row.can_id}) : statement.bind_null(first + 6);
  statement.bind(first + 7, row.data);
  statement.bind(first + 8, row.signals);
  row.labels.empty() ? statement.bind_null(first + 9) : statement.bind(first + 9, row.labels);
}

Status RowInserter::append(const RowValues& row, std::int64_t key) {
  waiting_.push_back({row, key, texts_.size()});
  texts_.append(reinterpret_cast<const char*>(row.data.data()), row.data.size());
  texts_.append(row.signals).append(row.labels);
  return waiting_.size() == kGroup ? flush() : Status{};
}

void RowInserter::locate(Waiting& waiting) const {
  RowValues& row = waiting.row;
  const char* at = texts_.data() + waiting.start;
  row.data = {reinterpret_cast<const std::uint8_t*>(at), row.data.size()};
  row.signals = {at + row.data.size(), row.signals.size()};
  row.labels = {at + row.data.size() + row.signals.size(), row.labels.size()};
}

Status RowInserter::flush() {
  for (Waiting& waiting : waiting_) locate(waiting);
  int code = SQLITE_DONE;
  if (waiting_.size() == kGroup) {
    int parameter = 1;
    for (const Waiting& waiting : waiting_) {
      bind(group_, parameter, waiting.row, waiting.key);
      parameter += kColumns;
    }
    code = group_.run();
  } else {
    for (std::size_t i = 0; i < waiting_.size() && code == SQLITE_DONE; ++i) {
      bind(one_, 1, waiting_[i].row, waiting_[i].key);
      code = one_.run();
    }
  }
  waiting_.clear();
  texts_.clear();
  return code == SQLITE_DONE ? Status{} : database_.fault("cannot insert rows");
}

Result<int> RowInserter::try_one(const RowValues& row, std::int64_t key, bool& taken) {
  if (Status flushed = flush(); !flushed) return flushed.fault();
  bind(one_, 1, row, key);
  const int code = one_.run();
  taken = code == SQLITE_DONE && sqlite3_changes(database_.handle()) == 0;
  return code;
}

}  // namespace cantrail::sqlite
