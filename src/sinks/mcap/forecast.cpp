#include "sinks/mcap/forecast.hpp"

#include <algorithm>
#include <limits>

#include "component/option_text.hpp"

namespace cantrail::mcap_sink {
namespace {

// Of a message: header of its record, and its entry in the index, which is not compressed.
constexpr double kHeaderBytes = 31, kIndexBytes = 16;
constexpr double kTextBytes = 16;  // of a text or a blob: nobody knows
// Of a chunk: header, place in the summary, ledger and cursor; of each channel in it.
constexpr double kChunkBytes = 330, kChannelBytes = 35;

struct Bytes {
  double plain = 0, packed = 0;  // packed: as zstd makes it
};

Bytes frame_bytes(const RowSchema& row) {
  constexpr double kFieldsOfItsOwn = 42;  // time, channel, identifier, place
  const double payload = row.length_bytes;
  const double moving = std::min(payload, 1.5 * static_cast<double>(row.fields.size()));
  return {kHeaderBytes + kFieldsOfItsOwn + payload, 8.5 + 1.15 * moving};
}

Bytes row_bytes(const RowSchema& row) {
  constexpr double kFieldsOfItsOwn = 20, kNumberBytes = 9;
  Bytes bytes{kHeaderBytes + kFieldsOfItsOwn, 6};
  for (const FieldSchema& field : row.fields) {
    const bool text = holds_bytes(field.type);
    bytes.plain += text ? kTextBytes : kNumberBytes;
    bytes.packed += text ? kTextBytes : 1.7;
  }
  return bytes;
}

}  // namespace

double growth_of(std::span<const StreamRate> streams, const Selection& selection, const Packing& packing) {
  double rows = 0, plain = 0, packed = 0, index = 0;
  const auto add = [&](double rate, const Bytes& bytes) {
    plain += rate * bytes.plain;
    packed += rate * bytes.packed;
    index += rate * kIndexBytes;
  };
  for (const StreamRate& stream : streams) {
    const bool of_frames = stream.row->can_id.has_value();
    rows += stream.rows_per_s;
    if (of_frames && selection.raw) add(stream.rows_per_s, frame_bytes(*stream.row));
    if (!of_frames || selection.decoded) add(stream.rows_per_s, row_bytes(*stream.row));
  }
  if (rows <= 0) return 0;
  constexpr double kLz4 = 1.5;  // against zstd
  const double data = packing.compression == mcap::Compression::none  ? plain
                      : packing.compression == mcap::Compression::lz4 ? kLz4 * packed
                                                                      : packed;
  const double delay = std::chrono::duration<double>(packing.delay).count();
  const double chunks = std::min(rows, std::max(1 / delay, plain / static_cast<double>(packing.chunk_bytes)));
  double channels = chunks;  // of the bus
  for (const StreamRate& stream : streams) channels += std::min(stream.rows_per_s, chunks);
  return data + index + chunks * kChunkBytes + channels * kChannelBytes;
}

SinkForecast holding(double bytes_per_s, const Keep& keep) {
  constexpr double kSecondsADay = 86400, kMost = 200 * 365.0 * kSecondsADay;
  SinkForecast forecast;
  forecast.bytes_per_day = bytes_per_s * kSecondsADay;
  double seconds = std::numeric_limits<double>::infinity();
  if (keep.age) {
    seconds = std::chrono::duration<double>(*keep.age).count();
    forecast.limit = exact_duration(*keep.age);
  }
  if (keep.bytes && bytes_per_s > 0 && static_cast<double>(*keep.bytes) / bytes_per_s < seconds) {
    seconds = static_cast<double>(*keep.bytes) / bytes_per_s;
    forecast.limit = exact_bytes(*keep.bytes);
  }
  if (seconds > kMost) {  // a Duration ends soon after
    forecast.limit.clear();
  } else {
    forecast.holds = Duration(static_cast<std::int64_t>(seconds * 1e9));
  }
  return forecast;
}

}  // namespace cantrail::mcap_sink
