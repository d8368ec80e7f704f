#include "encode/protobuf/record_decoder.hpp"

#include "base/text.hpp"
#include "encode/protobuf/wire_reader.hpp"

namespace cantrail::encode::protobuf {
namespace {

using wire::Reader;
using wire::Type;

constexpr std::uint64_t kMostDlc = 15;

// Sets what is written as a varint; of other wire types a field is one that is not known.
template <class T>
void read_number(const Reader& field, T& value) {
  if (field.is(Type::varint)) value = static_cast<T>(field.value());
}

void read_bytes(const Reader& field, std::string_view& value) {
  if (field.is(Type::length)) value = field.bytes();
}

void read_flag(const Reader& field, FrameFlags& flags, FrameFlags flag) {
  if (field.is(Type::varint))
    flags = static_cast<FrameFlags>(field.value() != 0 ? flags | flag : flags & ~flag);
}

void read_id_flag(const Reader& field, std::uint32_t& id, std::uint32_t flag) {
  if (field.is(Type::varint)) id = field.value() != 0 ? id | flag : id & ~flag;
}

// Every text that is given must be UTF-8, as proto3 has it, also one that another replaces.
struct Text {
  std::string_view value;
  bool broken = false;

  void read(const Reader& field) {
    read_bytes(field, value);
    broken = broken || !is_valid_utf8(value);
  }
};

// A timestamp that may come in pieces, or not at all.
struct Time {
  std::optional<wire::Timestamp> parts;
  bool broken = false;

  void read(const Reader& field) {
    if (!field.is(Type::length)) return;
    if (!parts) parts.emplace();
    broken = !parts->merge(field.bytes()) || broken;
  }
  [[nodiscard]] std::optional<WallTime> value() const {
    return parts && !broken ? parts->time() : std::nullopt;
  }
};

std::optional<RecordPlace> place_if_any(const RecordPlace& place) {
  return place.seq != 0 ? std::optional(place) : std::nullopt;
}

// Fields of Frame as they come.
struct FrameFields {
  Time time;
  Text channel;
  std::string_view data;
  std::uint32_t id = 0, id_flags = 0;
  FrameFlags flags = 0;
  std::int32_t origin = 0;
  std::uint32_t length = 0, raw_dlc = 0;
  RecordPlace place;

  void read(const Reader& field) {
    switch (field.number()) {
      case 1:
        return time.read(field);
      case 2:
        return channel.read(field);
      case 3:
        return read_number(field, id);
      case 4:
        return read_id_flag(field, id_flags, kIdExtended);
      case 5:
        return read_id_flag(field, id_flags, kIdRemote);
      case 6:
        return read_id_flag(field, id_flags, kIdError);
      case 7:
        return read_flag(field, flags, kFlagFd);
      case 8:
        return read_flag(field, flags, kFlagBrs);
      case 9:
        return read_flag(field, flags, kFlagEsi);
      case 10:
        return read_flag(field, flags, kFlagTx);
      case 11:
        return read_number(field, origin);
      case 12:
        return read_number(field, length);
      case 13:
        return read_number(field, raw_dlc);
      case 14:
        return read_bytes(field, data);
      case 15:
        return read_number(field, place.epoch);
      case 16:
        return read_number(field, place.seq);
      case 17:
        return read_number(field, place.index);
      default:
        return;
    }
  }

  // What is in one field cannot be what another says.
  [[nodiscard]] bool fit() const {
    const bool remote = (id_flags & kIdRemote) != 0;
    return id <= kIdExtendedMask && raw_dlc <= kMostDlc && length <= kMaxFrameBytes &&
           data.size() == (remote ? 0 : length) && !channel.broken;
  }

  [[nodiscard]] FrameFlags all_flags() const {
    const auto known =
        origin >= 1 && origin <= 4 ? static_cast<TimeOrigin>(origin - 1) : TimeOrigin::recorded;
    return static_cast<FrameFlags>(with_origin(flags, known) | raw_dlc << kDlcShift);
  }
};

}  // namespace

std::optional<DecodedFrame> decode_frame(std::string_view bytes) {
  FrameFields fields;
  Reader reader(bytes);
  while (reader.next()) fields.read(reader);
  const auto time = fields.time.value();
  std::optional<DecodedFrame> decoded;
  if (reader.failed() || !time || !fields.fit()) return decoded;
  FrameView& frame = decoded.emplace().frame;
  frame.time = *time;
  frame.id = fields.id | fields.id_flags;
  frame.flags = fields.all_flags();
  frame.length = static_cast<std::uint8_t>(fields.length);
  frame.data = {reinterpret_cast<const std::uint8_t*>(fields.data.data()), fields.data.size()};
  decoded->channel = fields.channel.value;
  if (fields.place.seq != 0) decoded->place = fields.place;
  return decoded;
}

std::optional<DecodedGap> decode_gap(std::string_view bytes) {
  Time from, to;
  std::int32_t reason = 0;
  Text where;
  std::optional<std::uint64_t> count;
  RecordPlace place;
  Reader reader(bytes);
  while (reader.next()) {
    const std::uint32_t number = reader.number();
    if (number == 1) from.read(reader);
    if (number == 2) to.read(reader);
    if (number == 3) read_number(reader, reason);
    if (number == 4) where.read(reader);
    if (number == 5 && reader.is(Type::varint)) count = reader.value();
    if (number == 6) read_number(reader, place.epoch);
    if (number == 7) read_number(reader, place.seq);
    if (number == 8) read_number(reader, place.index);
  }
  const auto from_time = from.value(), to_time = to.value();
  if (reader.failed() || !from_time || !to_time || reason < 0 || reason > 0xFF || where.broken) {
    return std::nullopt;
  }
  DecodedGap decoded;
  decoded.gap = {*from_time, *to_time,   static_cast<GapReason>(reason), std::string(where.value),
                 count,      place.index};
  decoded.place = place_if_any(place);
  return decoded;
}

std::optional<DecodedCursor> decode_cursor(std::string_view bytes) {
  Time time;
  Text journal;
  DecodedCursor decoded;
  Reader reader(bytes);
  while (reader.next()) {
    const std::uint32_t number = reader.number();
    if (number == 1) time.read(reader);
    if (number == 2) journal.read(reader);
    if (number == 3) read_number(reader, decoded.position.epoch);
    if (number == 4) read_number(reader, decoded.position.seq);
    if (number == 5) read_number(reader, decoded.position.index);
  }
  const auto when = time.value();
  const auto id = parse_journal_id(journal.value);
  if (reader.failed() || !when || !id || journal.broken) return std::nullopt;
  decoded.position.journal = *id;
  decoded.time = *when;
  return decoded;
}

}  // namespace cantrail::encode::protobuf
