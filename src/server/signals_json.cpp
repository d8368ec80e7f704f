#include "server/signals_json.hpp"

#include <bit>

#include "encode/json_writer.hpp"

namespace cantrail::server {
namespace {

using encode::JsonWriter;

void number_or_null(JsonWriter& json, std::string_view key, const std::optional<double>& value) {
  json.key(key);
  value ? json.number(*value) : json.null();
}

// As the field's values are written, so that a reader can compare.
void write_word(JsonWriter& json, std::uint64_t word, FieldType type) {
  switch (type) {
    case FieldType::f64:
      return json.number(std::bit_cast<double>(word));
    case FieldType::i64:
      return json.integer(std::bit_cast<std::int64_t>(word));
    case FieldType::boolean:
      return json.boolean(word != 0);
    default:
      return json.unsigned_integer(word);
  }
}

void write_layout(JsonWriter& json, const BitLayout& layout) {
  json.begin_object();
  json.key("start_bit");
  json.unsigned_integer(layout.start_bit);
  json.key("length");
  json.unsigned_integer(layout.length_bits);
  json.key("byte_order");
  json.string(layout.big_endian ? "big_endian" : "little_endian");
  json.key("signed");
  json.boolean(layout.is_signed);
  json.key("float");
  json.boolean(layout.is_float);
  json.key("factor");
  json.number(layout.factor);
  json.key("offset");
  json.number(layout.offset);
  json.key("is_multiplexer");
  json.boolean(layout.is_selector);
  json.key("multiplexer");
  layout.selector.empty() ? json.null() : json.string(layout.selector);
  json.key("multiplexer_ranges");
  json.begin_array();
  for (const auto& [from, to] : layout.selected_by) {
    json.begin_array();
    json.unsigned_integer(from);
    json.unsigned_integer(to);
    json.end_array();
  }
  json.end_array();
  json.end_object();
}

void write_field(JsonWriter& json, const FieldSchema& field) {
  json.begin_object();
  json.key("name");
  json.string(field.name);
  json.key("type");
  json.string(to_string(field.type));
  json.key("unit");
  json.string(field.unit);
  number_or_null(json, "min", field.minimum);
  number_or_null(json, "max", field.maximum);
  if (field.good) {
    json.key("good");
    json.begin_array();
    json.number(field.good->low);
    json.number(field.good->high);
    json.end_array();
  }
  json.key("optional");
  json.boolean(field.optional);
  json.key("comment");
  json.string(field.comment);
  json.key("labels");
  json.begin_array();
  for (const Label& label : field.labels) {
    json.begin_object();
    json.key("value");
    write_word(json, label.word, field.type);
    json.key("text");
    json.string(label.text);
    json.end_object();
  }
  json.end_array();
  json.key("layout");
  field.layout ? write_layout(json, *field.layout) : json.null();
  json.end_object();
}

void write_stream(JsonWriter& json, const Catalog& catalog, StreamId id) {
  const StreamInfo& info = catalog.streams[id];
  const RowSchema& row = *info.row;
  json.begin_object();
  json.key("stream");
  json.string(catalog.qualified_name(id));
  json.key("channel");
  info.channel ? json.string(catalog.channels[*info.channel].alias) : json.null();
  json.key("source");
  info.source < catalog.sources.size() ? json.string(catalog.sources[info.source].name) : json.null();
  json.key("message");
  json.string(row.name);
  json.key("id");
  row.can_id ? json.unsigned_integer(*row.can_id & kIdExtendedMask) : json.null();
  json.key("extended");
  json.boolean(row.can_id && (*row.can_id & kIdExtended) != 0);
  json.key("length");
  row.can_id ? json.unsigned_integer(row.length_bytes) : json.null();
  json.key("cycle_ms");
  row.cycle_ms ? json.unsigned_integer(*row.cycle_ms) : json.null();
  json.key("sender");
  json.string(row.sender);
  json.key("labels");
  json.begin_object();
  for (const auto& [name, value] : row.labels) {
    json.key(name);
    json.string(value);
  }
  json.end_object();
  json.key("comment");
  json.string(row.comment);
  json.key("signals");
  json.begin_array();
  for (const FieldSchema& field : row.fields) write_field(json, field);
  json.end_array();
  json.end_object();
}

}  // namespace

std::string signals_json(const Catalog* catalog) {
  std::string out;
  JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("catalog");
  catalog != nullptr ? json.string(to_hex(catalog->digest)) : json.null();
  json.key("streams");
  json.begin_array();
  if (catalog != nullptr) {
    for (StreamId id = 0; id < catalog->streams.size(); ++id) {
      if (!catalog->streams[id].replaced) write_stream(json, *catalog, id);
    }
  }
  json.end_array();
  json.end_object();
  return out;
}

}  // namespace cantrail::server
