// The part of StreamReader that deals with chunks, what is in them, and the end of the file.
#include <algorithm>

#include "formats/mcap/footer_reader.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/stream_reader.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::mcap {
namespace {

constexpr std::uint64_t kWasteBytes = std::uint64_t{256} << 20U;
constexpr std::uint64_t kMostHeadBytes = kChunkFixedBytes + 32;  // names of compressions are short

}  // namespace

Result<bool> StreamReader::take_chunk(Prefix prefix, StreamItem& item) {
  const auto head = window_.at(position_ + kPrefixBytes, std::min(prefix.length, kMostHeadBytes));
  if (!head) return head.fault();
  const auto header = parse_chunk_header(*head);
  if (!header || header->stored_bytes > prefix.length - header->header_bytes) return lose(prefix, false);
  const auto length = true_length(prefix, *head);
  if (!length) return length.fault();
  prefix.length = *length;
  const auto followed = finder_.follows(position_ + kPrefixBytes + *length);
  if (!followed) return followed.fault();
  return take_chunk_records(prefix, *followed, item);
}

Result<bool> StreamReader::take_chunk_records(Prefix prefix, bool followed, StreamItem& item) {
  chunked_ = true;
  // A chunk that nothing follows may be what a crash has left, with garbage behind it. It may also be no
  // chunk.
  const bool hopeless = !followed && wasted_bytes_ / 4 > window_.size() + kWasteBytes;
  std::optional<DamageKind> damage = DamageKind::too_large;
  if (prefix.length <= limits_.most_chunk_bytes + kMostHeadBytes && !hopeless) {
    const auto record = window_.at(position_, kPrefixBytes + prefix.length);
    if (!record) return record.fault();
    const auto body = record->subspan(kPrefixBytes);
    item.chunk = *parse_chunk_header(body);
    item.stored = body.subspan(item.chunk.header_bytes, item.chunk.stored_bytes);
    damage = decoder_.decode(item.chunk, item.stored, item.records);
  }
  if (damage && !followed) {
    wasted_bytes_ += prefix.length + std::min(item.chunk.uncompressed_bytes, limits_.most_chunk_bytes);
    return lose(prefix, false);
  }
  if (damage) return skip_damaged(*damage, prefix);
  const std::size_t whole = learn(item.records, position_);
  if (whole != item.records.size()) {
    damaged(DamageKind::chunk_content, position_, item.records.size() - whole);
    item.records = item.records.first(whole);
  }
  indexes_belong_ = true;
  if (Status status = hand_out(StreamItem::Kind::chunk, prefix.length, item); !status) return status.fault();
  return true;
}

std::size_t StreamReader::learn(std::span<const std::byte> records, std::uint64_t offset) {
  RecordWalker walker(records);
  while (walker.next()) {
    switch (walker.opcode()) {
      case Opcode::message: {
        const auto channel = load<std::uint16_t>(walker.body().data());
        if (!definitions_.has_channel(channel)) miss_channel(channel, offset);
        break;
      }
      case Opcode::schema:
      case Opcode::channel:
        if (!learn_definition(walker.opcode(), walker.body(), offset))
          damaged(DamageKind::definition, offset, 0);
        break;
      default:
        break;
    }
  }
  return walker.offset();
}

bool StreamReader::learn_definition(Opcode opcode, std::span<const std::byte> body, std::uint64_t offset) {
  const auto learned = [&](auto parsed) {
    if (!parsed) return false;
    const auto added = definitions_.add(std::move(*parsed));
    if (added == Definitions::Added::conflict || added == Definitions::Added::no_room) {
      damaged(DamageKind::definition, offset, 0);
    }
    return true;
  };
  return opcode == Opcode::schema ? learned(parse_schema(body)) : learned(parse_channel(body));
}

void StreamReader::miss_channel(std::uint16_t channel, std::uint64_t offset) {
  if (undefined_channels_[channel]) return;
  if (!summary_asked_) {
    summary_asked_ = true;
    if (const auto summary = read_summary(source_, limits_)) {
      for (const Schema& schema : summary->definitions.schemas()) (void)definitions_.add(schema);
      for (const Channel& other : summary->definitions.channels()) (void)definitions_.add(other);
    }
    if (definitions_.has_channel(channel)) return;
  }
  undefined_channels_.set(channel);
  damaged(DamageKind::unknown_channel, offset, 0);
}

Status StreamReader::read_ending() {
  ending_ = Ending::damaged;
  std::uint64_t at = position_ + kPrefixBytes + kDataEndBytes;
  while (at + kPrefixBytes <= window_.size()) {
    const auto prefix = window_.at(at, kPrefixBytes);
    if (!prefix) return prefix.status();
    const auto length = load<std::uint64_t>(prefix->data() + 1);
    if ((*prefix)[0] == static_cast<std::byte>(Opcode::footer)) {
      const auto footer = read_footer(window_, at);
      if (!footer) return footer.status();
      if (!*footer) break;
      const std::uint64_t end = at + kEndingBytes;
      ending_ = Ending::complete;
      if (end < window_.size()) damaged(DamageKind::behind_end, end, window_.size() - end);
      return {};
    }
    if ((*prefix)[0] == std::byte{0} || length > window_.size() - at - kPrefixBytes) break;
    at += kPrefixBytes + length;
  }
  damaged(DamageKind::ending, std::min(at, window_.size()), 0);
  return {};
}

}  // namespace cantrail::mcap
