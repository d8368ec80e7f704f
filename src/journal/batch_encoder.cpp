#include <algorithm>
#include <limits>

#include <xxhash.h>

#include "journal/batch_codec.hpp"

namespace cantrail::journal {
namespace {

constexpr std::array<std::byte, 8> kZeros{};

// Each value equals its neighbour: memcmp does that faster than any loop.
template <class T>
bool all_equal(std::span<const T> column) {
  return column.size() < 2 ||
         std::memcmp(column.data(), column.data() + 1, column.size_bytes() - sizeof(T)) == 0;
}

// False if a time lies before the first or more than 4 s behind it.
bool shorten(std::span<const std::int64_t> times, std::vector<std::uint32_t>& out) {
  if (times.empty()) return false;
  out.resize(times.size());
  const std::uint64_t base = static_cast<std::uint64_t>(times[0]);
  std::uint64_t high = 0;
  for (std::size_t i = 0; i < times.size(); ++i) {
    const std::uint64_t behind = static_cast<std::uint64_t>(times[i]) - base;
    high |= behind >> 32U;
    out[i] = static_cast<std::uint32_t>(behind);
  }
  return high == 0;
}

std::size_t cut_to(std::size_t bytes, std::size_t limit) {
  return std::min(bytes, limit);
}

}  // namespace

struct BatchEncoder::HashState {
  XXH3_state_t* state = XXH3_createState();
  HashState() = default;
  HashState(const HashState&) = delete;
  HashState& operator=(const HashState&) = delete;
  ~HashState() { XXH3_freeState(state); }
};

BatchEncoder::BatchEncoder(JournalCompression compression)
    : compressor_(compression == JournalCompression::zstd ? std::make_unique<ColumnCompressor>() : nullptr),
      hash_(std::make_unique<HashState>()) {}
BatchEncoder::~BatchEncoder() = default;

void BatchEncoder::add(std::span<const std::byte> piece) {
  if (piece.empty()) return;
  pieces_.push_back(piece);
  size_ += piece.size();
  if (const std::size_t odd = size_ % 8; odd != 0) {
    pieces_.push_back(std::span(kZeros).first(8 - odd));
    size_ += 8 - odd;
  }
}

void BatchEncoder::add_text(const RawBatch& batch, std::string_view source_name) {
  text_.clear();
  header_.source_name_bytes = static_cast<std::uint16_t>(cut_to(source_name.size(), 0xFFFF));
  header_.source_position_bytes = static_cast<std::uint32_t>(batch.source_position.size());
  text_.append(source_name.substr(0, header_.source_name_bytes));
  text_.append(batch.source_position);
  text_.resize(padded(text_.size()), '\0');
  for (const GapRecord& gap : batch.gaps) {
    GapHeader fixed;
    fixed.from_ns = gap.from.ns;
    fixed.to_ns = gap.to.ns;
    fixed.count = gap.count.value_or(0);
    fixed.before_index = gap.before_index;
    fixed.reason = static_cast<std::uint8_t>(gap.reason);
    fixed.has_count = gap.count ? 1 : 0;
    fixed.where_bytes = static_cast<std::uint16_t>(cut_to(gap.where.size(), 0xFFFF));
    text_.append(as_text(bytes_of(fixed)));
    text_.append(gap.where, 0, fixed.where_bytes);
    text_.resize(padded(text_.size()), '\0');
  }
  header_.text_bytes = static_cast<std::uint32_t>(text_.size());
  add(std::as_bytes(std::span(text_)));
}

void BatchEncoder::add_frames(const FrameBlock& frames) {
  header_.frames = static_cast<std::uint32_t>(frames.size());
  header_.payload_bytes = static_cast<std::uint32_t>(frames.payload().size());
  if (frames.empty()) return;
  header_.time_base_ns = frames.time_ns()[0];
  header_.frame_flags = frames.flags()[0];
  header_.channel = frames.channel()[0];
  header_.length = frames.length()[0];
  const bool short_times = shorten(frames.time_ns(), short_times_);
  const bool same_flags = all_equal(frames.flags());
  const bool same_channel = all_equal(frames.channel());
  const bool same_length = all_equal(frames.length());
  header_.shape =
      static_cast<std::uint8_t>((short_times ? kTimeShort : 0) | (same_flags ? kFlagsConstant : 0) |
                                (same_channel ? kChannelConstant : 0) | (same_length ? kLengthConstant : 0));
  add(short_times ? std::as_bytes(std::span(short_times_)) : std::as_bytes(frames.time_ns()));
  add(std::as_bytes(frames.id()));
  if (!same_flags) add(std::as_bytes(frames.flags()));
  if (!same_channel) add(std::as_bytes(frames.channel()));
  if (!same_length) add(std::as_bytes(frames.length()));
  add(std::as_bytes(frames.payload()));
}

// Before any piece points into row_words_, it must have its final size.
void BatchEncoder::describe_rows(const std::vector<StreamBlock>& rows) {
  row_words_.clear();
  for (const StreamBlock& block : rows) {
    RowsHeader fixed;
    fixed.stream = block.stream();
    fixed.rows = static_cast<std::uint32_t>(block.rows());
    fixed.fields = static_cast<std::uint32_t>(block.fields());
    fixed.frame_derived = block.frame().empty() ? 0 : 1;
    fixed.text_bytes = block.text_arena().size();
    std::array<std::uint64_t, sizeof(RowsHeader) / 8> words{};
    std::memcpy(words.data(), &fixed, sizeof fixed);
    row_words_.insert(row_words_.end(), words.begin(), words.end());
    for (std::size_t field = 0; field < block.fields(); ++field) {
      row_words_.push_back(block.validity(field).empty() ? 0 : 1);
    }
  }
}

void BatchEncoder::add_rows(const std::vector<StreamBlock>& rows) {
  describe_rows(rows);
  std::size_t at = 0;
  for (const StreamBlock& block : rows) {
    const std::size_t words = sizeof(RowsHeader) / 8 + block.fields();
    add(std::as_bytes(std::span(row_words_).subspan(at, words)));
    at += words;
    add(std::as_bytes(block.time_ns()));
    add(std::as_bytes(block.frame()));
    for (std::size_t field = 0; field < block.fields(); ++field) add(std::as_bytes(block.u64(field)));
    for (std::size_t field = 0; field < block.fields(); ++field) add(std::as_bytes(block.validity(field)));
    add(std::as_bytes(std::span(block.text_arena())));
  }
}

// Puts one piece in the place of all columns, if that makes them smaller.
bool BatchEncoder::compress(std::size_t first_column, std::size_t before_columns) {
  const std::size_t columns = size_ - before_columns;
  if (columns == 0 || columns > kMostCompressedColumns) return false;
  const auto zstd = compressor_->compress(std::span(pieces_).subspan(first_column), columns);
  if (zstd.empty() || sizeof compressed_ + padded(zstd.size()) >= columns) return false;
  compressed_ = {static_cast<std::uint32_t>(columns), static_cast<std::uint32_t>(zstd.size())};
  pieces_.resize(first_column);
  size_ = before_columns;
  add(bytes_of(compressed_));
  add(zstd);
  return true;
}

Status BatchEncoder::prepare(const RawBatch& batch, std::string_view source_name) {
  header_ = {};
  header_.seq = batch.position.seq;
  header_.first_record = batch.first_record;
  header_.mono_ns = batch.clock.mono.ns;
  header_.wall_ns = batch.clock.wall.ns;
  if (batch.catalog) header_.digest = batch.catalog->digest.bytes;
  header_.row_blocks = static_cast<std::uint32_t>(batch.rows.size());
  header_.gaps = static_cast<std::uint32_t>(batch.gaps.size());
  header_.records = static_cast<std::uint32_t>(batch.records());
  header_.source = batch.source;
  header_.tick = batch.tick ? 1 : 0;
  size_ = 0;
  pieces_.clear();
  pieces_.push_back(bytes_of(record_));
  add(bytes_of(header_));
  add_text(batch, source_name);
  const std::size_t first_column = pieces_.size();
  const std::size_t before_columns = size_;
  add_frames(batch.frames);
  add_rows(batch.rows);
  const bool compressed = compressor_ && compress(first_column, before_columns);
  if (size_ > kMaxPayloadBytes) {
    return {FaultKind::rejected,
            "a batch of " + std::to_string(size_) + " bytes is too large for the journal"};
  }
  const RecordType type = compressed ? RecordType::compressed_batch : RecordType::batch;
  record_.mark = kRecordMark | static_cast<std::uint32_t>(type);
  record_.length = static_cast<std::uint32_t>(size_);
  return {};
}

std::span<const std::span<const std::byte>> BatchEncoder::pieces(std::uint64_t seed) {
  XXH3_64bits_reset_withSeed(hash_->state, seed);
  std::span<const std::byte> piece = bytes_of(record_).subspan(sizeof record_.hash);
  XXH3_64bits_update(hash_->state, piece.data(), piece.size());
  for (std::size_t i = 1; i < pieces_.size(); ++i) {
    XXH3_64bits_update(hash_->state, pieces_[i].data(), pieces_[i].size());
  }
  record_.hash = XXH3_64bits_digest(hash_->state);
  return pieces_;
}

}  // namespace cantrail::journal
