#include "encode/json_rows.hpp"

#include <algorithm>
#include <cassert>

#include "encode/number_text.hpp"

namespace cantrail::encode {

JsonRows::Stream JsonRows::begin(const Catalog& catalog, const StreamInfo& info) {
  Stream stream;
  if (info.channel) {
    stream.head += ",\"channel\":";
    append_json_string(stream.head, catalog.channels[*info.channel].alias);
  } else if (info.source < catalog.sources.size()) {
    stream.head += ",\"source\":";
    append_json_string(stream.head, catalog.sources[info.source].name);
  }
  stream.message = ",\"message\":";
  append_json_string(stream.message, info.row->name);
  stream.message += ",\"signals\":{";
  return stream;
}

JsonRows::JsonRows(const Catalog& catalog, BigIntegers big, const FieldSelection& selection) : big_(big) {
  streams_.reserve(catalog.streams.size());
  for (const StreamInfo& info : catalog.streams) {
    Stream stream = begin(catalog, info);
    for (const FieldSchema& schema : info.row->fields) {
      Field field;
      append_json_string(field.key, schema.name);
      field.key += ':';
      field.type = schema.type;
      field.wanted = selection.wants(catalog, info, schema);
      stream.wanted = stream.wanted || field.wanted;
      for (const cantrail::Label& label : schema.labels) {
        field.labels.push_back({label.word, field.key});
        append_json_string(field.labels.back().member, label.text);
        stream.labelled = true;
      }
      stream.fields.push_back(std::move(field));
    }
    stream.wanted = stream.wanted || stream.fields.empty();
    streams_.push_back(std::move(stream));
  }
}

void JsonRows::append_labels(std::string& out, const Stream& stream, const StreamBlock& block,
                             std::size_t row) {
  bool any = false;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    const std::vector<Label>& labels = stream.fields[i].labels;
    if (labels.empty() || !stream.fields[i].wanted || !block.valid(i, row)) continue;
    const std::uint64_t word = block.word(i, row);
    const auto at =
        std::lower_bound(labels.begin(), labels.end(), word,
                         [](const Label& label, std::uint64_t wanted) { return label.word < wanted; });
    if (at == labels.end() || at->word != word) continue;
    out += any ? "," : ",\"labels\":{";
    out += at->member;
    any = true;
  }
  if (any) out += '}';
}

void JsonRows::append_quality(std::string& out, const Stream& stream, const StreamBlock& block,
                              std::size_t row) {
  bool any = false;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    if (!stream.fields[i].wanted || block.valid(i, row)) continue;
    const Quality quality = block.quality(i, row);
    if (quality == Quality::inactive) continue;
    out += any ? "," : ",\"quality\":{";
    out += stream.fields[i].key;
    append_json_string(out, to_string(quality));
    any = true;
  }
  out += '}';
}

void JsonRows::append(std::string& out, const StreamBlock& block, std::size_t row,
                      std::optional<std::uint32_t> id) const {
  assert(block.stream() < streams_.size() && block.fields() == streams_[block.stream()].fields.size());
  const Stream& stream = streams_[block.stream()];
  const WallTime time{block.time_ns()[row]};
  out += "{\"time\":";
  append_seconds(out, time);
  out += ",\"time_ns\":\"";
  append_integer(out, time.ns);
  out += '"';
  out += stream.head;
  if (id) {
    out += ",\"id\":";
    append_unsigned(out, *id & kIdExtendedMask);
    if ((*id & kIdExtended) != 0) out += ",\"extended\":true";
  }
  out += stream.message;
  bool any = false, any_quality = false;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    if (!stream.fields[i].wanted) continue;
    if (!block.valid(i, row)) {
      any_quality = any_quality || block.quality(i, row) != Quality::inactive;
      continue;
    }
    if (any) out += ',';
    out += stream.fields[i].key;
    append_json_value(out, block, i, row, stream.fields[i].type, big_);
    any = true;
  }
  out += '}';
  if (stream.labelled) append_labels(out, stream, block, row);
  if (any_quality) append_quality(out, stream, block, row);
  out += '}';
}

}  // namespace cantrail::encode
