#include "sinks/sqlite/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "component/option_text.hpp"
#include "sinks/sqlite/pending_rows.hpp"
#include "sinks/sqlite/sink.hpp"

namespace cantrail::sqlite {
namespace {

constexpr double kMinute = 60, kHour = 3600;
constexpr double kTextBytes = 16;  // of a text or a blob: nobody knows
constexpr double kForever = std::numeric_limits<double>::infinity();

struct Shape {
  double fields = 0;   // that are numbers
  double texts = 0;    // and others
  double payload = 0;  // bytes of the frame
  double json = 0;     // characters of the names, quotes and all
};

Shape shape_of(const RowSchema& row) {
  Shape shape;
  shape.payload = row.can_id ? row.length_bytes : 0;
  for (const FieldSchema& field : row.fields) {
    const bool text = holds_bytes(field.type);
    (text ? shape.texts : shape.fields) += 1;
    shape.json += static_cast<double>(field.name.size()) + 4;
  }
  return shape;
}

// Of a value in the file: its cell, and its share of pages that are not filled to the end.
double in_pages(double bytes) {
  return std::min(bytes * 1.3, bytes + 300) + 10;
}

// Rows of one stream, minute and transaction, as ChunkPacker lays them out: times and places cost 3 bytes a
// row; a number 0.4 in its column and, where it comes from a frame, as much again as a part of the payload.
double packed_rows(const Shape& shape, double rows) {
  const double moving = std::min(shape.payload, 2 * shape.fields);
  const double each = 3.0 + 0.42 * shape.fields + 0.28 * moving + kTextBytes * shape.texts;
  return in_pages(49 + 7 * (shape.fields + shape.texts) + each * rows);
}

// One SQL row: its columns, the frame, names and values as text.
double plain_row(const Shape& shape) {
  constexpr double kValueChars = 12;
  return 1.12 * (24 + shape.payload + shape.json + kValueChars * shape.fields + kTextBytes * shape.texts);
}

// As RollupBlock::put: seconds of one minute and transaction, all fields. Where a second has one value, its
// least, greatest, last and sum are stored once.
double seconds_block(const Shape& shape, double seconds, double rows_per_s) {
  const bool one_each = rows_per_s <= 1;
  const double head = one_each ? 15 + 13.7 * shape.fields : 15 + 33 * shape.fields;
  const double each = one_each ? 1.35 + 0.41 * shape.fields : 1.45 + 9.8 * shape.fields;
  return in_pages(head + each * seconds);
}

double whole_block(const Shape& shape) {
  return in_pages(13 + 31 * shape.fields);
}

double seconds_of(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

double Growth::all() const {
  double sum = rows;
  for (const double level : rollups) sum += level;
  return sum;
}

Growth growth_of(std::span<const StreamRate> streams, RowForm form, Duration delay) {
  double all = 0;
  for (const StreamRate& stream : streams) all += stream.rows_per_s;
  Growth growth;
  if (all <= 0) return growth;
  const double transaction = std::min(seconds_of(delay), static_cast<double>(kRecordsAtOnce) / all);
  for (const StreamRate& stream : streams) {
    const double rate = stream.rows_per_s;
    if (rate <= 0) continue;
    const Shape shape = shape_of(*stream.row);
    // A value begins with each transaction and each minute, if there is a row for it.
    const double values = std::min(rate, 1 / kMinute + 1 / transaction);
    growth.rows +=
        form == RowForm::packed ? values * packed_rows(shape, rate / values) : rate * plain_row(shape);
    if (shape.fields == 0) continue;
    const double seconds = std::min(1.0, rate);
    growth.rollups[0] += values * seconds_block(shape, seconds / values, rate);
    growth.rollups[1] += std::min(rate, 1 / kMinute) * whole_block(shape);
    growth.rollups[2] += std::min(rate, 1 / kHour) * whole_block(shape);
  }
  return growth;
}

std::optional<Holding> holding(const Growth& growth, double rows_per_s, const StoreOptions& options) {
  double seconds = kForever;
  std::string limit;
  const auto take = [&](double reached, std::string text) {
    if (reached >= seconds) return;
    seconds = reached;
    limit = std::move(text);
  };
  const Keep& keep = options.keep;
  if (keep.age) take(seconds_of(*keep.age), exact_duration(*keep.age));
  if (keep.rows && rows_per_s > 0) {
    take(static_cast<double>(*keep.rows) / rows_per_s, std::to_string(*keep.rows) + " rows");
  }
  if (keep.bytes && growth.rows > 0) {
    double rollups = 0;
    for (std::size_t level = 0; level < kLevels.size(); ++level) {
      const Keep& own = options.rollups[level];
      const double aged = own.age ? growth.rollups[level] * seconds_of(*own.age) : kForever;
      rollups += growth.rollups[level] <= 0
                     ? 0
                     : std::min(aged, own.bytes ? static_cast<double>(*own.bytes) : kForever);
    }
    const auto file = static_cast<double>(plan_sizes(keep).file_bytes);
    take((file - std::min(rollups, file / 2)) / growth.rows, exact_bytes(*keep.bytes));
  }
  constexpr double kMost = 200 * 365.0 * 86400;  // a Duration ends soon after
  if (seconds > kMost) return std::nullopt;
  return Holding{Duration(static_cast<std::int64_t>(seconds * 1e9)), std::move(limit)};
}

}  // namespace cantrail::sqlite
