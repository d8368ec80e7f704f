#include "sources/protobuf/test_types.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include <boost/json.hpp>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/util/json_util.h>

#include "base/text.hpp"

namespace cantrail::protobuf::testing {
namespace {

namespace pb = google::protobuf;
namespace js = boost::json;
using Proto = pb::FieldDescriptorProto;

constexpr int kMessages = 5;

std::uint32_t pick(std::mt19937& random, std::uint32_t below) {
  return static_cast<std::uint32_t>(random() % below);
}

// --- types ---

void set_type(Proto& field, std::mt19937& random) {
  const std::uint32_t kind = pick(random, 24);
  if (kind < 15) {
    constexpr std::array<Proto::Type, 15> kScalars{
        Proto::TYPE_DOUBLE,  Proto::TYPE_FLOAT,    Proto::TYPE_INT32,    Proto::TYPE_INT64,
        Proto::TYPE_UINT32,  Proto::TYPE_UINT64,   Proto::TYPE_SINT32,   Proto::TYPE_SINT64,
        Proto::TYPE_FIXED32, Proto::TYPE_FIXED64,  Proto::TYPE_SFIXED32, Proto::TYPE_BOOL,
        Proto::TYPE_STRING,  Proto::TYPE_SFIXED64, Proto::TYPE_BYTES};
    field.set_type(kScalars[kind]);
  } else if (kind < 17) {
    field.set_type(Proto::TYPE_ENUM);
    field.set_type_name(".test.Mood");
  } else {
    field.set_type(Proto::TYPE_MESSAGE);
    field.set_type_name(kind == 17   ? ".google.protobuf.Timestamp"
                        : kind == 18 ? ".google.protobuf.Duration"
                                     : ".test.M" + std::to_string(pick(random, kMessages)));
  }
}

// map<key, value> is a repeated message with a mark.
void make_map(pb::DescriptorProto& message, Proto& field, std::mt19937& random) {
  constexpr std::array<Proto::Type, 5> kKeys{Proto::TYPE_STRING, Proto::TYPE_INT32, Proto::TYPE_BOOL,
                                             Proto::TYPE_UINT64, Proto::TYPE_SINT64};
  pb::DescriptorProto& entry = *message.add_nested_type();
  entry.set_name("F" + std::to_string(field.number()) + "Entry");
  entry.mutable_options()->set_map_entry(true);
  Proto& key = *entry.add_field();
  key.set_name("key");
  key.set_number(1);
  key.set_label(Proto::LABEL_OPTIONAL);
  key.set_type(kKeys[pick(random, kKeys.size())]);
  Proto& value = *entry.add_field();
  value.set_name("value");
  value.set_number(2);
  value.set_label(Proto::LABEL_OPTIONAL);
  set_type(value, random);
  field.set_label(Proto::LABEL_REPEATED);
  field.set_type(Proto::TYPE_MESSAGE);
  field.set_type_name(".test." + message.name() + "." + entry.name());
}

void fill_message(pb::DescriptorProto& message, std::mt19937& random) {
  const std::uint32_t fields = pick(random, 9);
  int number = 0;
  const bool has_oneof = pick(random, 2) == 0;
  for (std::uint32_t i = 0; i < fields; ++i) {
    number += static_cast<int>(1 + pick(random, pick(random, 4) == 0 ? 400 : 3));
    Proto& field = *message.add_field();
    field.set_name("f" + std::to_string(number));
    field.set_json_name(field.name());
    field.set_number(number);
    // The members of a oneof stand side by side.
    const bool in_oneof = has_oneof && i >= 2 && i < 5;
    const std::uint32_t shape = in_oneof ? 11 : pick(random, 12);
    if (in_oneof) field.set_oneof_index(0);
    if (shape == 0) {
      make_map(message, field, random);
      continue;
    }
    set_type(field, random);
    field.set_label(shape < 3 ? Proto::LABEL_REPEATED : Proto::LABEL_OPTIONAL);
    if (shape < 3 && pick(random, 3) == 0 && field.type() != Proto::TYPE_STRING &&
        field.type() != Proto::TYPE_BYTES && field.type() != Proto::TYPE_MESSAGE) {
      field.mutable_options()->set_packed(false);
    }
    if (shape == 6) field.set_proto3_optional(true);
  }
  if (has_oneof && fields > 2) message.add_oneof_decl()->set_name("choice");
  for (Proto& field : *message.mutable_field()) {  // each has a oneof of its own, behind the real ones
    if (!field.proto3_optional()) continue;
    field.set_oneof_index(message.oneof_decl_size());
    message.add_oneof_decl()->set_name("_" + field.name());
  }
}

// --- messages ---

std::int64_t any_integer(std::mt19937& random) {
  const auto bits = static_cast<std::int64_t>(std::uint64_t{random()} << 32 | random());
  return pick(random, 4) == 0 ? 0 : bits >> pick(random, 64);
}

double any_double(std::mt19937& random) {
  constexpr std::array<double, 7> kOdd{0.0, -0.0, NAN, INFINITY, -INFINITY, 1e308, 5e-324};
  return pick(random, 3) == 0 ? kOdd[pick(random, kOdd.size())]
                              : static_cast<double>(any_integer(random)) / 1000;
}

std::string any_text(std::mt19937& random, bool utf8) {
  std::string text;
  for (std::uint32_t i = pick(random, 6); i > 0; --i) {
    text += utf8 ? std::vector<std::string>{"a", "\"", "\\", "\n", "\u00e4", "\U0001F600", "<", " "}[pick(
                       random, 8)]
                 : std::string(1, static_cast<char>(random()));
  }
  return text;
}

void fill(pb::Message& message, std::mt19937& random, int deeper);

template <class Set>
void with_value(const pb::FieldDescriptor& field, std::mt19937& random, Set set) {
  using Field = pb::FieldDescriptor;
  switch (field.cpp_type()) {
    case Field::CPPTYPE_DOUBLE:
      return set(any_double(random));
    case Field::CPPTYPE_FLOAT:
      return set(static_cast<float>(any_double(random)));
    case Field::CPPTYPE_INT32:
      return set(static_cast<std::int32_t>(any_integer(random)));
    case Field::CPPTYPE_INT64:
      return set(any_integer(random));
    case Field::CPPTYPE_UINT32:
      return set(static_cast<std::uint32_t>(any_integer(random)));
    case Field::CPPTYPE_UINT64:
      return set(static_cast<std::uint64_t>(any_integer(random)));
    case Field::CPPTYPE_BOOL:
      return set(pick(random, 2) == 0);
    case Field::CPPTYPE_STRING:
      return set(any_text(random, field.type() == Field::TYPE_STRING));
    default:
      return;
  }
}

template <class Number>
constexpr bool kIsBool = std::is_same_v<Number, bool>;

void set_single(pb::Message& message, const pb::FieldDescriptor& field, std::mt19937& random, int deeper) {
  const pb::Reflection& reflection = *message.GetReflection();
  using Field = pb::FieldDescriptor;
  if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
    return fill(*reflection.MutableMessage(&message, &field), random, deeper - 1);
  }
  if (field.cpp_type() == Field::CPPTYPE_ENUM) {
    return reflection.SetEnumValue(&message, &field, static_cast<int>(pick(random, 6)) - 2);
  }
  with_value(field, random, [&](auto value) {
    using Value = decltype(value);
    if constexpr (std::is_same_v<Value, double>) reflection.SetDouble(&message, &field, value);
    if constexpr (std::is_same_v<Value, float>) reflection.SetFloat(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::int32_t>) reflection.SetInt32(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::int64_t>) reflection.SetInt64(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::uint32_t>) reflection.SetUInt32(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::uint64_t>) reflection.SetUInt64(&message, &field, value);
    if constexpr (kIsBool<Value>) reflection.SetBool(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::string>) reflection.SetString(&message, &field, value);
  });
}

void add_one(pb::Message& message, const pb::FieldDescriptor& field, std::mt19937& random, int deeper) {
  const pb::Reflection& reflection = *message.GetReflection();
  using Field = pb::FieldDescriptor;
  if (field.cpp_type() == Field::CPPTYPE_MESSAGE) {
    return fill(*reflection.AddMessage(&message, &field), random, deeper - 1);
  }
  if (field.cpp_type() == Field::CPPTYPE_ENUM) {
    return reflection.AddEnumValue(&message, &field, static_cast<int>(pick(random, 6)) - 2);
  }
  with_value(field, random, [&](auto value) {
    using Value = decltype(value);
    if constexpr (std::is_same_v<Value, double>) reflection.AddDouble(&message, &field, value);
    if constexpr (std::is_same_v<Value, float>) reflection.AddFloat(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::int32_t>) reflection.AddInt32(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::int64_t>) reflection.AddInt64(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::uint32_t>) reflection.AddUInt32(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::uint64_t>) reflection.AddUInt64(&message, &field, value);
    if constexpr (kIsBool<Value>) reflection.AddBool(&message, &field, value);
    if constexpr (std::is_same_v<Value, std::string>) reflection.AddString(&message, &field, value);
  });
}

// Seconds and nanoseconds that JSON can say, also when two of them are merged.
bool fill_well_known(pb::Message& message, std::mt19937& random) {
  const pb::Descriptor& type = *message.GetDescriptor();
  const bool is_time = type.full_name() == "google.protobuf.Timestamp";
  if (!is_time && type.full_name() != "google.protobuf.Duration") return false;
  const pb::Reflection& reflection = *message.GetReflection();
  const std::int64_t seconds = is_time
                                   ? static_cast<std::int64_t>(pick(random, 4'000'000'000U)) * 2 - 100'000'000
                                   : static_cast<std::int64_t>(pick(random, 2'000'000));
  constexpr std::array<std::int32_t, 5> kNanos{0, 500'000'000, 123'000, 7, 999'999'999};
  const std::int32_t nanos = kNanos[pick(random, kNanos.size())];
  reflection.SetInt64(&message, type.FindFieldByNumber(1), seconds);
  reflection.SetInt32(&message, type.FindFieldByNumber(2), nanos);
  return true;
}

void fill(pb::Message& message, std::mt19937& random, int deeper) {
  if (fill_well_known(message, random)) return;
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && deeper == 0 && !field.is_map()) continue;
    if (field.is_map() && deeper == 0) continue;
    if (pick(random, 3) == 0) continue;
    if (!field.is_repeated()) {
      set_single(message, field, random, deeper);
    } else {
      for (std::uint32_t n = pick(random, 4); n > 0; --n) add_one(message, field, random, deeper);
    }
  }
}

// --- what a row shall hold ---

std::string json_of(const pb::Message& message) {
  pb::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string text;
  const auto done = pb::util::MessageToJsonString(message, &text, options);
  return done.ok() ? text : "no JSON: " + done.ToString();
}

std::string json_of_field(const pb::Message& message, const pb::FieldDescriptor& field) {
  const std::unique_ptr<pb::Message> alone(message.New());
  const pb::Reflection& reflection = *message.GetReflection();
  std::vector<const pb::FieldDescriptor*> set;
  alone->CopyFrom(message);
  reflection.ListFields(*alone, &set);
  for (const pb::FieldDescriptor* one : set) {
    if (one != &field) reflection.ClearField(alone.get(), one);
  }
  std::string text = json_of(*alone);
  if (text.starts_with("no JSON")) return text;
  const js::value parsed = js::parse(text);
  if (const js::value* found = parsed.as_object().if_contains(field.name()))
    return "json " + js::serialize(*found);
  return field.is_map() ? "json {}" : "json []";
}

std::string cell_of(const pb::Message& message, const pb::FieldDescriptor& field) {
  using Field = pb::FieldDescriptor;
  const pb::Reflection& reflection = *message.GetReflection();
  switch (field.cpp_type()) {
    case Field::CPPTYPE_DOUBLE:
      return "f64 " + std::to_string(std::bit_cast<std::uint64_t>(reflection.GetDouble(message, &field)));
    case Field::CPPTYPE_FLOAT:
      return "f64 " + std::to_string(std::bit_cast<std::uint64_t>(
                          static_cast<double>(reflection.GetFloat(message, &field))));
    case Field::CPPTYPE_INT32:
      return "i64 " + std::to_string(reflection.GetInt32(message, &field));
    case Field::CPPTYPE_INT64:
      return "i64 " + std::to_string(reflection.GetInt64(message, &field));
    case Field::CPPTYPE_UINT32:
      return "u64 " + std::to_string(reflection.GetUInt32(message, &field));
    case Field::CPPTYPE_UINT64:
      return "u64 " + std::to_string(reflection.GetUInt64(message, &field));
    case Field::CPPTYPE_BOOL:
      return reflection.GetBool(message, &field) ? "boolean 1" : "boolean 0";
    case Field::CPPTYPE_ENUM:
      return "i64 " + std::to_string(reflection.GetEnumValue(message, &field));
    case Field::CPPTYPE_STRING:
      return (field.type() == Field::TYPE_BYTES ? "blob " : "text ") + reflection.GetString(message, &field);
    default:
      return "?";
  }
}

std::string well_known_cell(const pb::Message& value, const std::string& type) {
  const pb::Reflection& reflection = *value.GetReflection();
  const std::int64_t seconds = reflection.GetInt64(value, value.GetDescriptor()->FindFieldByNumber(1));
  const std::int32_t nanos = reflection.GetInt32(value, value.GetDescriptor()->FindFieldByNumber(2));
  if (type == "google.protobuf.Timestamp") {
    const long double ns = static_cast<long double>(seconds) * 1e9L + static_cast<long double>(nanos);
    const bool fits = ns >= -0x1p63L && ns < 0x1p63L;  // a long double holds 64 bits exactly
    return fits ? "i64 " + std::to_string(static_cast<std::int64_t>(ns)) : "";
  }
  return "f64 " + std::to_string(std::bit_cast<std::uint64_t>(static_cast<double>(seconds) +
                                                              static_cast<double>(nanos) / 1e9));
}

using Path = std::vector<const pb::Descriptor*>;

void expect_fields(const pb::Message& message, const std::string& prefix, Path& path, std::size_t depth,
                   Cells& cells);

void expect_message(const pb::Message& message, const pb::FieldDescriptor& field, const std::string& prefix,
                    Path& path, std::size_t depth, Cells& cells) {
  const pb::Reflection& reflection = *message.GetReflection();
  if (!reflection.HasField(message, &field)) return;
  const pb::Message& value = reflection.GetMessage(message, &field);
  const std::string name = prefix + field.name();
  const std::string& type = field.message_type()->full_name();
  if (type == "google.protobuf.Timestamp" || type == "google.protobuf.Duration") {
    if (const std::string cell = well_known_cell(value, type); !cell.empty()) cells[name] = cell;
  } else if (path.size() > depth || std::find(path.begin(), path.end(), field.message_type()) != path.end()) {
    cells[name] = json_of_field(message, field);
  } else if (field.message_type()->field_count() == 0) {
    cells[name] = "boolean 1";
  } else {
    expect_fields(value, name + ".", path, depth, cells);
  }
}

void expect_fields(const pb::Message& message, const std::string& prefix, Path& path, std::size_t depth,
                   Cells& cells) {
  path.push_back(message.GetDescriptor());
  const pb::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    if (field.is_repeated()) {
      cells[prefix + field.name()] = json_of_field(message, field);
    } else if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      expect_message(message, field, prefix, path, depth, cells);
    } else if (!field.has_presence() || message.GetReflection()->HasField(message, &field)) {
      cells[prefix + field.name()] = cell_of(message, field);
    }
  }
  path.pop_back();
}

std::size_t count_columns(const pb::Descriptor& type, Path& path, std::size_t depth) {
  std::size_t count = 0;
  path.push_back(&type);
  for (int i = 0; i < type.field_count() && count <= kMostColumns; ++i) {
    const pb::FieldDescriptor& field = *type.field(i);
    const pb::Descriptor* below = field.message_type();
    const bool flat = below != nullptr && !field.is_repeated() &&
                      below->full_name() != "google.protobuf.Timestamp" &&
                      below->full_name() != "google.protobuf.Duration" && path.size() <= depth &&
                      std::find(path.begin(), path.end(), below) == path.end();
    count += flat && below->field_count() > 0 ? count_columns(*below, path, depth) : 1;
  }
  path.pop_back();
  return count;
}

bool same_json(const js::value& a, const js::value& b) {
  if (a.is_number() && b.is_number()) {
    const double x = a.to_number<double>(), y = b.to_number<double>();
    return x == y || static_cast<float>(x) == static_cast<float>(y);
  }
  if (a.is_array() && b.is_array()) {
    return std::equal(a.get_array().begin(), a.get_array().end(), b.get_array().begin(), b.get_array().end(),
                      same_json);
  }
  if (a.is_object() && b.is_object()) {
    if (a.get_object().size() != b.get_object().size()) return false;
    return std::all_of(a.get_object().begin(), a.get_object().end(), [&](const auto& member) {
      const js::value* other = b.get_object().if_contains(member.key());
      return other != nullptr && same_json(member.value(), *other);
    });
  }
  return a == b;
}

bool same_cell(const std::string& expected, const std::string& actual) {
  if (expected == actual) return true;
  if (!expected.starts_with("json ") || !actual.starts_with("text ")) return false;
  return same_json(js::parse(expected.substr(5)), js::parse(actual.substr(5)));
}

}  // namespace

RandomTypes::RandomTypes(std::uint32_t seed) {
  // Both have to be linked in to be found.
  (void)pb::Timestamp::descriptor();
  (void)pb::Duration::descriptor();
  std::mt19937 random(seed);
  pb::FileDescriptorProto file;
  file.set_name("test.proto");
  file.set_package("test");
  file.set_syntax("proto3");
  file.add_dependency("google/protobuf/timestamp.proto");
  file.add_dependency("google/protobuf/duration.proto");
  pb::EnumDescriptorProto& mood = *file.add_enum_type();
  mood.set_name("Mood");
  for (const auto& [name, number] : {std::pair("CALM", 0), std::pair("GLAD", 1), std::pair("SAD", -1)}) {
    pb::EnumValueDescriptorProto& value = *mood.add_value();
    value.set_name(name);
    value.set_number(number);
  }
  for (int i = 0; i < kMessages; ++i) {
    pb::DescriptorProto& message = *file.add_message_type();
    message.set_name("M" + std::to_string(i));
    fill_message(message, random);
  }
  type_ = pool_.BuildFile(file)->message_type(0);
}

std::unique_ptr<pb::Message> RandomTypes::empty_message() {
  return std::unique_ptr<pb::Message>(factory_.GetPrototype(type_)->New());
}

std::unique_ptr<pb::Message> RandomTypes::message(std::mt19937& random) {
  auto made = empty_message();
  fill(*made, random, 4);
  return made;
}

Cells expected_cells(const pb::Message& message) {
  Path path;
  std::size_t depth = kDeepestColumn;
  while (depth > 0 && count_columns(*message.GetDescriptor(), path, depth) > kMostColumns) --depth;
  Cells cells;
  expect_fields(message, "", path, depth, cells);
  return cells;
}

bool is_sayable(const pb::Message& message) {
  const pb::Reflection& reflection = *message.GetReflection();
  const std::string& type = message.GetDescriptor()->full_name();
  if (type == "google.protobuf.Timestamp" || type == "google.protobuf.Duration") {
    const auto seconds = reflection.GetInt64(message, message.GetDescriptor()->FindFieldByNumber(1));
    const auto nanos = reflection.GetInt32(message, message.GetDescriptor()->FindFieldByNumber(2));
    return seconds >= 0 && seconds < 200'000'000'000 && nanos >= 0 && nanos < 1'000'000'000;
  }
  std::vector<const pb::FieldDescriptor*> set;
  reflection.ListFields(message, &set);
  return std::all_of(set.begin(), set.end(), [&](const pb::FieldDescriptor* field) {
    if (field->cpp_type() != pb::FieldDescriptor::CPPTYPE_MESSAGE) return true;
    if (!field->is_repeated()) return is_sayable(reflection.GetMessage(message, field));
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      if (!is_sayable(reflection.GetRepeatedMessage(message, field, i))) return false;
    }
    return true;
  });
}

Cells actual_cells(const RowPlan& plan, const StreamBlock& block, std::size_t row) {
  Cells cells;
  for (std::size_t i = 0; i < plan.row->fields.size(); ++i) {
    if (!block.valid(i, row)) continue;
    const FieldSchema& field = plan.row->fields[i];
    std::string& cell = cells[field.name] = std::string(to_string(field.type)) + " ";
    if (field.type == FieldType::text) {
      cell += block.text(i, row);
    } else if (field.type == FieldType::blob) {
      cell += block.blob(i, row).bytes;
    } else if (field.type == FieldType::i64) {
      cell += std::to_string(block.i64(i)[row]);
    } else {
      cell += std::to_string(block.word(i, row));
    }
  }
  return cells;
}

std::string difference(const Cells& expected, const Cells& actual) {
  std::string text;
  for (const auto& [name, cell] : expected) {
    const auto other = actual.find(name);
    if (other == actual.end()) {
      text += name + " is missing: " + printable(cell, 500) + "\n";
    } else if (!same_cell(cell, other->second)) {
      text += name + ": " + printable(cell, 500) + " expected, not " + printable(other->second, 500) + "\n";
    }
  }
  for (const auto& [name, cell] : actual) {
    if (!expected.contains(name)) text += name + " should not be there: " + printable(cell, 500) + "\n";
  }
  return text;
}

}  // namespace cantrail::protobuf::testing
