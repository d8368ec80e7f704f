#include "formats/mcap/stream_reader.hpp"

#include <algorithm>

#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"

namespace cantrail::mcap {
namespace {

using Kind = StreamItem::Kind;

constexpr std::uint64_t kRunBytes = std::uint64_t{1} << 20U;  // messages outside of chunks, at a time
constexpr std::uint64_t kHeadBytes = 4096;                    // of a record, in which its lengths stand
constexpr std::uint64_t kAttachmentHeadBytes = std::uint64_t{1} << 20U;  // names that are longer are refused

}  // namespace

StreamReader::StreamReader(const ByteSource& source, const Limits& limits)
    : source_(source),
      limits_(limits),
      window_(source),
      definitions_(limits.most_definition_bytes),
      finder_(source, definitions_, limits),
      decoder_(limits) {}

Result<StreamItem> StreamReader::next() {
  if (!begun_) {
    if (Status status = begin(); !status) return status.fault();
  }
  while (!ended_) {
    StreamItem item;
    const Taken taken = step(item);
    if (!taken) return taken.fault();
    if (*taken) return item;
  }
  StreamItem last;
  last.offset = position_;
  return last;
}

Status StreamReader::begin() {
  const auto got = window_.at(0, kMagic.size());
  if (!got) return got.status();
  const auto expected = std::as_bytes(std::span(kMagic));
  begun_ = true;
  if (std::equal(got->begin(), got->end(), expected.begin())) {
    if (got->size() == kMagic.size()) return move_to(kMagic.size());
    if (!got->empty()) damaged(DamageKind::truncated, 0, got->size());
    end(Ending::missing);
    return {};
  }
  const auto record = finder_.is_record(kMagic.size(), {});
  if (!record) return record.status();
  if (!*record || window_.size() < kMagic.size()) {
    begun_ = false;
    return {FaultKind::corrupt, "this is no MCAP file: it does not begin as one"};
  }
  damaged(DamageKind::magic, 0, 0);
  return move_to(kMagic.size());
}

Result<bool> StreamReader::step(StreamItem& item) {
  const std::uint64_t left = window_.size() - position_;
  const auto head = window_.at(position_, kPrefixBytes);
  if (!head) return head.fault();
  if (left < kPrefixBytes) {
    if (left > 0) damaged(DamageKind::truncated, position_, left);
    end(Ending::missing);
    return false;
  }
  const Prefix prefix{std::to_integer<std::uint8_t>((*head)[0]), load<std::uint64_t>(head->data() + 1)};
  const bool beyond_end = prefix.length > left - kPrefixBytes;
  if (prefix.opcode == 0 || beyond_end) return lose(prefix, beyond_end && prefix.opcode != 0);
  Taken taken = take(prefix, item);
  if (taken && static_cast<Opcode>(prefix.opcode) != Opcode::message) doubtful_.reset();
  return taken;
}

Result<bool> StreamReader::take(Prefix prefix, StreamItem& item) {
  switch (static_cast<Opcode>(prefix.opcode)) {
    case Opcode::header:
      return take_body(Kind::header, prefix, item);
    case Opcode::schema:
      return take_body(Kind::schema, prefix, item);
    case Opcode::channel:
      return take_body(Kind::channel, prefix, item);
    case Opcode::metadata:
      return take_body(Kind::metadata, prefix, item);
    case Opcode::message_index:
      return take_body(Kind::message_index, prefix, item);
    case Opcode::message:
      return take_messages(item);
    case Opcode::chunk:
      return take_chunk(prefix, item);
    case Opcode::attachment:
      return take_attachment(prefix, item);
    case Opcode::data_end:
      return take_data_end(prefix);
    case Opcode::footer:
      if (prefix.length != kFooterBytes) break;
      // The data's end is missing: what came before may have been part of the summary.
      damaged(DamageKind::ending, position_, 0);
      end(Ending::damaged);
      return false;
    default:
      return take_other(prefix, item);
  }
  return lose(prefix, false);
}

Result<bool> StreamReader::take_body(Kind kind, Prefix prefix, StreamItem& item) {
  const std::uint64_t offset = position_;
  const auto head = window_.at(offset + kPrefixBytes, std::min(prefix.length, kHeadBytes));
  if (!head) return head.fault();
  const auto length = true_length(prefix, *head);
  if (!length) return length.fault();
  if (*length > limits_.most_record_bytes)
    return skip_damaged(DamageKind::too_large, {prefix.opcode, *length});
  const auto record = window_.at(offset, kPrefixBytes + *length);
  if (!record) return record.fault();
  const auto body = record->subspan(kPrefixBytes);
  bool good = true;
  switch (kind) {
    case Kind::header:
      good = parse_header(body).has_value();
      break;
    case Kind::metadata:
      good = parse_metadata(body).has_value();
      break;
    case Kind::message_index:
      good = parse_message_index_head(body).has_value();
      break;
    default:
      good = learn_definition(static_cast<Opcode>(prefix.opcode), body, offset);
  }
  if (!good) return skip_damaged(DamageKind::lost, {prefix.opcode, *length});
  if (kind != Kind::message_index) {
    indexes_belong_ = false;
  } else if (!std::exchange(indexes_belong_, true)) {
    damaged(DamageKind::index_without_chunk, offset, 0);
  }
  item.body = body;
  if (Status status = hand_out(kind, *length, item); !status) return status.fault();
  return true;
}

Result<bool> StreamReader::take_other(Prefix prefix, StreamItem& item) {
  const auto followed = finder_.follows(position_ + kPrefixBytes + prefix.length);
  if (!followed) return followed.fault();
  if (!*followed) return lose(prefix, false);
  indexes_belong_ = false;
  if (Status status = hand_out(Kind::unknown, prefix.length, item); !status) return status.fault();
  return prefix.opcode >
         kLastKnownOpcode;  // parts of a summary that begins without the data's end say nothing
}

Result<bool> StreamReader::take_messages(StreamItem& item) {
  auto view = window_.at(position_, kRunBytes);
  if (!view) return view.fault();
  const auto first = load<std::uint64_t>(view->data() + 1);
  const Prefix prefix{static_cast<std::uint8_t>(Opcode::message), first};
  if (first < kMessageHeaderBytes) return lose(prefix, false);
  if (first > limits_.most_record_bytes) return skip_damaged(DamageKind::too_large, prefix);
  if (kPrefixBytes + first > view->size()) view = window_.at(position_, kPrefixBytes + first);
  if (!view) return view.fault();
  RecordWalker walker(*view);
  std::uint64_t last = 0;
  std::size_t whole = 0;
  while (walker.next() && walker.opcode() == Opcode::message) {
    last = position_ + walker.offset();
    whole = walker.offset() + kPrefixBytes + walker.body().size();
  }
  indexes_belong_ = false;
  doubtful_ = last;
  item.records = view->first(whole);
  learn(item.records, position_);
  if (Status status = hand_out(Kind::messages, whole - kPrefixBytes, item); !status) return status.fault();
  return true;
}

Result<bool> StreamReader::take_attachment(Prefix prefix, StreamItem& item) {
  const std::uint64_t body_offset = position_ + kPrefixBytes;
  const auto head = window_.at(body_offset, std::min(prefix.length, kAttachmentHeadBytes));
  if (!head) return head.fault();
  auto place = parse_attachment_head(*head);
  const auto content = content_bytes(Opcode::attachment, *head);
  if (!place || !content || *content > prefix.length) return lose(prefix, false);
  const auto length = true_length(prefix, *head);
  if (!length) return length.fault();
  const auto good = attachment_is_good(body_offset + *content - sizeof(std::uint32_t));
  if (!good) return good.fault();
  if (!*good) return skip_damaged(DamageKind::attachment, {prefix.opcode, *length});
  indexes_belong_ = false;
  place->offset = position_;
  place->length = kPrefixBytes + *length;
  item.attachment = std::move(*place);
  if (Status status = hand_out(Kind::attachment, *length, item); !status) return status.fault();
  return true;
}

Result<bool> StreamReader::take_data_end(Prefix prefix) {
  if (prefix.length != kDataEndBytes) return lose(prefix, false);
  const auto body = window_.at(position_ + kPrefixBytes, kDataEndBytes);
  if (!body) return body.fault();
  const auto stated = load<std::uint32_t>(body->data());
  if (stated != 0 && damage_.empty() && stated != data_crc_) damaged(DamageKind::data_crc, position_, 0);
  if (Status status = read_ending(); !status) return status.fault();
  ended_ = true;
  return false;
}

Result<bool> StreamReader::lose(Prefix prefix, bool beyond_end) {
  const Opcode opcode = static_cast<Opcode>(prefix.opcode);
  const bool in_chunk = opcode == Opcode::chunk;
  const std::uint64_t from = doubtful_ ? *doubtful_ + kPrefixBytes + 1 : position_ + 1;
  const auto found = finder_.find(from, {!chunked_ && !in_chunk, !in_chunk}, window_);
  if (!found) return found.fault();
  const std::uint64_t to = found->value_or(window_.size());
  damaged(*found || !beyond_end ? DamageKind::lost : DamageKind::truncated, position_,
          to > position_ ? to - position_ : 0);
  doubtful_.reset();
  indexes_belong_ = true;
  position_ = to;
  return false;
}

Result<bool> StreamReader::skip_damaged(DamageKind kind, Prefix prefix) {
  const std::uint64_t length = kPrefixBytes + prefix.length;
  const auto followed = finder_.follows(position_ + length);
  if (!followed) return followed.fault();
  if (!*followed) return lose(prefix, false);  // its length may be what is damaged
  damaged(kind, position_, length);
  indexes_belong_ = true;
  position_ += length;
  return false;
}

Result<std::uint64_t> StreamReader::true_length(Prefix prefix, std::span<const std::byte> body) {
  const auto content = content_bytes(static_cast<Opcode>(prefix.opcode), body);
  if (!content || *content >= prefix.length) return prefix.length;
  const auto record = finder_.is_record(position_ + kPrefixBytes + *content, {});
  if (!record) return record.fault();
  if (!*record) return prefix.length;  // fields of a later version
  damaged(DamageKind::wrong_length, position_, 0);
  return *content;
}

Status StreamReader::hand_out(Kind kind, std::uint64_t length, StreamItem& item) {
  item.kind = kind;
  item.offset = position_;
  item.length = kPrefixBytes + length;
  return move_to(position_ + item.length);
}

Status StreamReader::move_to(std::uint64_t offset) {
  if (damage_.empty()) {
    while (position_ < offset) {
      const auto piece = window_.at(position_, std::min(kPieceBytes, offset - position_));
      if (!piece) return piece.status();
      data_crc_ = crc32(*piece, data_crc_);
      position_ += piece->size();
    }
  }
  position_ = offset;
  return {};
}

Result<bool> StreamReader::attachment_is_good(std::uint64_t crc_offset) {
  std::uint32_t crc = 0;
  for (std::uint64_t at = position_ + kPrefixBytes; at < crc_offset;) {
    const auto piece = window_.at(at, std::min(kPieceBytes, crc_offset - at));
    if (!piece) return piece.fault();
    crc = crc32(*piece, crc);
    at += piece->size();
  }
  const auto field = window_.at(crc_offset, sizeof crc);
  if (!field) return field.fault();
  const auto stated = load<std::uint32_t>(field->data());
  return stated == 0 || stated == crc;
}

void StreamReader::damaged(DamageKind kind, std::uint64_t offset, std::uint64_t length) {
  damage_.add({kind, offset, length});
}

void StreamReader::end(Ending ending) {
  ending_ = ending;
  ended_ = true;
}

}  // namespace cantrail::mcap
