#include <limits>
#include <random>

#include <gtest/gtest.h>

#include "base/text.hpp"
#include "encode/json_rows.hpp"
#include "encode/sample_catalog.hpp"

namespace cantrail::encode {
namespace {

std::string json_of(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(JsonString, EscapesWhatMustBe) {
  EXPECT_EQ(json_of("plain"), "\"plain\"");
  EXPECT_EQ(json_of(""), "\"\"");
  EXPECT_EQ(json_of("a\"b\\c\n\r\t\b"), "\"a\\\"b\\\\c\\n\\r\\t\\u0008\"");
  EXPECT_EQ(json_of(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\\u007f\"");
  EXPECT_EQ(json_of("°C m² 🚗"), "\"°C m² 🚗\"");
}

TEST(JsonString, ReplacesBytesThatAreNoUtf8) {
  EXPECT_EQ(json_of("\xB0"
                    "C"),
            "\"\xEF\xBF\xBD"
            "C\"");
  EXPECT_EQ(json_of("a\xE2\x82"), "\"a\xEF\xBF\xBD\xEF\xBF\xBD\"");
  EXPECT_EQ(json_of("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // a surrogate
  std::mt19937 random(1);
  for (int i = 0; i < 50'000; ++i) {
    std::string text(random() % 12, ' ');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_TRUE(is_valid_utf8(json_of(text)));
  }
}

TEST(JsonWriter, PutsCommasWhereTheyBelong) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.key("a");
  json.begin_array();
  json.integer(-1);
  json.number(2);
  json.begin_array();
  json.end_array();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.key("b\"");
  json.string("x");
  json.key("c");
  json.null();
  json.key("d");
  json.boolean(false);
  json.key("e");
  json.unsigned_integer(~std::uint64_t{0});
  json.key("f");
  json.raw("[1,2]");
  json.end_object();
  EXPECT_EQ(out, R"({"a":[-1,2.0,[],{}],"b\"":"x","c":null,"d":false,"e":18446744073709551615,"f":[1,2]})");
}

TEST(JsonNumbers, AreNullWhereJsonHasNone) {
  std::string out;
  append_json_double(out, std::numeric_limits<double>::quiet_NaN());
  append_json_double(out, -std::numeric_limits<double>::infinity());
  EXPECT_EQ(out, "nullnull");
}

TEST(JsonNumbers, AreStringsBeyondWhatJavaScriptHoldsIfAsked) {
  const std::int64_t exact = std::int64_t{1} << 53;
  std::string out;
  for (const std::int64_t value : {exact, exact + 1, -exact, -exact - 1}) {
    append_json_integer(out, value, BigIntegers::as_string);
    out += ' ';
  }
  append_json_unsigned(out, ~std::uint64_t{0}, BigIntegers::as_string);
  out += ' ';
  append_json_integer(out, exact + 1, BigIntegers::plain);
  EXPECT_EQ(out,
            "9007199254740992 \"9007199254740993\" -9007199254740992 \"-9007199254740993\" "
            "\"18446744073709551615\" 9007199254740993");
}

TEST(JsonRows, WritesRowsAsDocumented) {
  const JsonRows rows(sample_catalog());
  const StreamBlock block = battery_rows();
  std::string out;
  rows.append(out, block, 0, 498);
  EXPECT_EQ(out, R"({"time":1700000000.123456789,"time_ns":"1700000000123456789","channel":"can0","id":498,)"
                 R"("message":"Battery","signals":{"Voltage":1.5,"Gear":3,"Counter":0},)"
                 R"("labels":{"Voltage":"LOW","Gear":"DRIVE"}})");
}

TEST(JsonRows, LeavesOutAbsentSignalsAndEmptyLabels) {
  const JsonRows rows(sample_catalog(), BigIntegers::as_string);
  const StreamBlock block = battery_rows();
  std::string out;
  rows.append(out, block, 1, 498);
  EXPECT_EQ(out, R"({"time":-0.000000001,"time_ns":"-1","channel":"can0","id":498,"message":"Battery",)"
                 R"("signals":{"Voltage":360.0,"Counter":"18446744073709551615"}})");
}

TEST(JsonRows, LeavesOutALeadingAbsentSignalWithItsComma) {
  const JsonRows rows(sample_catalog());
  StreamBlock block = battery_rows();
  block.cut(0);
  block.cut(2);
  std::string first, second;
  rows.append(first, block, 0, 498);
  rows.append(second, block, 1, 498);
  EXPECT_NE(first.find(R"("signals":{"Gear":3},"labels":{"Gear":"DRIVE"}})"), std::string::npos) << first;
  EXPECT_NE(second.find(R"("signals":{}})"), std::string::npos) << second;
}

TEST(JsonRows, FindsTheLabelsOfNegativeValues) {
  const JsonRows rows(sample_catalog());
  StreamBlock block = battery_rows();
  block.i64(1)[0] = -1;
  std::string out;
  rows.append(out, block, 0, 498);
  EXPECT_NE(out.find(R"("Gear":"REVERSE")"), std::string::npos) << out;
}

TEST(JsonRows, SurvivesHostileNamesAndValues) {
  const JsonRows rows(sample_catalog());
  const StreamBlock block = hostile_rows();
  std::string out;
  rows.append(out, block, 0, 0x18FEE000 | kIdExtended);
  EXPECT_EQ(out,
            "{\"time\":0.000000005,\"time_ns\":\"5\",\"channel\":\"can0\",\"id\":419356672,\"extended\":true,"
            "\"message\":\"Ev\\\"il\\\\,\\n\",\"signals\":{\"\\u001b[2J\":null,"
            "\"a,b\":\"x\\\"\\u0001\xEF\xBF\xBD,\xE2\x82\xAC\"}}");
}

TEST(JsonRows, NamesTheSourceWhereThereIsNoChannel) {
  const JsonRows rows(sample_catalog());
  const StreamBlock block = climate_rows();
  std::string out;
  rows.append(out, block, 0, std::nullopt);
  EXPECT_EQ(out, R"({"time":1.000000000,"time_ns":"1000000000","source":"bme","message":"climate",)"
                 R"("signals":{"on":true}})");
}

TEST(JsonRows, SayWhyASignalIsAbsentWhereThatIsNotTheOrdinaryReason) {
  const Catalog catalog = sample_catalog();
  const JsonRows rows(catalog);
  StreamBlock block = battery_rows();
  std::string plain, out;
  rows.append(plain, block, 1, 498);
  EXPECT_EQ(plain.find("quality"), std::string::npos);
  block.set_absent(0, 1, Quality::not_available);
  block.set_absent(1, 1, Quality::stale);
  rows.append(out, block, 1, 498);
  EXPECT_NE(out.find(R"("quality":{"Voltage":"not_available","Gear":"stale"}})"), std::string::npos) << out;
  EXPECT_EQ(out.find("360"), std::string::npos);
}

}  // namespace
}  // namespace cantrail::encode
