#include "encode/protobuf/row_encoder.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <span>
#include <utility>

#include "encode/protobuf/wire.hpp"
#include "model/frame.hpp"

namespace cantrail::encode::protobuf {
namespace {

std::size_t most_reason_letters() {
  std::size_t most = 0;
  for (std::uint64_t word = 0; word <= kLastQuality; ++word) {
    most = std::max(most, to_string(quality_of(word)).size());
  }
  return most;
}

}  // namespace

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

RowEncoder::Step RowEncoder::make_step(const MessageField& field, std::size_t column) {
  Step step;
  step.action = action_of(field);
  step.column = static_cast<std::uint16_t>(column);
  const bool is_length = step.action == Action::text || step.action == Action::blob;
  const wire::Type type = step.action == Action::f64 ? wire::Type::fixed64
                          : is_length                ? wire::Type::length
                                                     : wire::Type::varint;
  char bytes[wire::kMostVarintBytes] = {};
  step.tag_bytes = static_cast<std::uint8_t>(wire::put_varint(bytes, wire::tag(field.number, type)) - bytes);
  assert(step.tag_bytes <= sizeof step.tag);  // numbers below 2^25
  std::memcpy(&step.tag, bytes, sizeof step.tag);
  return step;
}

char* RowEncoder::put_own(char* at, std::optional<std::uint32_t> schema_id, std::uint32_t id) {
  if (schema_id) {
    if ((*schema_id & kIdExtended) != 0)
      at = wire::put_field(at, kExtendedNumber, (id & kIdExtended) != 0 ? 1 : 0);
    at = wire::put_field(at, kCanIdNumber, id & kIdExtendedMask);
  }
  return wire::put_varint(at, wire::tag(kTimestampNumber, wire::Type::length));
}

// In the order in which libprotobuf writes maps if it is to write equal maps equally.
void RowEncoder::add_reasons(Plan& plan, const MessageType& type) {
  std::vector<std::size_t> columns;
  for (std::size_t column = 0; column < type.fields.size(); ++column) {
    if (type.fields[column].tells_why) columns.push_back(column);
  }
  std::sort(columns.begin(), columns.end(),
            [&](std::size_t a, std::size_t b) { return type.fields[a].name < type.fields[b].name; });
  for (const std::size_t column : columns) {
    const std::string& name = type.fields[column].name;
    std::string key(wire::kMostTagBytes + wire::kMostVarintBytes + name.size(), '\0');
    char* const end =
        wire::put_blob(wire::put_varint(key.data(), wire::tag(wire::kMapKey, wire::Type::length)), name);
    key.resize(static_cast<std::size_t>(end - key.data()));
    plan.most_reason_bytes +=
        2 * (wire::kMostTagBytes + wire::kMostVarintBytes) + key.size() + most_reason_letters();
    plan.reasons.push_back({std::move(key), static_cast<std::uint16_t>(column)});
  }
}

RowEncoder::Plan RowEncoder::make_plan(const MessageType& type) {
  Plan plan;
  plan.can_id = type.can_id;
  plan.own_bytes = static_cast<std::uint8_t>(put_own(plan.own.data(), plan.can_id, plan.can_id.value_or(0)) -
                                             plan.own.data());
  for (std::size_t column = 0; column < type.fields.size(); ++column) {
    const Step step = make_step(type.fields[column], column);
    plan.steps.push_back(step);
    if (type.fields[column].number < kExtendedNumber) ++plan.before_own;
    if (step.action == Action::text || step.action == Action::blob) plan.texts.push_back(step.column);
  }
  add_reasons(plan, type);
  plan.most_bytes = plan.steps.size() * (sizeof(Step::tag) + wire::kMostVarintBytes) + plan.own.size() +
                    wire::kMostTimestampBytes;
  return plan;
}

RowEncoder::RowEncoder(const StreamTypes& types) : type_of_(types.type_of()) {
  for (const MessageType& type : types.types()) plans_.push_back(make_plan(type));
}

// A value that no enum can have is left out: readers would take its low bits for it.
[[gnu::always_inline]] inline char* RowEncoder::put_field(char* at, const Step& step,
                                                          const StreamBlock& block, std::size_t row) {
  if (!block.valid(step.column, row)) return at;
  const std::uint64_t word = block.word(step.column, row);
  char* const value = at + step.tag_bytes;
  std::memcpy(at, &step.tag, sizeof step.tag);
  if (step.action == Action::f64) return wire::put_double(value, word);  // the most frequent
  switch (step.action) {
    case Action::f64:
    case Action::boolean:
      *value = word != 0 ? 1 : 0;
      return value + 1;
    case Action::plain:
      break;
    case Action::zigzag:
      return wire::put_varint(value, wire::zigzag(static_cast<std::int64_t>(word)));
    case Action::signed_enum:
      if (!std::in_range<std::int32_t>(static_cast<std::int64_t>(word))) return at;
      break;
    case Action::unsigned_enum:
      if (!std::in_range<std::int32_t>(word)) return at;
      break;
    case Action::text:
      return wire::put_text(value, block.text(step.column, row));
    case Action::blob:
      return wire::put_blob(value, block.text(step.column, row));
  }
  return wire::put_varint(value, word);
}

// Not inlined: rows that lack nothing go by.
[[gnu::noinline]] char* RowEncoder::put_reasons(char* at, const Plan& plan, const StreamBlock& block,
                                                std::size_t row) {
  for (const Reason& reason : plan.reasons) {
    if (block.valid(reason.column, row)) continue;
    const Quality quality = block.quality(reason.column, row);
    if (quality == Quality::inactive) continue;
    const std::string_view why = to_string(quality);
    at = wire::put_varint(at, wire::tag(kQualityNumber, wire::Type::length));
    at = wire::put_varint(at, reason.key.size() + 2 + why.size());
    at = wire::put_bytes(at, reason.key);
    at = wire::put_blob(wire::put_varint(at, wire::tag(wire::kMapValue, wire::Type::length)), why);
  }
  return at;
}

std::size_t RowEncoder::most_bytes(const StreamBlock& block, std::size_t row) const {
  const Plan& plan = plans_[type_of_[block.stream()]];
  std::size_t bytes = plan.most_bytes;
  if (block.may_lack_cells()) bytes += plan.most_reason_bytes;
  for (const std::uint16_t column : plan.texts) bytes += wire::most_text_bytes(block.text(column, row));
  return bytes;
}

char* RowEncoder::put(char* at, const StreamBlock& block, std::size_t row,
                      std::optional<std::uint32_t> frame_id) const {
  assert(block.stream() < type_of_.size());
  const Plan& plan = plans_[type_of_[block.stream()]];
  assert(block.fields() == plan.steps.size());
  const std::span steps(plan.steps);
  for (const Step& step : steps.first(plan.before_own)) at = put_field(at, step, block, row);
  if (!plan.reasons.empty() && block.may_lack_cells()) at = put_reasons(at, plan, block, row);
  if (!frame_id || frame_id == plan.can_id) {
    std::memcpy(at, plan.own.data(), plan.own.size());
    at += plan.own_bytes;
  } else {
    at = put_own(at, plan.can_id, *frame_id);
  }
  at = wire::put_timestamp(at, WallTime{block.time_ns()[row]});
  for (const Step& step : steps.subspan(plan.before_own)) at = put_field(at, step, block, row);
  return at;
}

void RowEncoder::append(std::string& out, const StreamBlock& block, std::size_t row,
                        std::optional<std::uint32_t> frame_id) const {
  const std::size_t before = out.size();
  out.resize(before + most_bytes(block, row));
  const char* const end = put(out.data() + before, block, row, frame_id);
  out.resize(static_cast<std::size_t>(end - out.data()));
}

}  // namespace cantrail::encode::protobuf
