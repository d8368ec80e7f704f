#include "cli/decode_changes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.hpp"
#include "encode/json_writer.hpp"
#include "encode/number_text.hpp"
#include "sinks/sqlite/streams.hpp"

namespace cantrail::cli {
namespace {

using sqlite::RowAt;

// nullopt: it is no number.
std::optional<double> number(FieldType type, std::uint64_t word) {
  switch (type) {
    case FieldType::f64:
      return std::bit_cast<double>(word);
    case FieldType::i64:
      return static_cast<double>(static_cast<std::int64_t>(word));
    case FieldType::u64:
    case FieldType::boolean:
      return static_cast<double>(word);
    default:
      return std::nullopt;
  }
}

std::string value_text(const RowAt& at, std::size_t field) {
  std::string text;
  encode::append_json_value(text, *at.block, field, at.row, at.schema->fields[field].type);
  return text;
}

bool is_valid(const RowAt& at, std::optional<std::size_t> field) {
  return at && field && at.block->valid(*field, at.row);
}

std::string unit_text(const std::optional<std::string>& before, const std::optional<std::string>& after) {
  const auto named = [](const std::string& unit) { return unit.empty() ? std::string("no unit") : unit; };
  if (before && after && *before != *after) return " [" + named(*before) + " → " + named(*after) + "]";
  const std::string unit = after.value_or(before.value_or(""));
  return unit.empty() ? "" : " [" + unit + "]";
}

}  // namespace

void DecodeChanges::note(const std::string& channel, const std::string& name, WallTime time,
                         const RowAt& before, const RowAt& after) {
  if (last_ == messages_.end() || last_->first.second != name || last_->first.first != channel) {
    last_ = messages_.try_emplace({channel, name}).first;
  }
  Message& message = last_->second;
  message.before += before ? 1 : 0;
  message.after += after ? 1 : 0;
  for (const Pairing& pair : pairing_of(message, {before.schema, after.schema})) {
    compare(pair, time, before, after);
  }
}

const std::vector<DecodeChanges::Pairing>& DecodeChanges::pairing_of(Message& message,
                                                                     const Schemas& schemas) {
  const auto [known, fresh] = message.pairings.try_emplace(schemas);
  std::vector<Pairing>& pairs = known->second;
  if (!fresh) return pairs;
  const auto [before, after] = schemas;
  if (before != nullptr) {
    for (std::size_t field = 0; field < before->fields.size(); ++field) {
      Signal& signal = message.signals[before->fields[field].name];
      signal.unit_before = before->fields[field].unit;
      pairs.push_back({&signal, field, std::nullopt});
    }
  }
  for (std::size_t field = 0; after != nullptr && field < after->fields.size(); ++field) {
    Signal& signal = message.signals[after->fields[field].name];
    signal.unit_after = after->fields[field].unit;
    const auto same = std::ranges::find(pairs, &signal, &Pairing::signal);
    if (same != pairs.end()) {
      same->after = field;
    } else {
      pairs.push_back({&signal, std::nullopt, field});
    }
  }
  return pairs;
}

void DecodeChanges::compare(const Pairing& pair, WallTime time, const RowAt& before, const RowAt& after) {
  Signal& signal = *pair.signal;
  const bool was = is_valid(before, pair.before), is = is_valid(after, pair.after);
  signal.before += was ? 1 : 0;
  signal.after += is ? 1 : 0;
  if (!was && !is) return;
  if (was && is) {
    const FieldType old_type = before.schema->fields[*pair.before].type;
    const FieldType new_type = after.schema->fields[*pair.after].type;
    const std::uint64_t old_word = before.block->word(*pair.before, before.row);
    const std::uint64_t new_word = after.block->word(*pair.after, after.row);
    const auto old_number = number(old_type, old_word), new_number = number(new_type, new_word);
    if (old_number && new_number) {
      if (old_type == new_type ? old_word == new_word : *old_number == *new_number) return;
      const double difference = std::abs(*new_number - *old_number);
      if (std::isfinite(difference)) signal.largest = std::max(signal.largest.value_or(0), difference);
    } else if (old_type == new_type &&
               before.block->text(*pair.before, before.row) == after.block->text(*pair.after, after.row)) {
      return;
    }
  }
  ++signal.differ;
  if (signal.first) return;
  signal.first =
      Difference{time, was ? value_text(before, *pair.before) : "", is ? value_text(after, *pair.after) : ""};
}

void DecodeChanges::note(const sqlite::AgainBatch& batch) {
  struct Row {
    std::uint32_t record = 0;
    std::int64_t time_ns = 0;
    RowAt at;
  };
  using Rows = std::map<std::pair<std::string, std::string>, std::pair<std::vector<Row>, std::vector<Row>>>;
  Rows rows;  // by stream: before, after
  const auto gather = [&](const Batch& from, bool is_after) {
    const Catalog& catalog = *from.raw->catalog;
    for (const StreamBlock& block : from.blocks) {
      const RowSchema& schema = *catalog.streams[block.stream()].row;
      auto& [before, after] = rows[{sqlite::channel_of(catalog, block.stream()), schema.name}];
      for (std::uint32_t row = 0; row < block.rows(); ++row) {
        const std::uint32_t record = block.frame().empty() ? 0 : block.frame()[row];
        (is_after ? after : before).push_back({record, block.time_ns()[row], {&schema, &block, row}});
      }
    }
  };
  gather(*batch.before, false);
  gather(*batch.after, true);
  const auto place = [](const Row& row) { return std::pair(row.record, row.time_ns); };
  for (auto& [name, both] : rows) {
    auto& [before, after] = both;
    std::ranges::stable_sort(before, {}, place);
    std::ranges::stable_sort(after, {}, place);
    auto old = before.begin();
    auto fresh = after.begin();
    while (old != before.end() || fresh != after.end()) {
      const bool has_old = fresh == after.end() || (old != before.end() && place(*old) <= place(*fresh));
      const bool has_fresh = old == before.end() || (fresh != after.end() && place(*fresh) <= place(*old));
      const WallTime time{has_old ? old->time_ns : fresh->time_ns};
      note(name.first, name.second, time, has_old ? old->at : RowAt(), has_fresh ? fresh->at : RowAt());
      if (has_old) ++old;
      if (has_fresh) ++fresh;
    }
  }
}

bool DecodeChanges::Message::changed() const {
  return before != after ||
         std::ranges::any_of(signals, [](const auto& one) { return one.second.changed(); });
}

void DecodeChanges::append_text(std::string& out) const {
  std::uint64_t alike = 0;
  for (const auto& [name, message] : messages_) {
    if (!message.changed()) {
      ++alike;
      continue;
    }
    out += name.first + ":" + name.second + "  " + counted(message.before, "row");
    if (message.after == 0) {
      out += ", gone\n";
      continue;
    }
    out += message.before == message.after ? "" : ", now " + format_count(message.after);
    out += '\n';
    for (const auto& [signal, change] : message.signals) {
      if (!change.changed()) continue;
      out += "  " + signal + unit_text(change.unit_before, change.unit_after) + "  ";
      if (!change.unit_before) {
        out += "new, " + counted(change.after, "value");
      } else if (!change.unit_after) {
        out += "gone, had " + counted(change.before, "value");
      } else {
        out += counted(change.differ, "value") + (change.differ == 1 ? " differs" : " differ");
      }
      if (change.first) {
        const auto text = [](const std::string& value) { return value.empty() ? "none" : value; };
        out += ", first at " + to_rfc3339(change.first->time) + ": " + text(change.first->before) + " → " +
               text(change.first->after);
      }
      if (change.largest) {
        out += "; by at most ";
        encode::append_double(out, *change.largest);
      }
      out += '\n';
    }
  }
  if (alike > 0) out += counted(alike, "message") + (alike == 1 ? " is" : " are") + " as before\n";
}

void DecodeChanges::append_json(std::string& out) const {
  encode::JsonWriter json(out);
  const auto text_or_null = [&json](std::string_view key, const std::optional<std::string>& text) {
    json.key(key);
    text ? json.string(*text) : json.null();
  };
  const auto value_or_null = [&json](std::string_view key, const std::string& value) {
    json.key(key);
    value.empty() ? json.null() : json.raw(value);
  };
  const auto count = [&json](std::string_view key, std::uint64_t number) {
    json.key(key);
    json.unsigned_integer(number);
  };
  json.begin_array();
  for (const auto& [name, message] : messages_) {
    json.begin_object();
    json.key("channel");
    json.string(name.first);
    json.key("message");
    json.string(name.second);
    count("rows_before", message.before);
    count("rows_after", message.after);
    json.key("signals");
    json.begin_array();
    for (const auto& [signal, change] : message.signals) {
      json.begin_object();
      json.key("signal");
      json.string(signal);
      text_or_null("unit_before", change.unit_before);
      text_or_null("unit_after", change.unit_after);
      count("values_before", change.before);
      count("values_after", change.after);
      count("differ", change.differ);
      if (change.first) {
        json.key("first");
        json.begin_object();
        json.key("time_ns");
        json.integer(change.first->time.ns);
        value_or_null("before", change.first->before);
        value_or_null("after", change.first->after);
        json.end_object();
      }
      if (change.largest) {
        json.key("largest_difference");
        json.number(*change.largest);
      }
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

}  // namespace cantrail::cli
