#include "sinks/sqlite/row_text.hpp"

#include <algorithm>

#include "encode/json_writer.hpp"
#include "sinks/sqlite/json_cut.hpp"

namespace cantrail::sqlite {

RowText::RowText(const Catalog& catalog) {
  streams_.reserve(catalog.streams.size());
  for (const StreamInfo& info : catalog.streams) {
    Stream stream;
    for (const FieldSchema& schema : info.row->fields) {
      Field field;
      encode::append_json_string(field.key, schema.name);
      field.key += ':';
      field.type = schema.type;
      for (const cantrail::Label& label : schema.labels) {
        field.labels.push_back({label.word, field.key});
        encode::append_json_string(field.labels.back().member, label.text);
      }
      stream.fields.push_back(std::move(field));
    }
    streams_.push_back(std::move(stream));
  }
}

void RowText::signals(std::string& out, const StreamBlock& block, std::size_t row) const {
  const std::vector<Field>& fields = streams_[block.stream()].fields;
  out = '{';
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!block.valid(i, row)) continue;
    if (out.size() > 1) out += ',';
    out += fields[i].key;
    encode::append_json_value(out, block, i, row, fields[i].type);
  }
  out += '}';
}

void RowText::labels(std::string& out, const StreamBlock& block, std::size_t row) const {
  out.clear();
  const Stream& stream = streams_[block.stream()];
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    const Field& field = stream.fields[i];
    if (!block.valid(i, row)) {
      const Quality quality = block.quality(i, row);
      if (quality == Quality::inactive) continue;
      out += out.empty() ? '{' : ',';
      out += field.key;
      encode::append_json_string(out, to_string(quality));
      continue;
    }
    if (field.labels.empty()) continue;
    const std::uint64_t word = block.word(i, row);
    const auto at =
        std::lower_bound(field.labels.begin(), field.labels.end(), word,
                         [](const Label& label, std::uint64_t wanted) { return label.word < wanted; });
    if (at == field.labels.end() || at->word != word) continue;
    out += out.empty() ? '{' : ',';
    out += at->member;
  }
  if (!out.empty()) out += '}';
}

void RowText::take_quality(std::string& labels, std::string_view signals, std::string& quality) {
  quality.clear();
  if (labels.size() <= 2) return;  // {}
  std::string kept;
  Members all(labels);
  while (const auto member = all.next()) {
    Members present(signals);
    bool is_present = false;
    for (auto one = present.next(); one && !is_present; one = present.next())
      is_present = one->key == member->key;
    std::string& to = is_present ? kept : quality;
    to += to.empty() ? '{' : ',';
    to.append(member->key).append(":").append(member->value);
  }
  if (quality.empty()) return;
  quality += '}';
  labels = kept.empty() ? "{}" : kept + '}';
}

}  // namespace cantrail::sqlite
