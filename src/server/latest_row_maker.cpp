#include "server/latest_row_maker.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "encode/json_writer.hpp"
#include "model/row_frame.hpp"

namespace cantrail::server {
namespace {

// A few missed cycles are jitter; fast messages get at least two seconds, so that a page does not flicker.
std::uint32_t stale_after_ms(const RowSchema& schema) {
  if (!schema.cycle_ms || *schema.cycle_ms == 0) return kStaleAfterMs;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(std::uint64_t{5} * *schema.cycle_ms, 2000, 86'400'000));
}

constexpr std::uint32_t kFirst = 0;

}  // namespace

HeldRow HeldRow::copy() const {
  HeldRow row{time, seen, id, data, {}, earlier};
  row.values.take(values, std::span(&kFirst, 1));
  return row;
}

LatestRowMaker::LatestRowMaker(const Catalog& catalog, StreamId stream, ShownNames names)
    : schema_(catalog.streams[stream].row),
      names_(std::move(names)),
      remembered_(fields_to_remember(*schema_)),
      key_(catalog.qualified_name(stream)) {
  const StreamInfo& info = catalog.streams[stream];
  if (info.channel) still_.channel = catalog.channels[*info.channel].alias;
  still_.message = schema_->name;
  still_.stale_after_ms = stale_after_ms(*schema_);
  still_.units = std::make_shared<const std::string>(units());
}

bool LatestRowMaker::has_schema_of(const LatestRowMaker& other) const {
  return schema_ == other.schema_ || *schema_ == *other.schema_;
}

const std::string& LatestRowMaker::name_of(std::size_t field) const {
  return names_.empty() ? schema_->fields[field].name : names_[field];
}

bool LatestRowMaker::is_shown_already(const StreamBlock& block, std::size_t field, std::size_t row) const {
  if (names_.empty() || names_[field] == schema_->fields[field].name) return false;
  for (std::size_t i = 0; i < field; ++i) {
    if (names_[i] == names_[field] && block.valid(i, row)) return true;
  }
  return false;
}

std::string LatestRowMaker::units() const {
  std::string text;
  std::set<std::string> written;
  encode::JsonWriter json(text);
  json.begin_object();
  for (std::size_t i = 0; i < schema_->fields.size(); ++i) {
    const FieldSchema& field = schema_->fields[i];
    if (field.unit.empty() || !written.insert(name_of(i)).second) continue;
    json.key(name_of(i));
    json.string(field.unit);
  }
  json.end_object();
  return text;
}

void LatestRowMaker::append_values(LatestRow& out, const StreamBlock& block, std::size_t row) const {
  encode::JsonWriter labels(out.labels);
  labels.begin_object();
  out.signals.assign(1, '{');
  for (std::size_t i = 0; i < schema_->fields.size(); ++i) {
    if (!block.valid(i, row)) {
      append_quality(out.quality, i, block.quality(i, row));
      continue;
    }
    if (is_shown_already(block, i, row)) continue;
    const FieldSchema& field = schema_->fields[i];
    if (out.signals.size() > 1) out.signals += ',';
    encode::append_json_string(out.signals, name_of(i));
    out.signals += ':';
    encode::append_json_value(out.signals, block, i, row, field.type, encode::BigIntegers::as_string);
    if (field.labels.empty()) continue;
    if (const std::string* label = field.label_of(block.word(i, row))) {
      labels.key(name_of(i));
      labels.string(*label);
    }
  }
  out.signals += '}';
  if (!out.quality.empty()) out.quality += '}';
  labels.end_object();
}

void LatestRowMaker::append_quality(std::string& out, std::size_t field, Quality quality) const {
  if (quality == Quality::inactive) return;
  out += out.empty() ? '{' : ',';
  encode::append_json_string(out, name_of(field));
  out += ':';
  encode::append_json_string(out, to_string(quality));
}

void LatestRowMaker::hold(const Batch& batch, const StreamBlock& block, std::size_t row, HeldRow& held) {
  const auto at = static_cast<std::uint32_t>(row);
  held.time = {block.time_ns()[row]};
  held.seen = batch.raw->clock.mono;
  const RowFrames frames(batch, block);
  held.id = frames.id(row);
  const auto data = frames.data(row);
  held.data.assign(data.begin(), data.end());
  held.values.take(block, std::span(&at, 1));
}

void LatestRowMaker::add_earlier(LatestRow& out, const HeldRow& held, std::uint64_t version) const {
  if (held.earlier.empty()) return;
  StreamBlock cells;
  cells.reset(held.values.stream(), schema_->fields.size(), 1, false);
  for (std::size_t i = 0; i < remembered_.size(); ++i) {
    const std::uint32_t field = remembered_[i];
    const EarlierValue* earlier = held.earlier.newer_than(version, i);
    if (earlier == nullptr || held.values.valid(field, 0)) continue;
    const FieldSchema& schema = schema_->fields[field];
    cells.u64(field)[0] = earlier->word;
    EarlierSignal signal{name_of(field), "", "", earlier->time, earlier->seen};
    encode::append_json_value(signal.value, cells, field, 0, schema.type, encode::BigIntegers::as_string);
    if (const std::string* label = schema.label_of(earlier->word)) signal.label = *label;
    out.earlier.push_back(std::move(signal));
  }
}

LatestRow LatestRowMaker::make(const HeldRow& held, std::uint64_t version) const {
  LatestRow latest = still_;
  latest.time = held.time;
  latest.seen = held.seen;
  latest.id = held.id;
  latest.data = held.data;
  append_values(latest, held.values, 0);
  add_earlier(latest, held, version);
  return latest;
}

LatestRow LatestRowMaker::make(const Batch& batch, const StreamBlock& block, std::size_t row,
                               std::uint64_t rows) const {
  LatestRow latest = still_;
  latest.time = {block.time_ns()[row]};
  latest.seen = batch.raw->clock.mono;
  latest.rows = rows;
  const RowFrames frames(batch, block);
  latest.id = frames.id(row);
  const auto data = frames.data(row);
  latest.data.assign(data.begin(), data.end());
  append_values(latest, block, row);
  return latest;
}

}  // namespace cantrail::server
