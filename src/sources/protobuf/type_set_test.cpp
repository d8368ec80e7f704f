#include "sources/protobuf/type_set.hpp"

#include <algorithm>
#include <bit>
#include <filesystem>
#include <fstream>
#include <map>

#include <gtest/gtest.h>

#include "encode/protobuf/descriptors.hpp"

namespace cantrail::protobuf {
namespace {

namespace fs = std::filesystem;

class TypeSetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-types-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(folder_ + "/" + path).parent_path());
    std::ofstream(folder_ + "/" + path) << text;
  }
  void load() {
    found_.clear();
    types_ = TypeSet::load(real_file_system(), folder_, types_, found_);
  }
  std::string told() const {
    std::string all;
    for (const Diagnostic& one : found_) all += to_string(one).substr(folder_.size() + 1) + "\n";
    return all;
  }
  std::vector<std::string> columns(const std::string& type) {
    const auto plan = types_->plan(type, "", "");
    if (!plan) return {plan.fault().message};
    std::vector<std::string> names;
    for (const FieldSchema& field : (*plan)->row->fields) {
      names.push_back(field.name + " " + std::string(to_string(field.type)) + (field.optional ? "?" : ""));
    }
    return names;
  }

  std::string folder_;
  std::shared_ptr<const TypeSet> types_;
  Diagnostics found_;
};

using Names = std::vector<std::string>;

TEST_F(TypeSetTest, FlattensAMessageIntoColumns) {
  write("car.proto", R"(syntax = "proto3";
package car;
import "google/protobuf/timestamp.proto";
import "google/protobuf/duration.proto";
enum Gear { PARK = 0; DRIVE = 1; BACK = -1; CREEP = 1; option allow_alias = true; }
message Wheel { float speed = 1; optional bool slips = 2; }
message Empty {}
// What the car does.
message Car {
  google.protobuf.Timestamp stamp = 1;
  google.protobuf.Duration lap = 2;
  Gear gear = 3;          // as chosen
  Wheel left = 4;
  double volts = 5;       // [V] of the pack
  string driver = 6;
  bytes key = 7;
  uint64 odometer = 8;
  repeated float cells = 9;
  map<string, int32> codes = 10;
  oneof event { Empty start = 11; string fault = 12; }
  Car towed = 13;
}
)");
  load();
  EXPECT_EQ(told(), "");
  EXPECT_EQ(columns("car.Car"),
            (Names{"stamp i64?", "lap f64?", "gear i64", "left.speed f64?", "left.slips boolean?",
                   "volts f64", "driver text", "key blob?", "odometer u64", "cells text", "codes text",
                   "start boolean?", "fault text?", "towed text?"}));
  const auto plan = types_->plan("car.Car", "pit_", "stamp");
  const RowSchema& row = *(*plan)->row;
  EXPECT_EQ(row.name, "pit_Car");
  EXPECT_EQ(row.comment, "What the car does.");
  EXPECT_EQ(row.labels.at(0), std::pair(std::string("proto"), std::string("car.Car")));
  EXPECT_EQ(row.fields[0].unit, "ns");
  EXPECT_EQ((*plan)->time_column, 0U);
  EXPECT_EQ(row.fields[1].unit, "s");
  EXPECT_EQ(row.fields[2].comment, "as chosen");
  EXPECT_EQ(*row.fields[2].label_of(static_cast<std::uint64_t>(std::int64_t{-1})), "BACK");
  EXPECT_EQ(*row.fields[2].label_of(1), "DRIVE") << "of two names of a number the first";
  EXPECT_EQ(row.fields[5].unit, "V");
  EXPECT_EQ(row.fields[5].comment, "of the pack");
}

// Of a catalog, as `cantrail dbc proto` writes it: a plain number, one with labels, and one with so many that
// its comment is too long to keep.
TEST_F(TypeSetTest, AFileMadeOfADbcKeepsItsUnits) {
  const auto field = [](const char* name, FieldType type, const char* unit) {
    FieldSchema made;
    made.name = name;
    made.type = type;
    made.unit = unit;
    return made;
  };
  auto schema = std::make_shared<RowSchema>();
  schema->name = "Battery";
  schema->fields = {field("charge", FieldType::f64, "%"), field("heat", FieldType::f64, "°C"),
                    field("mode", FieldType::u64, "steps"), field("code", FieldType::f64, "mV"),
                    field("bare", FieldType::f64, "")};
  schema->fields[0].comment = "What is left";
  schema->fields[0].minimum = 0;
  schema->fields[0].maximum = 100;
  schema->fields[2].labels = {{0, "off"}, {1, "on"}};
  for (int i = 0; i < 60; ++i) {
    schema->fields[3].labels.push_back({std::bit_cast<std::uint64_t>(double(i)), "a state of the pack"});
  }
  Catalog catalog;
  catalog.streams.push_back({schema, {}, {}});
  const encode::protobuf::StreamTypes types(catalog);
  const auto text = encode::protobuf::proto_text(encode::protobuf::descriptor_set(types));
  ASSERT_TRUE(text.ok()) << text.fault().message;
  write("battery.proto", *text);
  load();
  EXPECT_EQ(told(), "");
  const auto plan = types_->plan("cantrail.stream.Battery", "", "");
  ASSERT_TRUE(plan.ok()) << plan.fault().message << *text;
  std::map<std::string, std::string> units;
  for (const FieldSchema& read : (*plan)->row->fields) units[read.name] = read.unit;
  for (const FieldSchema& wanted : schema->fields) EXPECT_EQ(units[wanted.name], wanted.unit) << *text;
  EXPECT_NE(text->find("What is left"), std::string::npos);
  const FieldSchema& charge = (*plan)->row->fields.at(0);
  EXPECT_EQ(charge.comment, "What is left range: 0 to 100") << charge.name;
}

TEST_F(TypeSetTest, ABrokenFileIsToldWithItsPlaceAndCostsOnlyItself) {
  write("good.proto", "syntax = \"proto3\";\nmessage Good { int32 a = 1; }\n");
  write("bad.proto", "syntax = \"proto3\";\nmessage Bad {\n  int32 a = 1\n  Nothing b = 2;\n}\n");
  write("needs_bad.proto", "syntax = \"proto3\";\nimport \"bad.proto\";\nmessage Needs { Bad bad = 1; }\n");
  load();
  EXPECT_NE(told().find("bad.proto:4:3: error: Expected \";\""), std::string::npos) << told();
  EXPECT_NE(told().find("needs_bad.proto"), std::string::npos) << told();
  EXPECT_TRUE(types_->has("Good"));
  EXPECT_FALSE(types_->has("Bad"));
  EXPECT_FALSE(types_->has("Needs"));
}

TEST_F(TypeSetTest, ACopyOfAFileIsToldOnce) {
  const std::string text =
      "message A { optional int32 x = 1; }\nmessage B { optional A a = 1; enum E { ONE = 1; } }\n";
  write("a.proto", text);
  write("a (copy).proto", text);
  write("needs.proto", "import \"a.proto\"; message C { optional B b = 1; }");
  ::testing::internal::CaptureStderr();
  load();
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  // The one that comes first by name counts, and the other is left out.
  const std::string lines = told();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 2) << lines;
  EXPECT_EQ(told().find("a.proto:1:28: error: defines \"A.x\" again, which a (copy).proto defines"), 0U)
      << told();
  EXPECT_TRUE(types_->has("A"));
  EXPECT_TRUE(types_->has("B"));
}

TEST_F(TypeSetTest, TheLastGoodReadingOfABrokenFileStays) {
  write("a.proto", "syntax = \"proto3\"; message A { int32 x = 1; }");
  load();
  write("a.proto", "syntax = \"proto3\"; message A { int32 x = 1; string y ");
  write("b.proto", "syntax = \"proto3\"; message B { int32 x = 1; }");
  load();
  EXPECT_NE(told(), "");
  EXPECT_EQ(columns("A"), Names{"x i64"});
  EXPECT_EQ(columns("B"), Names{"x i64"});
  load();
  EXPECT_EQ(columns("A"), Names{"x i64"}) << "also when it is read again";
  write("a.proto", "syntax = \"proto3\"; message A { int32 x = 1; string y = 2; }");
  load();
  EXPECT_EQ(columns("A"), (Names{"x i64", "y text"}));
  fs::remove(folder_ + "/a.proto");
  load();
  EXPECT_FALSE(types_->has("A"));
}

TEST_F(TypeSetTest, FilesMayImportEachOtherAndLieInFolders) {
  write("common/point.proto", "syntax = \"proto3\"; package common; message Point { double x = 1; }");
  write("car.proto",
        "syntax = \"proto3\"; import \"common/point.proto\"; message Car { common.Point at = 1; }");
  write(".hidden.proto", "nonsense");
  write("notes.txt", "nonsense");
  load();
  EXPECT_EQ(told(), "");
  EXPECT_EQ(types_->files(), 2U);
  EXPECT_EQ(columns("Car"), Names{"at.x f64?"});
  EXPECT_TRUE(types_->has("common.Point"));
}

TEST_F(TypeSetTest, AStreamHasTheShortNameUnlessTwoWould) {
  write("a.proto",
        "syntax = \"proto3\"; package car.v1; message Wheel { message Hub {} } message Seat {} message "
        "unknown {}");
  write("b.proto", "syntax = \"proto3\"; package cart; message Wheel {}");
  load();
  EXPECT_EQ(types_->stream_name("car.v1.Seat"), "Seat");
  EXPECT_EQ(types_->stream_name("car.v1.Wheel"), "car_v1_Wheel");
  EXPECT_EQ(types_->stream_name("cart.Wheel"), "cart_Wheel");
  EXPECT_EQ(types_->stream_name("car.v1.Wheel.Hub"), "Wheel_Hub");
  EXPECT_EQ(types_->stream_name("car.v1.unknown"), "car_v1_unknown");
}

TEST_F(TypeSetTest, ATypeOfTooManyColumnsGoesLessDeep) {
  std::string text = "syntax = \"proto3\";\n";
  for (int level = 0; level < 6; ++level) {
    text += "message L" + std::to_string(level) + " {\n";
    for (int i = 1; i <= 10; ++i) {
      text += level == 5 ? "  int32 f" : "  L" + std::to_string(level + 1) + " f";
      text += std::to_string(i) + " = " + std::to_string(i) + ";\n";
    }
    text += "}\n";
  }
  text += "message Wide {\n";
  for (int i = 1; i <= 2000; ++i) text += "  int32 f" + std::to_string(i) + " = " + std::to_string(i) + ";\n";
  text += "}\n";
  write("wide.proto", text);
  load();
  EXPECT_EQ(told(), "");
  const Names names = columns("L0");  // a million at full depth
  ASSERT_EQ(names.size(), 1000U);
  EXPECT_EQ(names.front(), "f1.f1.f1 text?");
  ASSERT_EQ(columns("Wide").size(), 1U);
  EXPECT_NE(columns("Wide")[0].find("more than 1,024"), std::string::npos);
}

TEST_F(TypeSetTest, AFolderThatIsNotThereHasNoTypes) {
  folder_ += "/nowhere";
  load();
  EXPECT_EQ(types_->size(), 0U);
  EXPECT_EQ(found_.size(), 1U);
  folder_ = fs::path(folder_).parent_path();
}

TEST_F(TypeSetTest, OldFilesAreRead) {
  write("old.proto", R"(syntax = "proto2";
message Old {
  required int32 a = 1;
  optional string b = 2 [default = "x"];
  optional group Part = 3 { optional int32 c = 4; }
  extensions 100 to 200;
}
message Odd { option message_set_wire_format = true; extensions 4 to max; }
)");
  load();
  EXPECT_EQ(told(), "");
  EXPECT_EQ(columns("Old"), (Names{"a i64?", "b text?", "part.c i64?"}));
  EXPECT_NE(columns("Odd")[0].find("message_set_wire_format"), std::string::npos);
}

}  // namespace
}  // namespace cantrail::protobuf
