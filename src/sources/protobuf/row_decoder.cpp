#include "sources/protobuf/row_decoder.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

// How much longer than its message a row's JSON may be: enough for any data, and no lever for who sends
// little.
constexpr std::size_t kMostExpansion = 64, kAlwaysExpansion = 1024;
constexpr std::size_t kKept = 4096;  // occurrences, of what one long list made

}  // namespace

RowDecoder::RowDecoder(RowPlanPtr plan)
    : plan_(std::move(plan)),
      json_text_(plan_->shapes),
      present_(plan_->nodes.size()),
      chosen_(plan_->oneofs),
      known_(plan_->optional.size()),
      listed_(plan_->json.size()) {}

// Every column begins as zeros, absent where it can be: a text of no bytes is zero, too.
void RowDecoder::begin(StreamBlock& block, StreamId stream, std::size_t rows) {
  const std::size_t columns = plan_->optional.size();
  block.reset(stream, columns, rows, false);
  block_ = &block;
  words_.resize(columns);
  valid_.resize(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const auto words = block.u64(i);
    std::fill(words.begin(), words.end(), 0);
    words_[i] = words.data();
    valid_[i] = plan_->optional[i] != 0 ? block.make_validity(i, false).data() : nullptr;
  }
}

RowDecoder::Outcome RowDecoder::decode(std::size_t row, ByteSpan bytes, std::span<const LargeValue> large) {
  row_ = row;
  large_ = large;
  outcome_ = {};
  std::fill(present_.begin(), present_.end(), 0);
  std::fill(chosen_.begin(), chosen_.end(), 0);
  if (listed_count_ != 0) {
    for (auto& listed : listed_) {
      if (listed.capacity() > kKept) listed = {};
      listed.clear();
    }
    listed_count_ = 0;
  }
  most_text_ = kMostExpansion * bytes.size() + kAlwaysExpansion;
  outcome_.malformed = !message(0, bytes) || !finish();
  return outcome_;
}

std::optional<std::int64_t> RowDecoder::time_of(std::size_t row) const {
  if (!plan_->time_column || !block_->valid(*plan_->time_column, row)) return std::nullopt;
  return block_->i64(*plan_->time_column)[row];
}

bool RowDecoder::message(std::uint32_t node_index, ByteSpan bytes) {
  const PlanNode& node = plan_->nodes[node_index];
  const MessageShape& shape = plan_->shape(node);
  if (present_[node_index] == 0) {
    present_[node_index] = 1;
    for (const std::uint32_t column : node.implied) make_valid(column);
    if (shape.fields.empty() && node_index != 0) set(node.first_column, 1);
  }
  WireReader wire(bytes);
  std::size_t hint = 0;
  Tag tag;
  Occurrence occurrence;
  while (!wire.at_end()) {
    if (!wire.tag(tag)) return false;
    const auto index = shape.find(tag.number, hint);
    if (!index) {
      if (!wire.skip(tag)) return false;
      continue;
    }
    const Reading reading = read_occurrence(wire, tag, shape.fields[*index], occurrence);
    if (reading == Reading::malformed) return false;
    if (reading == Reading::value && !field(node, *index, occurrence)) return false;
  }
  return true;
}

bool RowDecoder::field(const PlanNode& node, std::size_t index, const Occurrence& occurrence) {
  const FieldShape& shape = plan_->shape(node).fields[index];
  if (shape.oneof && !choose(node, *shape.oneof, index)) return false;
  const Slot slot = node.slots[index];
  switch (slot.goal) {
    case Slot::Goal::column:
      return value(shape, slot.index, occurrence);
    case Slot::Goal::node:
      return message(slot.index, occurrence.bytes);
    case Slot::Goal::json:
      break;
  }
  if (listed_count_++ == kMostListed) return false;
  listed_[slot.index].push_back(occurrence);
  return true;
}

bool RowDecoder::value(const FieldShape& field, std::uint32_t column, const Occurrence& occurrence) {
  switch (field.kind) {
    case Kind::text: {
      const std::string_view text = as_text(occurrence.bytes);
      if (!is_valid_utf8(text)) return false;
      block_->set_text(column, row_, text);
      make_valid(column);
      return true;
    }
    case Kind::bytes:
      blob(column, occurrence.bytes);
      return true;
    case Kind::message:
    case Kind::group:
      return well_known(plan_->shapes.messages[field.message].well_known, column, occurrence.bytes);
    default:
      set(column, column_word(field.kind, occurrence.number));
      return true;
  }
}

void RowDecoder::blob(std::uint32_t column, ByteSpan bytes) {
  if (bytes.size() <= kMostInlineBytes) {
    block_->set_blob(column, row_, as_text(bytes));
    return make_valid(column);
  }
  const auto kept = std::find_if(large_.begin(), large_.end(),
                                 [&](const LargeValue& one) { return one.bytes.data() == bytes.data(); });
  if (kept != large_.end() && kept->reference) {
    block_->set_blob(column, row_, *kept->reference);
    return make_valid(column);
  }
  make_absent(column);
  outcome_.blob_lost = true;
}

// Occurrences of one field add up, as those of every message do.
bool RowDecoder::well_known(WellKnown kind, std::uint32_t column, ByteSpan bytes) {
  SecondsAndNanos& value = known_[column];
  if (!block_->valid(column, row_)) value = {};
  if (!read_seconds(bytes, value)) return false;
  if (kind == WellKnown::duration) {
    set(column, std::bit_cast<std::uint64_t>(seconds(value)));
  } else if (const auto ns = nanoseconds(value)) {
    set(column, static_cast<std::uint64_t>(*ns));
  } else {
    make_absent(column);
  }
  return true;
}

// Of a oneof's fields the last one on the wire counts. False: the one before was malformed.
bool RowDecoder::choose(const PlanNode& node, std::uint32_t oneof, std::size_t index) {
  std::uint32_t& chosen = chosen_[node.first_oneof + oneof];
  const std::uint32_t before = std::exchange(chosen, static_cast<std::uint32_t>(index + 1));
  return before == 0 || before == chosen || forget(node, before - 1);
}

bool RowDecoder::forget(const PlanNode& node, std::size_t index) {
  const Slot slot = node.slots[index];
  if (slot.goal == Slot::Goal::column) make_absent(slot.index);
  if (slot.goal == Slot::Goal::json) return forget_json(slot.index);
  if (slot.goal != Slot::Goal::node) return true;
  const PlanNode& below = plan_->nodes[slot.index];
  for (std::uint32_t column = below.first_column; column < below.last_column; ++column) make_absent(column);
  for (std::uint32_t json = below.first_json; json < below.last_json; ++json) {
    if (!forget_json(json)) return false;
  }
  std::fill(present_.begin() + slot.index, present_.begin() + below.last_node, 0);
  std::fill(chosen_.begin() + below.first_oneof, chosen_.begin() + below.last_oneof, 0);
  return true;
}

// Its text is never made, but what was sent had to be good.
bool RowDecoder::forget_json(std::uint32_t json) {
  text_.clear();
  if (!listed_[json].empty() && !append_json(json, most_text_)) return false;
  listed_[json].clear();
  return true;
}

bool RowDecoder::append_json(std::uint32_t json, std::size_t most_bytes) {
  const JsonColumn& column = plan_->json[json];
  const FieldShape& field = plan_->shape(plan_->nodes[column.node]).fields[column.field];
  return json_text_.append(text_, field, listed_[json], most_bytes);
}

// What could only be told now: lists, maps, and messages as text.
bool RowDecoder::finish() {
  for (std::uint32_t i = 0; i < plan_->json.size(); ++i) {
    const JsonColumn& json = plan_->json[i];
    const bool repeated = plan_->shape(plan_->nodes[json.node]).fields[json.field].repeated;
    if (present_[json.node] == 0 || (!repeated && listed_[i].empty())) continue;
    text_.clear();
    if (!append_json(i, most_text_)) return false;
    most_text_ -= text_.size();
    block_->set_text(json.column, row_, text_);
    make_valid(json.column);
  }
  return true;
}

}  // namespace cantrail::protobuf
