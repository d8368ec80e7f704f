#include "sinks/sqlite/row_chunk.hpp"

#include <algorithm>

#include "model/row_frame.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kMostChunkRows = 1 << 16, kMostFrame = 64;
enum Frames : std::uint8_t { kNoFrames = 0, kFrames = 1, kFramesWithIds = 2 };
enum Payload : std::uint8_t { kBytewise = 0, kAsItIs = 1 };
// The last two: some absent cell has a reason, and the numbers of all absent cells stand before the values.
enum Present : std::uint8_t { kAll = 0, kSome = 1, kNone = 2, kSomeWithReasons = 3, kNoneWithReasons = 4 };

// The byte with this value next to the one before it, counted on beyond a byte's range: the low byte of a
// value that wanders goes from 255 to 256 and not back to 0. Only the lowest eight bits count when it is
// read.
std::int64_t unwrapped(std::uint8_t byte, std::int64_t before) {
  return before + static_cast<std::int8_t>(byte - static_cast<std::uint8_t>(before));
}

template <class Use>
void each_row(std::span<const RowRun> runs, Use use) {
  for (const RowRun& run : runs) {
    for (std::uint32_t row = run.from; row < run.to; ++row) use(run, row);
  }
}

}  // namespace

void ChunkPacker::put(std::string& out, std::span<const RowRun> runs, const RowSchema& schema,
                      std::optional<std::uint32_t> can_id) {
  out += static_cast<char>(kFormat);
  column_.clear();
  for (const RowRun& run : runs) {
    const auto times = run.block->time_ns().subspan(run.from, run.rows());
    column_.insert(column_.end(), times.begin(), times.end());
  }
  put_times(out);
  column_.clear();
  for (const RowRun& run : runs) {
    column_.insert(column_.end(), run.rows(), static_cast<std::int64_t>(run.batch->raw->position.seq));
  }
  code_.put_integers(out, column_);
  column_.clear();
  each_row(runs, [this](const RowRun& run, std::uint32_t row) { column_.push_back(run.record(row)); });
  code_.put_integers(out, column_);
  put_frames(out, runs, can_id);
  put_fields(out, runs, schema);
}

void ChunkPacker::put(std::string& out, const RowChunk& chunk, std::span<const std::uint32_t> rows,
                      const RowSchema& schema) {
  const auto put_column = [&](std::span<const std::int64_t> all) {
    column_.clear();
    for (const std::uint32_t row : rows) column_.push_back(all[row]);
  };
  out += static_cast<char>(kFormat);
  put_column(chunk.values.time_ns());
  put_times(out);
  put_column(chunk.seq);
  code_.put_integers(out, column_);
  put_column(chunk.record);
  code_.put_integers(out, column_);
  put_frames(out, chunk, rows);
  std::vector<RowRun> runs;
  for (const std::uint32_t row : rows) {
    if (runs.empty() || runs.back().to != row) runs.push_back({nullptr, &chunk.values, row, row});
    runs.back().to = row + 1;
  }
  put_fields(out, runs, schema);
}

void ChunkPacker::put_times(std::string& out) {
  put_number(out, column_.size());
  code_.put_integers(out, column_);
}

void ChunkPacker::put_fields(std::string& out, std::span<const RowRun> runs, const RowSchema& schema) {
  put_number(out, schema.fields.size());
  for (std::size_t field = 0; field < schema.fields.size(); ++field) {
    put_field(out, runs, field, schema.fields[field].type);
  }
}

void ChunkPacker::put_frames(std::string& out, std::span<const RowRun> runs,
                             std::optional<std::uint32_t> can_id) {
  const RowRun& first = runs.front();
  if (!RowFrames(*first.batch, *first.block).id(first.from)) {  // then none has
    out += static_cast<char>(kNoFrames);
    return;
  }
  column_.clear();
  payload_.clear();
  lengths_.clear();
  bool others = false;
  for (const RowRun& run : runs) {
    const RowFrames frames(*run.batch, *run.block);
    for (std::uint32_t row = run.from; row < run.to; ++row) {
      const auto id = frames.id(row);
      others = others || id != can_id;
      column_.push_back(id.value_or(0));
      const auto data = frames.data(row);
      payload_.append(reinterpret_cast<const char*>(data.data()), data.size());
      lengths_.push_back(static_cast<std::int64_t>(data.size()));
    }
  }
  out += static_cast<char>(others ? kFramesWithIds : kFrames);
  if (others) code_.put_integers(out, column_);
  column_.swap(lengths_);
  put_payload(out);
}

void ChunkPacker::put_frames(std::string& out, const RowChunk& chunk, std::span<const std::uint32_t> rows) {
  if (chunk.payload_at.empty()) {
    out += static_cast<char>(kNoFrames);
    return;
  }
  out += static_cast<char>(chunk.can_id.empty() ? kFrames : kFramesWithIds);
  column_.clear();
  if (!chunk.can_id.empty()) {
    for (const std::uint32_t row : rows) column_.push_back(chunk.can_id[row]);
    code_.put_integers(out, column_);
  }
  payload_.clear();
  column_.clear();
  for (const std::uint32_t row : rows) {
    payload_ += chunk.data(row);
    column_.push_back(static_cast<std::int64_t>(chunk.data(row).size()));
  }
  put_payload(out);
}

// Of payload_ and the lengths in column_. Frames of a message nearly always have one length, and most of
// their bytes change little: each byte is a column then.
void ChunkPacker::put_payload(std::string& out) {
  code_.put_integers(out, column_);
  const auto length = static_cast<std::size_t>(column_.front());
  const bool alike = std::ranges::all_of(column_, [&](std::int64_t one) { return one == column_.front(); });
  const std::size_t rows = column_.size();
  if (!alike || length > kMostFrame) {
    out += static_cast<char>(kAsItIs);
    out += payload_;
    return;
  }
  out += static_cast<char>(kBytewise);
  for (std::size_t byte = 0; byte < length; ++byte) {
    std::int64_t before = static_cast<std::uint8_t>(payload_[byte]);
    for (std::size_t row = 0; row < rows; ++row) {
      before = unwrapped(static_cast<std::uint8_t>(payload_[row * length + byte]), before);
      column_[row] = before;
    }
    code_.put_integers(out, column_);
  }
}

void ChunkPacker::put_field(std::string& out, std::span<const RowRun> runs, std::size_t field,
                            FieldType type) {
  words_.clear();
  payload_.clear();
  present_.clear();
  reasons_.clear();
  bool any_reason = false;
  std::size_t rows = 0;
  for (const RowRun& run : runs) {
    const auto words = run.block->u64(field);
    const bool all = run.block->validity(field).empty();
    for (std::uint32_t row = run.from; row < run.to; ++row, ++rows) {
      if (rows % 8 == 0) present_ += '\0';
      if (!all && !run.block->valid(field, row)) {
        reasons_.push_back(static_cast<std::int64_t>(run.block->quality(field, row)));
        any_reason = any_reason || reasons_.back() != 0;
        continue;
      }
      present_.back() = static_cast<char>(present_.back() | 1 << rows % 8);
      if (holds_bytes(type)) {
        const std::string_view text = run.block->text(field, row);
        payload_ += text;
        words_.push_back(text.size());
      } else {
        words_.push_back(words[row]);
      }
    }
  }
  const Present without = words_.size() == rows ? kAll : words_.empty() ? kNone : kSome;
  const Present present = !any_reason ? without : words_.empty() ? kNoneWithReasons : kSomeWithReasons;
  out += static_cast<char>(present);
  if (present == kSome || present == kSomeWithReasons) out += present_;
  if (any_reason) code_.put_integers(out, reasons_);
  if (words_.empty()) return;
  if (type == FieldType::f64) {
    code_.put_doubles(out, words_);
    return;
  }
  column_.assign(words_.size(), 0);
  std::ranges::transform(words_, column_.begin(),
                         [](std::uint64_t word) { return static_cast<std::int64_t>(word); });
  code_.put_integers(out, column_);
  if (holds_bytes(type)) out += payload_;
}

namespace {

// Reads what ChunkPacker has put.
class Unpacker {
 public:
  Unpacker(std::string_view bytes, const RowSchema& schema) : in_(bytes), schema_(schema) {}

  Result<RowChunk> read() {
    if (in_.byte() != kFormat) return damaged();
    rows_ = in_.count(kMostChunkRows);
    if (!in_.ok() || rows_ == 0) return damaged();
    chunk_.values.reset(0, schema_.fields.size(), rows_, false);
    ColumnCode::get_integers(in_, chunk_.values.time_ns());
    chunk_.seq.resize(rows_);
    chunk_.record.resize(rows_);
    ColumnCode::get_integers(in_, chunk_.seq);
    ColumnCode::get_integers(in_, chunk_.record);
    read_frames();
    if (in_.number() != schema_.fields.size()) return damaged();
    for (std::size_t field = 0; field < schema_.fields.size() && in_.ok(); ++field) read_field(field);
    if (!in_.ok()) return damaged();
    return std::move(chunk_);
  }

 private:
  static Fault damaged() { return {FaultKind::corrupt, "packed rows are damaged"}; }

  void read_frames() {
    const std::uint8_t kind = in_.byte();
    if (kind == kNoFrames) return;
    if (kind == kFramesWithIds) {
      chunk_.can_id.resize(rows_);
      ColumnCode::get_integers(in_, chunk_.can_id);
    }
    std::vector<std::int64_t> lengths(rows_);
    ColumnCode::get_integers(in_, lengths);
    std::size_t all = 0;
    for (const std::int64_t length : lengths) {
      chunk_.payload_at.push_back(static_cast<std::uint32_t>(all));
      all += std::clamp<std::int64_t>(length, 0, 4096);
    }
    chunk_.payload_at.push_back(static_cast<std::uint32_t>(all));
    if (in_.byte() == kAsItIs) {
      chunk_.payload = in_.bytes(all);
      chunk_.payload.resize(all);
      return;
    }
    chunk_.payload.assign(all, '\0');
    const std::size_t length = all / rows_;
    for (std::size_t byte = 0; byte < length && in_.ok(); ++byte) {
      ColumnCode::get_integers(in_, lengths);
      for (std::size_t row = 0; row < rows_; ++row) {
        chunk_.payload[row * length + byte] = static_cast<char>(lengths[row]);
      }
    }
  }

  void read_field(std::size_t field) {
    const std::uint8_t present = in_.byte();
    const auto column = chunk_.values.u64(field);
    std::ranges::fill(column, 0);
    std::vector<std::size_t> places;
    if (present == kAll) {
      for (std::size_t row = 0; row < rows_; ++row) places.push_back(row);
    } else {
      const auto valid = chunk_.values.make_validity(field, false);
      const bool some = present == kSome || present == kSomeWithReasons;
      const std::string_view bits = some ? in_.bytes((rows_ + 7) / 8) : std::string_view();
      for (std::size_t row = 0; !bits.empty() && row < rows_; ++row) {
        if ((static_cast<unsigned char>(bits[row / 8]) >> row % 8 & 1) == 0) continue;
        valid[row / 64] |= std::uint64_t{1} << row % 64;
        places.push_back(row);
      }
      if (present == kSomeWithReasons || present == kNoneWithReasons)
        read_reasons(field, rows_ - places.size());
      if (places.empty()) return;
    }
    const FieldType type = schema_.fields[field].type;
    std::vector<std::uint64_t> words(places.size());
    if (type == FieldType::f64) {
      ColumnCode::get_doubles(in_, words);
    } else {
      std::vector<std::int64_t> integers(places.size());
      ColumnCode::get_integers(in_, integers);
      for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<std::uint64_t>(integers[i]);
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (holds_bytes(type)) {
        chunk_.values.set_text(field, places[i], in_.bytes(words[i]));
      } else {
        column[places[i]] = words[i];
      }
    }
  }

  void read_reasons(std::size_t field, std::size_t absent) {
    std::vector<std::int64_t> reasons(absent);
    ColumnCode::get_integers(in_, reasons);
    const auto column = chunk_.values.u64(field);
    for (std::size_t row = 0, i = 0; row < rows_ && i < absent; ++row) {
      if (chunk_.values.valid(field, row)) continue;
      column[row] = static_cast<std::uint64_t>(quality_of(static_cast<std::uint64_t>(reasons[i++])));
    }
  }

  ByteReader in_;
  const RowSchema& schema_;
  std::size_t rows_ = 0;
  RowChunk chunk_;
};

}  // namespace

// Times and places come first, so that most chunks need not be unpacked to find rows.
Result<ChunkPlaces> places_of_chunk(std::string_view bytes) {
  ByteReader in(bytes);
  ChunkPlaces places;
  if (in.byte() == kFormat) {
    places.time_ns.resize(in.count(kMostChunkRows));
    places.seq.resize(places.time_ns.size());
    ColumnCode::get_integers(in, places.time_ns);
    ColumnCode::get_integers(in, places.seq);
  }
  if (!in.ok() || places.seq.empty()) return Fault{FaultKind::corrupt, "packed rows are damaged"};
  return places;
}

Result<std::vector<std::int64_t>> times_of_chunk(std::string_view bytes) {
  ByteReader in(bytes);
  std::vector<std::int64_t> times;
  if (in.byte() == kFormat) {
    times.resize(in.count(kMostChunkRows));
    ColumnCode::get_integers(in, times);
  }
  if (!in.ok() || times.empty()) return Fault{FaultKind::corrupt, "packed rows are damaged"};
  return times;
}

Result<RowChunk> unpack_chunk(std::string_view bytes, const RowSchema& schema) {
  return Unpacker(bytes, schema).read();
}

}  // namespace cantrail::sqlite
