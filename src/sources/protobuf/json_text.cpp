#include "sources/protobuf/json_text.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "encode/blob_text.hpp"
#include "encode/json_writer.hpp"
#include "encode/number_text.hpp"
#include "sources/protobuf/well_known.hpp"

namespace cantrail::protobuf {
namespace {

constexpr int kDeepest = 64;
constexpr std::size_t kKeptFound = 4096;  // of what one long list made

template <class Float>
void append_float(std::string& out, Float value) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"";
  } else {
    std::array<char, 32> text{};
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
  }
}

// What a field without presence has when it is not there: not written.
bool is_default(const FieldShape& field, const Occurrence& occurrence) {
  return is_number(field.kind) ? column_word(field.kind, occurrence.number) == 0 : occurrence.bytes.empty();
}

}  // namespace

bool JsonText::append(std::string& out, const FieldShape& field, std::span<const Occurrence> occurrences,
                      std::size_t most_bytes) {
  out_ = &out;
  limit_ = out.size() + most_bytes;
  if (found_.capacity() > kKeptFound) found_ = {};
  found_.clear();
  chains_.clear();
  Chain chain;
  for (const Occurrence& occurrence : occurrences) {
    if (!add(chain, field, occurrence)) return false;
  }
  return value(field, chain, kDeepest) && fits();
}

bool JsonText::add(Chain& chain, const FieldShape& field, const Occurrence& occurrence) {
  const bool last_counts = !field.repeated && !is_message(field.kind);
  if (last_counts && chain.last != 0) {
    found_[chain.last - 1].occurrence = occurrence;
    return true;
  }
  if (found_.size() == kMostListed) return false;
  found_.push_back({occurrence, 0});
  const auto index = static_cast<std::uint32_t>(found_.size());
  (chain.first == 0 ? chain.first : found_[chain.last - 1].next) = index;
  chain.last = index;
  return true;
}

bool JsonText::value(const FieldShape& field, Chain chain, int deeper) {
  if (field.map) return map(field, chain, deeper);
  if (field.repeated) return array(field, chain, deeper);
  if (is_message(field.kind)) return message(field.message, pieces_of(chain), deeper);
  return single(field, chain.last == 0 ? Occurrence{} : found_[chain.last - 1].occurrence, deeper);
}

std::vector<ByteSpan> JsonText::pieces_of(Chain chain) const {
  std::vector<ByteSpan> pieces;
  for (std::uint32_t at = chain.first; at != 0; at = found_[at - 1].next) {
    pieces.push_back(found_[at - 1].occurrence.bytes);
  }
  return pieces;
}

bool JsonText::array(const FieldShape& field, Chain chain, int deeper) {
  *out_ += '[';
  const std::size_t begin = out_->size();
  for (std::uint32_t at = chain.first; at != 0 && fits(); at = found_[at - 1].next) {
    const Occurrence occurrence = found_[at - 1].occurrence;  // the list may move
    if (out_->size() != begin && out_->back() != ',') *out_ += ',';
    if (!(occurrence.packed ? packed(field, occurrence.bytes) : single(field, occurrence, deeper)))
      return false;
  }
  if (out_->size() != begin && out_->back() == ',') out_->pop_back();
  *out_ += ']';
  return fits();
}

// Its numbers, with commas between them.
bool JsonText::packed(const FieldShape& field, ByteSpan bytes) {
  WireReader wire(bytes);
  const Tag tag{field.number, wire_type(field.kind)};
  for (bool first = true; !wire.at_end() && fits(); first = false) {
    Occurrence one;
    if (read_occurrence(wire, tag, field, one) != Reading::value) return false;
    if (!first) *out_ += ',';
    number(field, one.number);
  }
  return fits();
}

bool JsonText::single(const FieldShape& field, const Occurrence& occurrence, int deeper) {
  if (is_message(field.kind)) return message(field.message, std::span(&occurrence.bytes, 1), deeper);
  if (field.kind == Kind::text) {
    if (!is_valid_utf8(as_text(occurrence.bytes))) return false;
    encode::append_json_string(*out_, as_text(occurrence.bytes));
  } else if (field.kind == Kind::bytes) {
    *out_ += '"';
    encode::append_base64(*out_, as_text(occurrence.bytes));
    *out_ += '"';
  } else {
    number(field, occurrence.number);
  }
  return fits();
}

void JsonText::number(const FieldShape& field, std::uint64_t wire_number) {
  const std::uint64_t word = column_word(field.kind, wire_number);
  const auto as_signed = std::bit_cast<std::int64_t>(word);
  switch (field.kind) {
    case Kind::f64:
      return append_float(*out_, std::bit_cast<double>(word));
    case Kind::f32:
      return append_float(*out_, std::bit_cast<float>(static_cast<std::uint32_t>(wire_number)));
    case Kind::boolean:
      *out_ += word != 0 ? "true" : "false";
      return;
    case Kind::enumeration:
      if (const std::string* name =
              name_of(shapes_.enums[field.names], static_cast<std::int32_t>(as_signed))) {
        return encode::append_json_string(*out_, *name);
      }
      return encode::append_integer(*out_, as_signed);
    case Kind::int64:
    case Kind::sint64:
    case Kind::sfixed64:
      *out_ += '"';
      encode::append_integer(*out_, as_signed);
      *out_ += '"';
      return;
    case Kind::uint64:
    case Kind::fixed64:
      *out_ += '"';
      encode::append_unsigned(*out_, word);
      *out_ += '"';
      return;
    default:
      return encode::append_integer(*out_, as_signed);
  }
}

bool JsonText::message(std::uint32_t index, std::span<const ByteSpan> pieces, int deeper) {
  const MessageShape& shape = shapes_.messages[index];
  if (shape.well_known != WellKnown::none) return well_known(shape.well_known, pieces);
  if (deeper == 0) return false;
  const std::size_t base = chains_.size(), first_found = found_.size();
  const bool written = sort_out(shape, pieces, base, deeper - 1) && fields(shape, base, deeper - 1);
  chains_.resize(base);
  found_.resize(first_found);
  return written;
}

bool JsonText::fields(const MessageShape& shape, std::size_t base, int deeper) {
  *out_ += '{';
  bool any = false;
  for (std::size_t i = 0; i < shape.fields.size(); ++i) {
    const FieldShape& field = shape.fields[i];
    const Chain chain = chains_[base + i];
    if (chain.first == 0) continue;
    if (!field.presence && !field.repeated && is_default(field, found_[chain.last - 1].occurrence)) continue;
    if (any) *out_ += ',';
    any = true;
    encode::append_json_string(*out_, field.name);
    *out_ += ':';
    if (!value(field, chain, deeper)) return false;
  }
  *out_ += '}';
  return fits();
}

bool JsonText::sort_out(const MessageShape& shape, std::span<const ByteSpan> pieces, std::size_t base,
                        int deeper) {
  chains_.resize(base + shape.fields.size());
  std::vector<std::uint32_t> members(shape.oneofs, 0);  // of each oneof the field that is set, + 1
  for (const ByteSpan piece : pieces) {
    if (!take(shape, piece, base, members, deeper)) return false;
  }
  return true;
}

bool JsonText::take(const MessageShape& shape, ByteSpan piece, std::size_t base,
                    std::vector<std::uint32_t>& members, int deeper) {
  WireReader wire(piece);
  std::size_t hint = 0;
  Tag tag;
  while (!wire.at_end()) {
    if (!wire.tag(tag)) return false;
    const auto index = shape.find(tag.number, hint);
    if (!index) {
      if (!wire.skip(tag)) return false;
      continue;
    }
    const FieldShape& field = shape.fields[*index];
    Occurrence occurrence;
    const Reading reading = read_occurrence(wire, tag, field, occurrence);
    if (reading == Reading::malformed) return false;
    if (reading == Reading::unwanted) continue;
    if (field.oneof) {
      const std::uint32_t before =
          std::exchange(members[*field.oneof], static_cast<std::uint32_t>(*index + 1));
      const bool other = before != 0 && before != *index + 1;
      if (other && !forget(shape.fields[before - 1], chains_[base + before - 1], deeper)) return false;
    }
    if (!add(chains_[base + *index], field, occurrence)) return false;
  }
  return true;
}

// Another member of its oneof has come. What it said had to be good all the same.
bool JsonText::forget(const FieldShape& field, Chain& chain, int deeper) {
  const Chain forgotten = std::exchange(chain, {});
  const std::size_t begin = out_->size();
  const bool good = value(field, forgotten, deeper);
  out_->resize(begin);
  return good;
}

// Of entries with one key the last counts.
bool JsonText::map(const FieldShape& field, Chain chain, int deeper) {
  const MessageShape& entry = shapes_.messages[field.message];
  std::map<std::string, std::string> entries;
  std::size_t bytes = 0;
  for (std::uint32_t at = chain.first; at != 0; at = found_[at - 1].next) {
    const ByteSpan piece = found_[at - 1].occurrence.bytes;
    const std::size_t base = chains_.size(), first_found = found_.size(), begin = out_->size();
    std::string key;
    const bool good = sort_out(entry, std::span(&piece, 1), base, deeper) &&
                      map_key(entry.fields[0], chains_[base], key) &&
                      value(entry.fields[1], chains_[base + 1], deeper);
    chains_.resize(base);
    found_.resize(first_found);
    std::string text = out_->substr(begin);
    out_->resize(begin);
    bytes += key.size() + text.size();
    if (!good || out_->size() + bytes > limit_) return false;
    entries.insert_or_assign(std::move(key), std::move(text));
  }
  *out_ += '{';
  bool any = false;
  for (const auto& [key, text] : entries) {
    if (any) *out_ += ',';
    any = true;
    encode::append_json_string(*out_, key);
    *out_ += ':';
    *out_ += text;
  }
  *out_ += '}';
  return fits();
}

bool JsonText::map_key(const FieldShape& field, Chain chain, std::string& out) const {
  const Occurrence occurrence = chain.last == 0 ? Occurrence{} : found_[chain.last - 1].occurrence;
  const std::uint64_t word = column_word(field.kind, occurrence.number);
  if (field.kind == Kind::text) {
    out = as_text(occurrence.bytes);
    return is_valid_utf8(out);
  }
  if (field.kind == Kind::boolean) {
    out = word != 0 ? "true" : "false";
  } else if (field.kind == Kind::uint64 || field.kind == Kind::fixed64) {
    encode::append_unsigned(out, word);
  } else {
    encode::append_integer(out, std::bit_cast<std::int64_t>(word));
  }
  return true;
}

// What lies outside of what such a text can say is null.
bool JsonText::well_known(WellKnown kind, std::span<const ByteSpan> pieces) {
  SecondsAndNanos value;
  for (const ByteSpan piece : pieces) {
    if (!read_seconds(piece, value)) return false;
  }
  *out_ += '"';
  if (kind == WellKnown::timestamp ? append_timestamp(*out_, value) : append_duration(*out_, value)) {
    *out_ += '"';
  } else {
    out_->pop_back();
    *out_ += "null";
  }
  return fits();
}

}  // namespace cantrail::protobuf
