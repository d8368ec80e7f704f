#include "component/template.hpp"

#include <array>

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

TEST(Template, TakesLabelsOfStreamsWhereItsOptionDoes) {
  Template target;
  OptionSpec spec{"keys", "", &target};
  spec.placeholders = {"signal", "node"};
  const std::vector<std::string> labels{"type", "node", "room"};
  const auto problem = [&](const char* text) {
    return placeholder_problem(*parse_template(text), spec, labels);
  };
  EXPECT_EQ(problem("{room}"), "has an unknown placeholder {room}: it may have {signal}, {node}");
  spec.labels = true;
  EXPECT_EQ(problem("{room}/{type}/{signal}"), "");
  EXPECT_EQ(problem("{rom}"), "has an unknown placeholder {rom}; did you mean {room}?");
  EXPECT_EQ(problem("{place}"),
            "has an unknown placeholder {place}: it may have {signal}, {node}, {type}, {room}");
}

TEST(Template, IsFilledWithWordsThenWithLabelsOfTheStream) {
  RowSchema stream;
  stream.labels = {{"node", "2"}, {"room", "Flower front"}};
  const std::array<std::pair<std::string_view, std::string_view>, 2> words{
      {{"node", "grow-1"}, {"signal", "co2"}}};
  EXPECT_EQ(fill_template(*parse_template("{{{node}}}/{room}/{rack}/{signal}"), words, stream),
            "{grow-1}/Flower front//co2");
}

}  // namespace
}  // namespace cantrail
