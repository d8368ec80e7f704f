#include "sinks/sqlite/series.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

#include <sqlite3.h>

#include "sinks/sqlite/blob_text.hpp"
#include "sinks/sqlite/block_scan.hpp"
#include "sinks/sqlite/json_cut.hpp"
#include "sinks/sqlite/packed_reader.hpp"
#include "sinks/sqlite/schema.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::size_t kMostRaw = 200'000;                    // rows that are rolled up while they are read
constexpr std::int64_t kFarthestNs = std::int64_t{1} << 62;  // from 1970: within it no difference overflows
constexpr std::int64_t kMostUnrolledNs = 24 * kHourNs;       // of rows that no rollup counts

std::int64_t buckets_in(std::int64_t from_ns, std::int64_t to_ns, std::int64_t width_ns) {
  return floor_div(to_ns - 1, width_ns) - floor_div(from_ns, width_ns) + 1;
}

struct Value {
  std::int64_t time_ns = 0;
  double value = 0;
};

// The value of a row's signal as a plain row has it.
std::optional<double> value_in(std::string_view signals, std::string_view name) {
  Members members(signals);
  while (const auto member = members.next()) {
    if (unquote(member->key) != name) continue;
    if (member->value == "true") return 1;
    if (member->value == "false") return 0;
    double value = 0;
    const char* end = member->value.data() + member->value.size();
    const auto [stop, error] = std::from_chars(member->value.data(), end, value);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return value;
  }
  return std::nullopt;
}

std::optional<double> value_in(const StreamBlock& block, std::size_t field, std::size_t row, FieldType type) {
  if (!block.valid(field, row)) return std::nullopt;
  double value = 0;
  switch (type) {
    case FieldType::f64:
      value = block.f64(field)[row];
      break;
    case FieldType::i64:
      value = static_cast<double>(block.i64(field)[row]);
      break;
    case FieldType::u64:
    case FieldType::boolean:
      value = static_cast<double>(block.u64(field)[row]);
      break;
    default:
      return std::nullopt;
  }
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

class SeriesQuestion {
 public:
  SeriesQuestion(Database& database, const SeriesQuery& query)
      : database_(database),
        query_(query),
        layouts_(database),
        from_(std::clamp(query.from.ns, -kFarthestNs, kFarthestNs - 1)),
        to_(std::clamp(query.to.ns, -kFarthestNs, kFarthestNs - 1)) {}

  Result<Series> answer() {
    if (Status found = find_signal(); !found) return found.fault();
    if (from_ >= to_) return Series{unit_, "raw", {}, {}};
    SeriesPlan plan = plan_series(from_, to_, query_.points);
    for (;;) {
      if (Status read = read_rollups(plan); !read) return read.fault();
      if (total_ > 0 || plan.level == Level::hours) break;
      // Finer ones may be gone already.
      plan.level = static_cast<Level>(static_cast<int>(plan.level) + 1);
      plan.width_ns = std::max(traits_of(plan.level).bucket_ns, plan.width_ns);
      plan.width_ns -= plan.width_ns % traits_of(plan.level).bucket_ns;
    }
    if (total_ == 0) return answer_from_rows(plan_series(from_, to_, query_.points));
    if (total_ <= static_cast<std::int64_t>(query_.points) && plan.level != Level::hours) {
      if (Status read = read_values(query_.points + 1); !read) return read.fault();
      // Rows may be gone that their rollups still count.
      if (values_.size() <= query_.points && values_.size() >= static_cast<std::size_t>(inside_))
        return raw();
    }
    return series(plan);
  }

 private:
  Status find_signal() {
    Result<Statement> find =
        database_.prepare("SELECT id, signals FROM stream WHERE channel=? AND message=?");
    if (!find) return find.status();
    find->bind(1, query_.channel);
    find->bind(2, query_.message);
    const int code = find->step();
    if (code != SQLITE_ROW && code != SQLITE_DONE) return database_.fault("cannot look up a signal");
    if (code == SQLITE_ROW) {
      stream_ = find->integer(0);
      Members members(find->text(1));
      while (const auto member = members.next()) {
        if (unquote(member->key) == query_.signal) {
          unit_ = unquote(member->value);
          return {};
        }
        ++slot_;
      }
    }
    return {FaultKind::config, "there is no signal " + query_.message + "." + query_.signal};
  }

  Status read_rollups(const SeriesPlan& plan) {
    const LevelTraits& traits = traits_of(plan.level);
    const std::int64_t first = floor_div(from_, plan.width_ns);
    buckets_.assign(static_cast<std::size_t>(buckets_in(from_, to_, plan.width_ns)), {});
    total_ = inside_ = 0;
    const std::int64_t begin_ns = first * plan.width_ns;
    const std::int64_t end_ns = (first + static_cast<std::int64_t>(buckets_.size())) * plan.width_ns;
    Result<Statement> parts = database_.prepare("SELECT id FROM rollup WHERE level=? ORDER BY id");
    if (!parts) return parts.status();
    parts->bind(1, static_cast<std::int64_t>(plan.level));
    int code = parts->step();
    for (; code == SQLITE_ROW; code = parts->step()) {
      Status read = scan_blocks(
          database_, level_table(plan.level, parts->integer(0)), "data", floor_div(begin_ns, traits.block_ns),
          floor_div(end_ns - 1, traits.block_ns), stream_,
          [&](const Statement& at) { return take(plan, first, block_of_key(at.integer(0)), at.blob(1)); });
      if (!read) return read;
    }
    return code == SQLITE_DONE ? Status{} : database_.fault("cannot read the rollups");
  }

  Status take(const SeriesPlan& plan, std::int64_t first, std::int64_t block,
              std::span<const std::uint8_t> data) {
    if (Status got = rollup_.get(as_text(data)); !got) {
      return {FaultKind::corrupt, database_.path() + ": " + got.fault().message};
    }
    const LevelTraits& traits = traits_of(plan.level);
    for (const RollupBlock::Slot& slot : rollup_.slots()) {
      if (slot.slot != slot_) continue;
      for (std::size_t i = 0; i < slot.buckets.size(); ++i) {
        if (slot.buckets[i].count == 0) continue;
        const std::int64_t start = block * traits.block_ns + rollup_.offsets()[i] * traits.bucket_ns;
        const std::int64_t number = floor_div(start, plan.width_ns);
        if (number < first || number - first >= static_cast<std::int64_t>(buckets_.size())) continue;
        if (start + traits.bucket_ns <= from_ || start >= to_) continue;
        buckets_[static_cast<std::size_t>(number - first)].merge(slot.buckets[i],
                                                                 (start - number * plan.width_ns) / 1000);
        total_ += slot.buckets[i].count;
        if (start >= from_ && start + traits.bucket_ns <= to_) inside_ += slot.buckets[i].count;
      }
    }
    return {};
  }

  // Where no rollup counts the rows: they are older than rollups are. At most a day of them.
  Result<Series> answer_from_rows(const SeriesPlan& plan) {
    buckets_.clear();
    if (to_ - from_ > kMostUnrolledNs) return series(plan);
    if (Status read = read_values(kMostRaw); !read) return read.fault();
    if (values_.size() <= query_.points) return raw();
    const std::int64_t first = floor_div(from_, plan.width_ns);
    buckets_.assign(static_cast<std::size_t>(buckets_in(from_, to_, plan.width_ns)), {});
    for (const Value& value : values_) {
      const std::int64_t number = floor_div(value.time_ns, plan.width_ns);
      buckets_[static_cast<std::size_t>(number - first)].add(value.value,
                                                             (value.time_ns - number * plan.width_ns) / 1000);
    }
    return series(plan);
  }

  Status read_values(std::size_t most) {
    values_.clear();
    Result<Statement> parts = database_.prepare(
        "SELECT id, packed, first_ns, last_ns, most_tie FROM partition "
        "WHERE rows > 0 AND last_ns >= ? AND first_ns < ? ORDER BY id");
    if (!parts) return parts.status();
    parts->bind(1, from_);
    parts->bind(2, to_);
    int code = parts->step();
    for (; code == SQLITE_ROW && values_.size() < most; code = parts->step()) {
      const std::int64_t first = std::max(from_, parts->integer(2));
      const std::int64_t last = std::min(to_ - 1, parts->integer(3));
      Status read = parts->integer(1) != 0
                        ? read_packed(packed_table(parts->integer(0)), first, last, most)
                        : read_plain(rows_table(parts->integer(0)), first, last + parts->integer(4), most);
      if (!read) return read;
    }
    if (code != SQLITE_DONE && code != SQLITE_ROW) return database_.fault("cannot read the partitions");
    std::ranges::stable_sort(values_, {}, &Value::time_ns);
    return {};
  }

  Status read_packed(const std::string& table, std::int64_t first, std::int64_t last, std::size_t most) {
    return scan_blocks(database_, table, "layout, data", floor_div(first, kMinuteNs),
                       floor_div(last, kMinuteNs), stream_, [&](const Statement& at) {
                         return values_.size() < most ? take_chunk(at.integer(1), at.blob(2)) : Status{};
                       });
  }

  Status take_chunk(std::int64_t layout_id, std::span<const std::uint8_t> data) {
    const Result<const ChunkReader::Layout*> layout = layouts_.layout(layout_id);
    if (!layout) return layout.status();
    const RowSchema& schema = (*layout)->schema;
    const std::optional<std::size_t> field = schema.field(query_.signal);
    if (!field) return {};
    const Result<RowChunk> chunk = unpack_chunk(as_text(data), schema);
    if (!chunk) return {FaultKind::corrupt, database_.path() + ": " + chunk.fault().message};
    const StreamBlock& block = chunk->values;
    for (std::size_t row = 0; row < block.rows(); ++row) {
      const std::int64_t time = block.time_ns()[row];
      if (time < from_ || time >= to_) continue;
      if (const auto value = value_in(block, *field, row, schema.fields[*field].type)) {
        values_.push_back({time, *value});
      }
    }
    return {};
  }

  Status read_plain(const std::string& table, std::int64_t first, std::int64_t last_key, std::size_t most) {
    Result<Statement> rows = database_.prepare("SELECT key - tie, signals FROM " + table +
                                               " WHERE key >= ? AND key <= ? AND +stream = ? ORDER BY key");
    if (!rows) return rows.status();
    rows->bind(1, first);
    rows->bind(2, last_key);
    rows->bind(3, stream_);
    int code = rows->step();
    for (; code == SQLITE_ROW && values_.size() < most; code = rows->step()) {
      const std::int64_t time = rows->integer(0);
      if (time < from_ || time >= to_) continue;
      if (const auto value = value_in(rows->text(1), query_.signal)) values_.push_back({time, *value});
    }
    return code == SQLITE_DONE || code == SQLITE_ROW ? Status{} : database_.fault("cannot read the rows");
  }

  Series raw() const {
    Series out{unit_, "raw", {}, {}};
    for (const Value& at : values_)
      out.points.push_back({{at.time_ns}, at.value, at.value, at.value, at.value, 1});
    return out;
  }

  Series series(const SeriesPlan& plan) const {
    Series out{unit_, traits_of(plan.level).name, Duration(plan.width_ns), {}};
    const std::int64_t first = floor_div(from_, plan.width_ns);
    for (std::size_t i = 0; i < buckets_.size(); ++i) {
      const Bucket& bucket = buckets_[i];
      if (bucket.count == 0) continue;
      out.points.push_back({{(first + static_cast<std::int64_t>(i)) * plan.width_ns},
                            bucket.min,
                            bucket.max,
                            bucket.sum / static_cast<double>(bucket.count),
                            bucket.last,
                            static_cast<std::uint64_t>(bucket.count)});
    }
    return out;
  }

  Database& database_;
  const SeriesQuery& query_;
  ChunkReader layouts_;
  const std::int64_t from_, to_;
  std::int64_t stream_ = 0;
  std::uint32_t slot_ = 0;
  std::string unit_;
  RollupBlock rollup_;
  std::vector<Bucket> buckets_;  // of the answer
  std::int64_t total_ = 0;       // values in them
  std::int64_t inside_ = 0;      // values that lie in the range for sure
  std::vector<Value> values_;
};

}  // namespace

SeriesPlan plan_series(std::int64_t from_ns, std::int64_t to_ns, std::size_t points) {
  constexpr std::array<std::int64_t, kLevels.size()> kMostJoined{10, 20, 1'000'000};
  const auto most = static_cast<std::int64_t>(points);
  for (const Level level : kLevels) {
    const std::int64_t bucket = traits_of(level).bucket_ns;
    std::int64_t joined = std::max<std::int64_t>((to_ns - from_ns) / bucket / most, 1);
    while (buckets_in(from_ns, to_ns, joined * bucket) > most) ++joined;
    if (joined <= kMostJoined[static_cast<std::size_t>(level)]) return {level, joined * bucket};
  }
  return {Level::hours, kHourNs * kMostJoined.back()};
}

Result<Series> read_series(Database& database, const SeriesQuery& query) {
  return SeriesQuestion(database, query).answer();
}

}  // namespace cantrail::sqlite
