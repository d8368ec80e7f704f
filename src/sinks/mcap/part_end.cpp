#include "sinks/mcap/part_end.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "encode/protobuf/record_decoder.hpp"
#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/source_window.hpp"
#include "sinks/mcap/channels.hpp"
#include "sinks/mcap/recording_file.hpp"

namespace cantrail::mcap_sink {
namespace {

// Chunks end at batches, which are bounded, so this is more than kMostUnsynced and a chunk.
constexpr std::uint64_t kVerified = kMostUnsynced + (std::uint64_t{24} << 20U);

struct Place {
  std::uint64_t begin = 0;
  std::uint64_t chunk_end = 0;
  std::uint64_t end = 0;  // with the message indexes that follow
};

class EndFinder {
 public:
  explicit EndFinder(const mcap::ByteSource& source) : source_(source), window_(source) {}

  Result<PartEnd> run() {
    if (Status status = step_through(); !status) return status.fault();
    if (Status status = verify(); !status) return status.fault();
    PartEnd found;
    found.chunks = places_.size();
    found.cursor = cursor_;
    if (places_.empty() || !cursor_) return found;
    found.bytes = complete_ ? source_.size() : places_.back().end;
    for (const Place& place : places_) {
      if (place.end + kVerified <= found.bytes) found.synced_bytes = place.end;
    }
    return found;
  }

 private:
  // Small pieces: what is stepped over is not read.
  Result<std::span<const std::byte>> prefix_at(std::uint64_t offset) {
    if (offset < piece_begin_ || offset + mcap::kPrefixBytes > piece_begin_ + piece_bytes_) {
      const auto got = source_.read_at(offset, piece_);
      if (!got) return got.fault();
      piece_begin_ = offset;
      piece_bytes_ = *got;
    }
    const std::size_t there = piece_bytes_ - std::min<std::uint64_t>(offset - piece_begin_, piece_bytes_);
    return std::span<const std::byte>(piece_).subspan(offset - piece_begin_,
                                                      std::min(there, mcap::kPrefixBytes));
  }

  // All chunks, up to the first bytes that are no record.
  Status step_through() {
    std::uint64_t at = mcap::kMagic.size();
    const auto magic = window_.at(0, at);
    if (!magic) return magic.status();
    if (magic->size() < at || std::memcmp(magic->data(), mcap::kMagic.data(), at) != 0) return {};
    bool indexes_may_follow = false;
    for (;;) {
      const auto prefix = prefix_at(at);
      if (!prefix) return prefix.status();
      if (prefix->size() < mcap::kPrefixBytes) return {};
      const auto opcode = static_cast<mcap::Opcode>((*prefix)[0]);
      const auto length = mcap::load<std::uint64_t>(prefix->data() + 1);
      if ((*prefix)[0] == std::byte{0} || length > source_.size() - at - mcap::kPrefixBytes) return {};
      const std::uint64_t end = at + mcap::kPrefixBytes + length;
      if (opcode == mcap::Opcode::chunk) {
        places_.push_back({at, end, end});
        indexes_may_follow = true;
      } else if (opcode == mcap::Opcode::message_index && indexes_may_follow) {
        places_.back().end = end;
      } else {
        indexes_may_follow = false;
      }
      if (opcode == mcap::Opcode::footer) {
        complete_ = end + mcap::kMagic.size() == source_.size();
        return {};
      }
      at = end;
    }
  }

  // Cuts the list where the first chunk is damaged, of those that may be; the last one's cursor counts.
  Status verify() {
    if (places_.empty()) return {};
    const std::uint64_t end = places_.back().end;
    const std::uint64_t from = end > kVerified ? end - kVerified : 0;
    std::size_t first = places_.size() - 1;
    while (first > 0 && places_[first - 1].begin >= from) --first;
    for (std::size_t i = first; i < places_.size(); ++i) {
      const auto cursor = read_cursor(places_[i]);
      if (!cursor) return cursor.status();
      if (!*cursor) {
        places_.resize(i);
        complete_ = false;
        break;
      }
      cursor_ = *cursor;
    }
    return cursor_ || places_.empty() ? Status{} : find_cursor_before();
  }

  // All that was verified is damaged: on backwards.
  Status find_cursor_before() {
    while (!places_.empty()) {
      const auto cursor = read_cursor(places_.back());
      if (!cursor) return cursor.status();
      cursor_ = *cursor;
      if (cursor_) return {};
      places_.pop_back();
    }
    return {};
  }

  // nullopt: the chunk is damaged, or ends without a cursor.
  Result<std::optional<Position>> read_cursor(const Place& place) {
    const std::optional<Position> none;
    if (place.chunk_end - place.begin > mcap::Limits{}.most_chunk_bytes) return none;
    const auto record = window_.at(place.begin, place.chunk_end - place.begin);
    if (!record) return record.fault();
    const auto body = record->subspan(mcap::kPrefixBytes);
    const auto header = mcap::parse_chunk_header(body);
    if (!header || header->stored_bytes != body.size() - header->header_bytes) return none;
    std::span<const std::byte> records;
    if (decoder_.decode(*header, body.subspan(header->header_bytes), records)) return none;
    mcap::MessageWalker walker(records);
    mcap::Message last;
    bool any = false;
    while (walker.next(last)) any = true;
    if (!any || last.channel != kCursorChannel) return none;
    const auto cursor =
        encode::protobuf::decode_cursor({reinterpret_cast<const char*>(last.data.data()), last.data.size()});
    return cursor ? std::optional(cursor->position) : none;
  }

  const mcap::ByteSource& source_;
  mcap::SourceWindow window_;
  std::array<std::byte, 8192> piece_{};
  std::uint64_t piece_begin_ = 0;
  std::size_t piece_bytes_ = 0;
  mcap::ChunkDecoder decoder_{mcap::Limits{}};
  std::vector<Place> places_;
  std::optional<Position> cursor_;
  bool complete_ = false;  // footer and magic bytes are where they belong
};

}  // namespace

Result<PartEnd> find_end(const mcap::ByteSource& source) {
  return EndFinder(source).run();
}

}  // namespace cantrail::mcap_sink
