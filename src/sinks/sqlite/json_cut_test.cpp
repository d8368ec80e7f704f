#include "sinks/sqlite/json_cut.hpp"

#include <gtest/gtest.h>

namespace cantrail::sqlite {
namespace {

TEST(JsonCut, KeepsMembersByNameAndTheirNumbersUntouched) {
  const char* object = R"({"A":1.50,"Big":18446744073709551615,"Gear":3,"T":"x,}\"{"})";
  EXPECT_EQ(cut_object(object, "B*"), R"({"Big":18446744073709551615})");
  EXPECT_EQ(cut_object(object, "?"), R"({"A":1.50,"T":"x,}\"{"})");
  EXPECT_EQ(cut_object(object, "*"), object);
  EXPECT_EQ(cut_object(object, "none"), "{}");
  EXPECT_EQ(cut_object("{}", "*"), "{}");
}

TEST(JsonCut, MatchesNamesAsTheyAreNotAsTheyAreEscaped) {
  EXPECT_EQ(cut_object(R"({"a\"b":1,"c":2})", "a\"b"), R"({"a\"b":1})");
  EXPECT_EQ(unquote(R"("\u00b0C \ud83d\ude00 \\ \n")"), "°C \xF0\x9F\x98\x80 \\ \n");
  EXPECT_EQ(unquote(R"("\ud83d")"), "\xEF\xBF\xBD");
}

TEST(JsonCut, EndsAtTextThatIsNoObject) {
  for (const char* text :
       {"", "{", "[1]", R"({"a"})", R"({"a":})", R"({"a:1})", R"({"a":1,,})", R"({"a":[1)"}) {
    Members members(text);
    while (members.next()) {
    }
    EXPECT_FALSE(members.ok()) << text;
  }
}

}  // namespace
}  // namespace cantrail::sqlite
