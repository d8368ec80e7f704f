#include "encode/table_rows.hpp"

#include <algorithm>
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

constexpr std::size_t kStandardDigits = 3, kExtendedDigits = 8;

std::size_t digits_of(std::uint32_t id) {
  return (id & kIdExtended) != 0 ? kExtendedDigits : kStandardDigits;
}

void append_id(std::string& out, std::uint32_t id) {
  for (std::size_t left = digits_of(id); left > 0; --left) {
    out += "0123456789ABCDEF"[(id & kIdExtendedMask) >> (4 * (left - 1)) & 15];
  }
}

std::string owner_of(const Catalog& catalog, const StreamInfo& info) {
  if (info.channel) return printable(catalog.channels[*info.channel].alias, kWhole);
  if (info.source < catalog.sources.size()) return printable(catalog.sources[info.source].name, kWhole);
  return {};
}

// Names to the left.
std::string aligned(const std::string& text, std::size_t to) {
  return to == 0 ? text : "  " + text + std::string(to - width(text), ' ');
}

void append_reason(std::string& out, const std::string& before, Quality quality) {
  if (quality == Quality::inactive) return;
  out += before;
  out += "\xE2\x80\x93 (";  // an en dash: no value, and it is none that a signal could have
  out += to_string(quality);
  out += ')';
}

}  // namespace

TableRows::TableRows(const Catalog& catalog, const FieldSelection& selection) {
  std::size_t owner_width = 0, name_width = 0;
  for (const StreamInfo& info : catalog.streams) {
    owner_width = std::max(owner_width, width(owner_of(catalog, info)));
    name_width = std::max(name_width, width(printable(info.row->name, kWhole)));
    if (info.row->can_id) id_width_ = std::max(id_width_, digits_of(*info.row->can_id));
  }
  for (const StreamInfo& info : catalog.streams) {
    Stream& stream = streams_.emplace_back();
    stream.row = info.row;
    stream.owner = aligned(owner_of(catalog, info), owner_width);
    stream.name = aligned(printable(info.row->name, kWhole), name_width);
    stream.wanted = stream.row->fields.empty();
    for (const FieldSchema& schema : stream.row->fields) {
      const std::string unit = schema.unit.empty() ? "" : " " + printable(schema.unit, kWhole);
      const bool wanted = selection.wants(catalog, info, schema);
      stream.fields.push_back({"  " + printable(schema.name, kWhole) + "=", unit, &schema, wanted});
      stream.wanted = stream.wanted || wanted;
    }
  }
}

void TableRows::append(std::string& out, const StreamBlock& block, std::size_t row,
                       std::optional<std::uint32_t> id) const {
  assert(block.stream() < streams_.size() && block.fields() == streams_[block.stream()].fields.size());
  const Stream& stream = streams_[block.stream()];
  append_seconds(out, WallTime{block.time_ns()[row]});
  out += stream.owner;
  if (id_width_ != 0) {  // identifiers to the right
    const std::size_t digits = id ? digits_of(*id) : 0;
    out.append(2 + (digits < id_width_ ? id_width_ - digits : 0), ' ');
    if (id) append_id(out, *id);
  }
  out += stream.name;
  for (std::size_t i = 0; i < stream.fields.size(); ++i) {
    const Field& field = stream.fields[i];
    if (!field.wanted) continue;
    if (!block.valid(i, row)) {
      append_reason(out, field.before, block.quality(i, row));
      continue;
    }
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
