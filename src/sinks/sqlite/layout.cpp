#include "sinks/sqlite/layout.hpp"

#include "sinks/sqlite/bytes.hpp"

namespace cantrail::sqlite {
namespace {

constexpr std::size_t kMostFields = 65536, kMostText = 1 << 20;

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

std::string get_text(ByteReader& in) {
  return std::string(in.bytes(in.count(kMostText)));
}

}  // namespace

std::string put_layout(const RowSchema& row) {
  std::string out;
  put_number(out, row.fields.size());
  for (const FieldSchema& field : row.fields) {
    put_text(out, field.name);
    put_text(out, field.unit);
    out += static_cast<char>(field.type);
    put_number(out, field.labels.size());
    for (const Label& label : field.labels) {
      put_number(out, label.word);
      put_text(out, label.text);
    }
  }
  return out;
}

Result<RowSchema> get_layout(std::string_view bytes) {
  ByteReader in(bytes);
  RowSchema row;
  row.fields.resize(in.count(kMostFields));
  for (FieldSchema& field : row.fields) {
    field.name = get_text(in);
    field.unit = get_text(in);
    const std::uint8_t type = in.byte();
    if (type > static_cast<std::uint8_t>(FieldType::blob))
      return Fault{FaultKind::corrupt, "a damaged layout"};
    field.type = static_cast<FieldType>(type);
    const std::size_t labels = in.count(kMostText);
    for (std::size_t i = 0; i < labels && in.ok(); ++i) {
      const std::uint64_t word = in.number();
      field.labels.push_back({word, get_text(in)});
    }
    if (!in.ok()) break;
  }
  if (!in.ok()) return Fault{FaultKind::corrupt, "a damaged layout"};
  return row;
}

}  // namespace cantrail::sqlite
