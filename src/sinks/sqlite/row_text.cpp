#include "sinks/sqlite/row_text.hpp"

#include <algorithm>

#include "encode/json_writer.hpp"

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
        stream.labelled = true;
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
  if (!stream.labelled) return;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    const std::vector<Label>& labels = stream.fields[i].labels;
    if (labels.empty() || !block.valid(i, row)) continue;
    const std::uint64_t word = block.word(i, row);
    const auto at =
        std::lower_bound(labels.begin(), labels.end(), word,
                         [](const Label& label, std::uint64_t wanted) { return label.word < wanted; });
    if (at == labels.end() || at->word != word) continue;
    out += out.empty() ? '{' : ',';
    out += at->member;
  }
  if (!out.empty()) out += '}';
}

}  // namespace cantrail::sqlite
