#include "sources/protobuf/shape_reader.hpp"

#include <algorithm>
#include <map>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr std::size_t kMostTypes = 10'000;
constexpr std::size_t kLongestComment = 300;

Kind kind_of(const pb::FieldDescriptor& field) {
  using Type = pb::FieldDescriptor;
  switch (field.type()) {
    case Type::TYPE_DOUBLE:
      return Kind::f64;
    case Type::TYPE_FLOAT:
      return Kind::f32;
    case Type::TYPE_INT32:
      return Kind::int32;
    case Type::TYPE_INT64:
      return Kind::int64;
    case Type::TYPE_UINT32:
      return Kind::uint32;
    case Type::TYPE_UINT64:
      return Kind::uint64;
    case Type::TYPE_SINT32:
      return Kind::sint32;
    case Type::TYPE_SINT64:
      return Kind::sint64;
    case Type::TYPE_FIXED32:
      return Kind::fixed32;
    case Type::TYPE_FIXED64:
      return Kind::fixed64;
    case Type::TYPE_SFIXED32:
      return Kind::sfixed32;
    case Type::TYPE_SFIXED64:
      return Kind::sfixed64;
    case Type::TYPE_BOOL:
      return Kind::boolean;
    case Type::TYPE_ENUM:
      return Kind::enumeration;
    case Type::TYPE_STRING:
      return Kind::text;
    case Type::TYPE_BYTES:
      return Kind::bytes;
    case Type::TYPE_MESSAGE:
      return Kind::message;
    case Type::TYPE_GROUP:
      return Kind::group;
  }
  return Kind::bytes;
}

// The words above a definition, else those beside it, line by line.
template <class Descriptor>
std::vector<std::string> comment_lines(const Descriptor& descriptor) {
  pb::SourceLocation location;
  if (!descriptor.GetSourceLocation(&location)) return {};
  const std::string& words =
      location.leading_comments.empty() ? location.trailing_comments : location.leading_comments;
  if (!is_valid_utf8(words)) return {};
  std::vector<std::string> lines;
  for (const std::string_view part : split(words, '\n')) {
    if (const std::string_view text = trim(part); !text.empty()) lines.emplace_back(text);
  }
  return lines;
}

std::string on_one_line(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += (all.empty() ? "" : " ") + line;
  return all.size() <= kLongestComment ? all : std::string();
}

// A comment that begins with "[km/h]" says the unit, and so does a line "unit: km/h", as in the files of
// `cantrail dbc proto`. It is taken out of the comment.
std::string take_unit(std::vector<std::string>& lines) {
  constexpr std::string_view kKey = "unit: ";
  if (lines.empty()) return {};
  std::string& first = lines.front();
  if (const std::size_t close = first.find(']'); first.starts_with('[') && close != std::string::npos) {
    std::string unit(trim(std::string_view(first).substr(1, close - 1)));
    first = trim(std::string_view(first).substr(close + 1));
    if (first.empty()) lines.erase(lines.begin());
    return unit;
  }
  const auto line = std::find_if(lines.begin(), lines.end(),
                                 [&](const std::string& text) { return text.starts_with(kKey); });
  if (line == lines.end()) return {};
  std::string unit(trim(std::string_view(*line).substr(kKey.size())));
  lines.erase(line);
  return unit;
}

class ShapeReader {
 public:
  Result<Shapes> read(const pb::Descriptor& type) {
    (void)index_of(type);
    // The list grows while it is gone through.
    for (std::size_t i = 0; i < types_.size(); ++i) {
      if (i == kMostTypes) return config("is made of more than " + format_count(kMostTypes) + " types");
      if (types_[i]->options().message_set_wire_format()) {
        return config("uses message_set_wire_format, which cantrail does not read");
      }
      shapes_.messages.push_back(shape_of(*types_[i]));
    }
    return std::move(shapes_);
  }

 private:
  [[nodiscard]] Fault config(const std::string& what) const {
    return {FaultKind::config, types_.front()->full_name() + " " + what};
  }

  std::uint32_t index_of(const pb::Descriptor& type) {
    const auto [at, is_new] = indexes_.try_emplace(&type, static_cast<std::uint32_t>(types_.size()));
    if (is_new) types_.push_back(&type);
    return at->second;
  }

  std::uint32_t index_of(const pb::EnumDescriptor& type) {
    const auto [at, is_new] =
        enum_indexes_.try_emplace(&type, static_cast<std::uint32_t>(shapes_.enums.size()));
    if (!is_new) return at->second;
    EnumNames& names = shapes_.enums.emplace_back();
    for (int i = 0; i < type.value_count(); ++i) {
      names.emplace_back(type.value(i)->number(), type.value(i)->name());
    }
    std::stable_sort(names.begin(), names.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    names.erase(std::unique(names.begin(), names.end(),
                            [](const auto& a, const auto& b) { return a.first == b.first; }),
                names.end());
    return at->second;
  }

  MessageShape shape_of(const pb::Descriptor& type) {
    MessageShape shape;
    shape.name = type.full_name();
    shape.comment = on_one_line(comment_lines(type));
    shape.oneofs = static_cast<std::uint32_t>(type.real_oneof_decl_count());
    if (shape.name == "google.protobuf.Timestamp") shape.well_known = WellKnown::timestamp;
    if (shape.name == "google.protobuf.Duration") shape.well_known = WellKnown::duration;
    for (int i = 0; i < type.field_count(); ++i) shape.fields.push_back(field_of(*type.field(i)));
    std::sort(shape.fields.begin(), shape.fields.end(),
              [](const FieldShape& a, const FieldShape& b) { return a.number < b.number; });
    return shape;
  }

  FieldShape field_of(const pb::FieldDescriptor& descriptor) {
    FieldShape field;
    field.name = descriptor.name();
    field.number = static_cast<std::uint32_t>(descriptor.number());
    field.kind = kind_of(descriptor);
    field.repeated = descriptor.is_repeated();
    field.map = descriptor.is_map();
    field.presence = !descriptor.is_repeated() && descriptor.has_presence();
    if (const pb::OneofDescriptor* oneof = descriptor.real_containing_oneof(); oneof != nullptr) {
      field.oneof = static_cast<std::uint32_t>(oneof->index());
    }
    if (is_message(field.kind)) field.message = index_of(*descriptor.message_type());
    if (field.kind == Kind::enumeration) field.names = index_of(*descriptor.enum_type());
    std::vector<std::string> comment = comment_lines(descriptor);
    field.unit = take_unit(comment);
    field.comment = on_one_line(comment);
    return field;
  }

  Shapes shapes_;
  std::vector<const pb::Descriptor*> types_;
  std::map<const pb::Descriptor*, std::uint32_t> indexes_;
  std::map<const pb::EnumDescriptor*, std::uint32_t> enum_indexes_;
};

}  // namespace

Result<Shapes> read_shapes(const pb::Descriptor& type) {
  return ShapeReader().read(type);
}

}  // namespace cantrail::protobuf
