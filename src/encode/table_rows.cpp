#include "encode/table_rows.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>

#include "base/text.hpp"
#include "encode/blob_text.hpp"
#include "encode/number_text.hpp"

namespace cantrail::encode {
namespace {

constexpr std::size_t kWhole = std::numeric_limits<std::size_t>::max();

// Columns on the terminal: characters, not bytes. `text` is valid UTF-8.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string hex_id(std::uint32_t can_id) {
  const int digits = (can_id & kIdExtended) != 0 ? 8 : 3;
  std::string text;
  for (int shift = (digits - 1) * 4; shift >= 0; shift -= 4) {
    text += "0123456789ABCDEF"[(can_id & kIdExtendedMask) >> shift & 15];
  }
  return text;
}

// What stands before the signals, not yet aligned.
using Head = std::array<std::string, 3>;

Head make_head(const Catalog& catalog, const StreamInfo& info) {
  Head head;
  if (info.channel) {
    head[0] = printable(catalog.channels[*info.channel].alias, kWhole);
  } else if (info.source < catalog.sources.size()) {
    head[0] = printable(catalog.sources[info.source].name, kWhole);
  }
  if (info.row->can_id) head[1] = hex_id(*info.row->can_id);
  head[2] = printable(info.row->name, kWhole);
  return head;
}

}  // namespace

TableRows::TableRows(const Catalog& catalog, const FieldSelection& selection) {
  std::vector<Head> heads;
  std::array<std::size_t, 3> widths{};
  for (const StreamInfo& info : catalog.streams) {
    const Head& head = heads.emplace_back(make_head(catalog, info));
    for (std::size_t i = 0; i < head.size(); ++i) widths[i] = std::max(widths[i], width(head[i]));
  }
  for (std::size_t s = 0; s < catalog.streams.size(); ++s) {
    Stream& stream = streams_.emplace_back();
    stream.row = catalog.streams[s].row;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string padding(widths[i] - width(heads[s][i]), ' ');
      // Identifiers to the right, names to the left.
      stream.head += i == 1 ? "  " + padding + heads[s][i] : "  " + heads[s][i] + padding;
    }
    stream.wanted = stream.row->fields.empty();
    for (const FieldSchema& schema : stream.row->fields) {
      const std::string unit = schema.unit.empty() ? "" : " " + printable(schema.unit, kWhole);
      const bool wanted = selection.wants(catalog, catalog.streams[s], schema);
      stream.fields.push_back({"  " + printable(schema.name, kWhole) + "=", unit, &schema, wanted});
      stream.wanted = stream.wanted || wanted;
    }
  }
}

void TableRows::append(std::string& out, const StreamBlock& block, std::size_t row) const {
  assert(block.stream() < streams_.size() && block.fields() == streams_[block.stream()].fields.size());
  const Stream& stream = streams_[block.stream()];
  append_seconds(out, WallTime{block.time_ns()[row]});
  out += stream.head;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    const Field& field = stream.fields[i];
    if (!field.wanted || !block.valid(i, row)) continue;
    out += field.before;
    if (field.schema->type == FieldType::blob) {
      append_blob_text(out, block.blob(i, row));
    } else if (!append_scalar(out, block, i, row, field.schema->type)) {
      out += printable(block.text(i, row), kWhole);
    }
    out += field.unit;
    if (const std::string* label = field.schema->label_of(block.word(i, row))) {
      out += " (";
      out += printable(*label, kWhole);
      out += ')';
    }
  }
  out += '\n';
}

}  // namespace cantrail::encode
