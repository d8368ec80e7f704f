#include <algorithm>

#include "journal/batch_codec.hpp"

namespace cantrail::journal {

// Takes pieces off the front; what is not there makes it fail for good.
class Cutter {
 public:
  explicit Cutter(std::span<const std::byte> bytes) : rest_(bytes) {}

  // `bytes` and the padding behind them.
  std::span<const std::byte> take(std::uint64_t bytes) {
    if (failed_ || bytes > rest_.size() || padded(bytes) > rest_.size()) {
      failed_ = true;
      return {};
    }
    const auto piece = rest_.first(bytes);
    rest_ = rest_.subspan(padded(bytes));
    return piece;
  }

  // The piece must be aligned for T: all pieces of a record begin at multiples of 8.
  template <class T>
  std::span<const T> column(std::uint64_t count) {
    const auto piece = take(count * sizeof(T));
    return {reinterpret_cast<const T*>(piece.data()), piece.size() / sizeof(T)};
  }

  [[nodiscard]] std::size_t left() const { return rest_.size(); }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] bool done() const { return !failed_ && rest_.empty(); }

 private:
  std::span<const std::byte> rest_;
  bool failed_ = false;
};

namespace {

template <class T>
std::span<const T> filled(std::vector<T>& scratch, std::size_t count, T value) {
  scratch.assign(count, value);
  return scratch;
}

bool read_rows(Cutter& from, StreamBlock& block) {
  RowsHeader fixed;
  if (!load(from.take(sizeof fixed), fixed)) return false;
  const auto has_validity = from.column<std::uint64_t>(fixed.fields);
  const auto times = from.column<std::int64_t>(fixed.rows);
  const auto frames = from.column<std::uint32_t>(fixed.frame_derived != 0 ? fixed.rows : 0);
  // u32 * u32 * 8 may pass 2^64 only if it is far beyond any record.
  if (std::uint64_t{fixed.rows} * fixed.fields > kMaxPayloadBytes) return false;
  const auto words = from.column<std::uint64_t>(std::uint64_t{fixed.rows} * fixed.fields);
  if (from.failed()) return false;
  block.reset(fixed.stream, fixed.fields, fixed.rows, fixed.frame_derived != 0);
  std::copy(times.begin(), times.end(), block.time_ns().begin());
  std::copy(frames.begin(), frames.end(), block.frame().begin());
  for (std::size_t field = 0; field < fixed.fields; ++field) {
    const auto column = words.subspan(field * fixed.rows, fixed.rows);
    std::copy(column.begin(), column.end(), block.u64(field).begin());
  }
  for (std::size_t field = 0; field < fixed.fields; ++field) {
    if (has_validity[field] == 0) continue;
    const auto bits = from.column<std::uint64_t>((std::uint64_t{fixed.rows} + 63) / 64);
    if (from.failed()) return false;
    std::copy(bits.begin(), bits.end(), block.make_validity(field, false).begin());
  }
  block.assign_text(as_text(from.take(fixed.text_bytes)));
  return !from.failed();
}

}  // namespace

bool BatchDecoder::read_text(std::span<const std::byte> text, const BatchHeader& header, RawBatch& batch) {
  Cutter from(text);
  const std::string_view source =
      as_text(from.take(std::uint64_t{header.source_name_bytes} + header.source_position_bytes));
  if (from.failed()) return false;
  batch.source_position = source.substr(header.source_name_bytes);
  if (header.gaps > text.size() / sizeof(GapHeader)) return false;
  batch.gaps.reserve(header.gaps);
  for (std::uint32_t i = 0; i < header.gaps; ++i) {
    GapHeader fixed;
    if (!load(from.take(sizeof fixed), fixed)) return false;
    GapRecord& gap = batch.gaps.emplace_back();
    gap.from.ns = fixed.from_ns;
    gap.to.ns = fixed.to_ns;
    gap.reason = static_cast<GapReason>(fixed.reason);
    if (fixed.has_count != 0) gap.count = fixed.count;
    gap.before_index = fixed.before_index;
    gap.where = as_text(from.take(fixed.where_bytes));
  }
  return from.done();
}

bool BatchDecoder::read_frames(Cutter& from, const BatchHeader& header, FrameBlock& frames) {
  const std::size_t count = header.frames;
  std::span<const std::int64_t> times;
  if ((header.shape & kTimeShort) != 0) {
    const auto behind = from.column<std::uint32_t>(count);
    times_.resize(behind.size());
    for (std::size_t i = 0; i < behind.size(); ++i) {
      times_[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(header.time_base_ns) + behind[i]);
    }
    times = times_;
  } else {
    times = from.column<std::int64_t>(count);
  }
  const auto ids = from.column<std::uint32_t>(count);
  if (from.failed()) return false;  // from here on `count` is known to be backed by bytes
  const auto flags = (header.shape & kFlagsConstant) != 0 ? filled(flags_, count, header.frame_flags)
                                                          : from.column<FrameFlags>(count);
  const auto channels = (header.shape & kChannelConstant) != 0 ? filled(channels_, count, header.channel)
                                                               : from.column<ChannelId>(count);
  const auto lengths = (header.shape & kLengthConstant) != 0 ? filled(lengths_, count, header.length)
                                                             : from.column<std::uint8_t>(count);
  const auto payload = from.column<std::uint8_t>(header.payload_bytes);
  return !from.failed() && frames.assign(times, ids, flags, channels, lengths, payload);
}

bool BatchDecoder::decode(RecordType type, std::span<const std::byte> payload, RawBatch& batch,
                          Digest& catalog) {
  batch.clear();
  BatchHeader header;
  Cutter from(payload);
  if (!load(from.take(sizeof header), header)) return false;
  batch.position.seq = header.seq;
  batch.first_record = header.first_record;
  batch.clock = {MonoTime{header.mono_ns}, WallTime{header.wall_ns}};
  batch.source = header.source;
  batch.tick = header.tick != 0;
  catalog.bytes = header.digest;
  if (!read_text(from.take(header.text_bytes), header, batch)) return false;
  if (type == RecordType::batch) return read_columns(from, header, batch);
  CompressedHeader compressed;
  if (!load(from.take(sizeof compressed), compressed)) return false;
  const auto zstd = from.take(compressed.zstd_bytes);
  if (!from.done()) return false;
  const auto columns = decompressor_.decompress(zstd, compressed.columns_bytes);
  if (!columns) return false;
  Cutter from_columns(*columns);
  return read_columns(from_columns, header, batch);
}

bool BatchDecoder::read_columns(Cutter& from, const BatchHeader& header, RawBatch& batch) {
  const std::size_t bytes = from.left();
  if (header.frames != 0 && !read_frames(from, header, batch.frames)) return false;
  if (header.row_blocks > bytes / sizeof(RowsHeader)) return false;
  batch.rows.reserve(header.row_blocks);
  for (std::uint32_t i = 0; i < header.row_blocks; ++i) {
    if (!read_rows(from, batch.rows.emplace_back())) return false;
  }
  return from.done() && batch.records() == header.records;
}

bool summarize(std::span<const std::byte> payload, BatchSummary& summary) {
  if (!load(payload, summary.header)) return false;
  const std::uint64_t bytes =
      std::uint64_t{summary.header.source_name_bytes} + summary.header.source_position_bytes;
  if (bytes > payload.size() - sizeof(BatchHeader)) return false;
  const std::string_view text = as_text(payload.subspan(sizeof(BatchHeader), bytes));
  summary.source_name = text.substr(0, summary.header.source_name_bytes);
  summary.source_position = text.substr(summary.header.source_name_bytes);
  return true;
}

}  // namespace cantrail::journal
