#include "server/component_tally.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "encode/number_text.hpp"

namespace cantrail::server {
namespace {

// Remembered combinations of values; a rule that names a measured value makes one of nearly every row.
constexpr std::size_t kMostSlots = 2 * ComponentState::kCapacity;

ShownNames shown_names(const ComponentRule& rule, const RowSchema& schema) {
  ShownNames names;
  if (rule.merge.empty()) return names;
  for (const FieldSchema& field : schema.fields) {
    std::string name = field.name;
    for (const std::string& text : rule.merge) {
      const auto merge = parse_assignment(text);
      if (merge && glob_match(merge->right, field.name)) name = merge->left;
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::optional<RowTemplate> parsed(const std::string& text) {
  auto result = parse_row_template(text);
  return result ? std::optional(std::move(*result)) : std::nullopt;
}

}  // namespace

std::size_t ComponentTally::Hash::operator()(const Values& values) const {
  std::uint64_t hash = values.bound;
  for (const std::uint64_t word : values.words) {
    hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
    hash ^= hash >> 32;
  }
  return hash;
}

void ComponentTally::set_catalog(const CatalogPtr& catalog) {
  slots_.clear();
  bounds_.clear();
  catalog_ = catalog;
  by_stream_.assign(catalog->streams.size(), {});
  for (StreamId id = 0; id < catalog->streams.size(); ++id) {
    const StreamInfo& stream = catalog->streams[id];
    const std::string channel = stream.channel ? catalog->channels[*stream.channel].alias : "";
    for (const ComponentRule& rule : state_.rules()) {
      if (rule.takes(channel, stream.row->name) && missing_signals(rule, *stream.row).empty()) bind(rule, id);
    }
  }
}

void ComponentTally::bind(const ComponentRule& rule, StreamId stream) {
  const RowSchema& schema = *catalog_->streams[stream].row;
  const auto type = parsed(rule.type.empty() ? rule.name : rule.type), id = parsed(rule.id);
  if (!type || !id) return;
  Bound bound{&rule, stream, *type, *id, {}, {}, {}, {*catalog_, stream, shown_names(rule, schema)}};
  for (const std::string& text : rule.keys) {
    if (auto key = parsed(text)) bound.keys.push_back(std::move(*key));
  }
  for (const std::string& text : rule.only) {
    const auto parts = parse_assignment(text);
    auto left = parts ? parsed(parts->left) : std::nullopt;
    if (left) bound.only.push_back({std::move(*left), parts->right});
  }
  for (const std::string& text : rule.templates()) {
    const auto one = parsed(text);
    if (!one) continue;
    for (const std::string& name : one->signals()) {
      const auto place = schema.field(name);
      if (!place) continue;  // a label: the same in every row
      const auto field = static_cast<std::uint16_t>(*place);
      const bool scalar =
          schema.fields[field].type != FieldType::text && schema.fields[field].type != FieldType::blob;
      if (!scalar) return;  // words of texts are places, not values
      if (std::find(bound.fields.begin(), bound.fields.end(), field) == bound.fields.end()) {
        bound.fields.push_back(field);
      }
    }
  }
  if (bound.fields.size() > kMostFields) return;
  by_stream_[stream].push_back(static_cast<std::uint32_t>(bounds_.size()));
  bounds_.push_back(std::move(bound));
}

void ComponentTally::add(const Batch& batch) {
  if (bounds_.empty()) return;
  for (const StreamBlock& block : batch.blocks) add(batch, block);
  for (const StreamBlock& block : batch.rows()) add(batch, block);
  ++batches_;
}

void ComponentTally::add(const Batch& batch, const StreamBlock& block) {
  if (block.stream() >= by_stream_.size()) return;
  for (const std::uint32_t bound : by_stream_[block.stream()]) {
    for (std::size_t row = 0; row < block.rows(); ++row) add_row(bound, batch, block, row);
  }
}

void ComponentTally::add_row(std::uint32_t index, const Batch& batch, const StreamBlock& block,
                             std::size_t row) {
  const Bound& bound = bounds_[index];
  Values values;
  values.bound = index;
  for (std::size_t i = 0; i < bound.fields.size(); ++i) {
    if (!block.valid(bound.fields[i], row)) return;  // without it nobody knows which component this is
    values.words[i] = block.word(bound.fields[i], row);
  }
  auto at = slots_.find(values);
  if (at == slots_.end()) at = slots_.emplace(values, new_slot(bound, block, row)).first;
  Slot& slot = at->second;
  if (!slot.counts) return;
  if (slot.batch == nullptr) touched_.emplace_back(index, &slot);
  slot.batch = &batch;
  slot.block = &block;
  slot.row = static_cast<std::uint32_t>(row);
  slot.arrival = batches_ << 32 | (block.frame().empty() ? row : block.frame()[row]);
  ++slot.rows;
}

ComponentTally::Slot ComponentTally::new_slot(const Bound& bound, const StreamBlock& block,
                                              std::size_t row) const {
  Slot slot;
  slot.counts = std::all_of(bound.only.begin(), bound.only.end(), [&](const Condition& condition) {
    return glob_match(condition.glob, fill_in(condition.text, bound, block, row));
  });
  if (!slot.counts) return slot;
  slot.name.type = fill_in(bound.type, bound, block, row);
  slot.name.id = fill_in(bound.id, bound, block, row);
  for (const RowTemplate& key : bound.keys) {
    if (!slot.name.key.empty()) slot.name.key += '/';
    slot.name.key += fill_in(key, bound, block, row);
  }
  return slot;
}

std::string ComponentTally::fill_in(const RowTemplate& text, const Bound& bound, const StreamBlock& block,
                                    std::size_t row) const {
  using Kind = RowTemplate::Kind;
  const StreamInfo& stream = catalog_->streams[bound.stream];
  std::string out;
  for (const RowTemplate::Piece& piece : text.pieces) {
    if (piece.kind == Kind::text) out += piece.text;
    if (piece.kind == Kind::message) out += stream.row->name;
    if (piece.kind == Kind::channel && stream.channel) out += catalog_->channels[*stream.channel].alias;
    if (piece.kind == Kind::id) out += std::to_string(stream.row->can_id.value_or(0) & kIdExtendedMask);
    if (piece.kind != Kind::signal) continue;
    const auto field = stream.row->field(piece.text);
    if (!field) {
      out += *stream.row->label(piece.text);
      continue;
    }
    const FieldSchema& schema = stream.row->fields[*field];
    if (const std::string* label = schema.label_of(block.word(*field, row))) {
      out += *label;
    } else {
      encode::append_scalar(out, block, *field, row, schema.type);
    }
  }
  return out;
}

void ComponentTally::publish(std::vector<std::pair<const Batch*, std::uint32_t>>& kept) {
  // A batch's rows lie by stream; what came last must be told last.
  std::sort(touched_.begin(), touched_.end(),
            [](const auto& a, const auto& b) { return a.second->arrival < b.second->arrival; });
  for (const auto& [bound, slot] : touched_) {
    const Bound& rule = bounds_[bound];
    state_.update(slot->name, rule.rule->name,
                  rule.maker.make(*slot->batch, *slot->block, slot->row, slot->rows));
    if (!slot->block->frame().empty()) kept.emplace_back(slot->batch, slot->block->frame()[slot->row]);
    slot->batch = nullptr;
    slot->rows = 0;
  }
  touched_.clear();
  batches_ = 0;
  if (slots_.size() > kMostSlots) slots_.clear();
}

}  // namespace cantrail::server
