#include "encode/protobuf/row_encoder.hpp"

#include <cassert>
#include <utility>

#include "encode/protobuf/wire.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
RowEncoder::Action RowEncoder::action_of(const MessageField& field) {
  switch (field.kind) {
    case FieldKind::f64:
      return Action::f64;
    case FieldKind::boolean:
      return Action::boolean;
    case FieldKind::uint32:
    case FieldKind::uint64:
      return Action::plain;
    case FieldKind::sint32:
    case FieldKind::sint64:
      return Action::zigzag;
    case FieldKind::enumeration:
      return field.column == FieldType::i64 ? Action::signed_enum : Action::unsigned_enum;
    case FieldKind::text:
      return Action::text;
    case FieldKind::blob:
      break;
  }
  return Action::blob;
}

void RowEncoder::add_step(Plan& plan, std::uint32_t number, Action action, std::size_t column) {
  const bool is_length = action == Action::text || action == Action::blob || action == Action::timestamp;
  const wire::Type type = action == Action::f64 ? wire::Type::fixed64
                          : is_length           ? wire::Type::length
                                                : wire::Type::varint;
  char bytes[wire::kMostTagBytes] = {};
  Step step;
  step.tag_bytes = static_cast<std::uint8_t>(wire::put_varint(bytes, wire::tag(number, type)) - bytes);
  assert(step.tag_bytes <= sizeof step.tag);  // numbers below 2^25
  std::memcpy(&step.tag, bytes, sizeof step.tag);
  step.column = static_cast<std::uint16_t>(column);
  step.action = action;
  plan.steps.push_back(step);
  plan.most_bytes += sizeof step.tag +
                     (action == Action::timestamp ? wire::kMostTimestampBytes : wire::kMostVarintBytes);
}

RowEncoder::Plan RowEncoder::make_plan(const MessageType& type) {
  Plan plan;
  plan.can_id = type.can_id.value_or(0);
  const auto add_own = [&] {
    if ((plan.can_id & kIdExtended) != 0) add_step(plan, kExtendedNumber, Action::extended, 0);
    if (type.can_id) add_step(plan, kCanIdNumber, Action::can_id, 0);
    add_step(plan, kTimestampNumber, Action::timestamp, 0);
  };
  bool has_own = false;
  for (std::size_t column = 0; column < type.fields.size(); ++column) {
    const MessageField& field = type.fields[column];
    if (!has_own && field.number > kTimestampNumber) {
      add_own();
      has_own = true;
    }
    const Action action = action_of(field);
    add_step(plan, field.number, action, column);
    if (action == Action::text || action == Action::blob) {
      plan.texts.push_back(static_cast<std::uint16_t>(column));
    }
  }
  if (!has_own) add_own();
  return plan;
}

RowEncoder::RowEncoder(const StreamTypes& types) : type_of_(types.type_of()) {
  for (const MessageType& type : types.types()) plans_.push_back(make_plan(type));
}

// One field that is present. A value that no enum can have is left out: readers would take its low bits for it.
inline char* RowEncoder::put(char* at, const Step& step, const StreamBlock& block, std::size_t row) {
  const std::uint64_t word = block.word(step.column, row);
  char* const value = at + step.tag_bytes;
  std::memcpy(at, &step.tag, sizeof step.tag);
  switch (step.action) {
    case Action::f64:
      return wire::put_double(value, word);
    case Action::boolean:
      return wire::put_varint(value, word != 0 ? 1 : 0);
    case Action::zigzag:
      return wire::put_varint(value, wire::zigzag(static_cast<std::int64_t>(word)));
    case Action::signed_enum:
      return std::in_range<std::int32_t>(static_cast<std::int64_t>(word)) ? wire::put_varint(value, word) : at;
    case Action::unsigned_enum:
      return std::in_range<std::int32_t>(word) ? wire::put_varint(value, word) : at;
    case Action::text:
      return wire::put_text(value, block.text(step.column, row));
    case Action::blob:
      return wire::put_blob(value, block.text(step.column, row));
    default:
      return wire::put_varint(value, word);
  }
}

void RowEncoder::append(std::string& out, const StreamBlock& block, std::size_t row,
                        std::optional<std::uint32_t> frame_id) const {
  assert(block.stream() < type_of_.size());
  const Plan& plan = plans_[type_of_[block.stream()]];
  const std::uint32_t id = frame_id.value_or(plan.can_id);
  std::size_t most_bytes = plan.most_bytes;
  for (const std::uint16_t column : plan.texts) {
    most_bytes += wire::most_text_bytes(block.text(column, row));
  }
  const std::size_t before = out.size();
  out.resize(before + most_bytes);
  char* at = out.data() + before;
  for (const Step& step : plan.steps) {
    switch (step.action) {
      case Action::extended:
        at = wire::put_field(at, kExtendedNumber, (id & kIdExtended) != 0 ? 1 : 0);
        break;
      case Action::can_id:
        at = wire::put_field(at, kCanIdNumber, id & kIdExtendedMask);
        break;
      case Action::timestamp:
        std::memcpy(at, &step.tag, sizeof step.tag);
        at = wire::put_timestamp(at + step.tag_bytes, WallTime{block.time_ns()[row]});
        break;
      default:
        if (block.valid(step.column, row)) at = put(at, step, block, row);
    }
  }
  out.resize(static_cast<std::size_t>(at - out.data()));
}

}  // namespace cantrail::encode::protobuf
