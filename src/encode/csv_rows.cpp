#include "encode/csv_rows.hpp"

#include <algorithm>
#include <cassert>

#include "encode/blob_text.hpp"
#include "encode/number_text.hpp"

namespace cantrail::encode {
namespace {

// Tabs and line breaks are text; the rest would be commands to a terminal.
bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\n' && c != '\r') || byte == 0x7F;
}

void append_visible(std::string& out, char c) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out += "\\x";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

}  // namespace

void append_csv_text(std::string& out, std::string_view text) {
  // Spaces at an end are quoted, as many readers trim.
  const bool quoted = text.find_first_of(",\"\r\n") != std::string_view::npos ||
                      (!text.empty() && (text.front() == ' ' || text.back() == ' '));
  if (!quoted && std::none_of(text.begin(), text.end(), is_control)) {
    out += text;
    return;
  }
  if (quoted) out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    if (is_control(c)) {
      append_visible(out, c);
    } else {
      out += c;
    }
  }
  if (quoted) out += '"';
}

std::string_view CsvRows::header() {
  return "time,channel,message,signal,value,unit,label\n";
}

CsvRows::CsvRows(const Catalog& catalog, const FieldSelection& selection) {
  for (const StreamInfo& info : catalog.streams) {
    std::string begin;
    begin += ',';
    if (info.channel) {
      append_csv_text(begin, catalog.channels[*info.channel].alias);
    } else if (info.source < catalog.sources.size()) {
      append_csv_text(begin, catalog.sources[info.source].name);
    }
    begin += ',';
    append_csv_text(begin, info.row->name);
    begin += ',';
    std::vector<Field>& fields = streams_.emplace_back();
    for (const FieldSchema& schema : info.row->fields) {
      Field field;
      field.before = begin;
      append_csv_text(field.before, schema.name);
      field.before += ',';
      field.after += ',';
      append_csv_text(field.after, schema.unit);
      field.after += ',';
      field.type = schema.type;
      field.wanted = selection.wants(catalog, info, schema);
      for (const cantrail::Label& label : schema.labels) {
        field.labels.push_back({label.word, {}});
        append_csv_text(field.labels.back().text, label.text);
      }
      fields.push_back(std::move(field));
    }
  }
}

void CsvRows::append(std::string& out, const StreamBlock& block, std::size_t row) const {
  assert(block.stream() < streams_.size() && block.fields() == streams_[block.stream()].size());
  const std::vector<Field>& fields = streams_[block.stream()];
  const std::size_t begin = out.size();
  std::size_t time_bytes = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = fields[i];
    const bool valid = block.valid(i, row);
    if (!field.wanted || (!valid && block.quality(i, row) == Quality::inactive)) continue;
    if (time_bytes == 0) {
      append_seconds(out, WallTime{block.time_ns()[row]});
      time_bytes = out.size() - begin;
    } else {
      out.append(out, begin, time_bytes);
    }
    out += field.before;
    if (!valid) {
      out += field.after;
      out += to_string(block.quality(i, row));
      out += '\n';
      continue;
    }
    if (field.type == FieldType::blob) {
      append_blob_text(out, block.blob(i, row));
    } else if (!append_scalar(out, block, i, row, field.type)) {
      append_csv_text(out, block.text(i, row));
    }
    out += field.after;
    const std::uint64_t word = field.labels.empty() ? 0 : block.word(i, row);
    const auto at =
        std::lower_bound(field.labels.begin(), field.labels.end(), word,
                         [](const Label& label, std::uint64_t wanted) { return label.word < wanted; });
    if (at != field.labels.end() && at->word == word) out += at->text;
    out += '\n';
  }
}

}  // namespace cantrail::encode
