#include "component/template.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

// "sensor:<signal>": placeholders in angle brackets.
std::string shown(const std::string& text) {
  const auto parts = parse_template(text);
  if (!parts) return parts.fault().message;
  std::string result;
  for (const TemplatePart& part : *parts) {
    result += part.is_placeholder ? "<" + part.text + ">" : part.text;
  }
  return result;
}

TEST(Template, IsSplitIntoLiteralsAndPlaceholders) {
  EXPECT_EQ(shown("sensor:{signal}"), "sensor:<signal>");
  EXPECT_EQ(shown("{a}{b}-{c}"), "<a><b>-<c>");
  EXPECT_EQ(shown("{{x}}"), "{x}");
  EXPECT_EQ(shown(""), "");
}

TEST(Template, NamesTheBraceThatIsWrong) {
  EXPECT_EQ(shown("{a"), "has a '{' without '}': write '{{' for the brace itself");
  EXPECT_EQ(shown("{a{b}"), "has a '{' without '}': write '{{' for the brace itself");
  EXPECT_EQ(shown("a}"), "has a '}' without '{': write '}}' for the brace itself");
  EXPECT_EQ(shown("{}"), "has an empty placeholder: {}");
}

TEST(Template, KnowsThePlaceholdersOfItsOption) {
  Template target;
  OptionSpec spec{"keys", "", &target};
  const auto problem = [&](const char* text) { return placeholder_problem(*parse_template(text), spec); };
  EXPECT_EQ(problem("{signal}"), "has an unknown placeholder {signal}: it takes none");
  spec.placeholders = {"signal", "stream"};
  EXPECT_EQ(problem("{signal}/{stream}"), "");
  EXPECT_EQ(problem("{singal}"), "has an unknown placeholder {singal}; did you mean {signal}?");
  EXPECT_EQ(problem("{x.y}"), "has an unknown placeholder {x.y}: it may have {signal}, {stream}");
  spec.references = true;
  EXPECT_EQ(problem("{x.y}"), "");
  EXPECT_EQ(
      problem("{zzz}"),
      "has an unknown placeholder {zzz}: it may have {signal}, {stream}, or a field as in {Stream.field}");
}

}  // namespace
}  // namespace cantrail
