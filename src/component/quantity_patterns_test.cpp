// The patterns are held against the parsers whose languages they describe.
#include "component/quantity_patterns.hpp"

#include <functional>
#include <regex>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/rate.hpp"
#include "base/text.hpp"
#include "component/template.hpp"

namespace cantrail {
namespace {

struct Quantity {
  const char* name;
  std::regex pattern;
  std::function<bool(const std::string&)> parses;
};

bool keeps(const std::string& text) {
  const std::vector<std::string> words{text};
  return parse_keep(words).ok();
}

OptionSpec templated(bool references) {
  static Template text;  // only its address counts
  OptionSpec spec{"keys", "", &text};
  spec.placeholders = {"signal", "node", "a+b"};
  spec.references = references;
  return spec;
}

bool is_template(const std::string& text, bool references) {
  const auto parts = parse_template(text);
  return parts && placeholder_problem(*parts, templated(references)).empty();
}

const std::vector<Quantity>& quantities() {
  static const std::vector<Quantity> all{
      {"duration", std::regex(duration_pattern()),
       [](const std::string& text) { return parse_duration(text).has_value(); }},
      {"bytes", std::regex(bytes_pattern()),
       [](const std::string& text) {  // an option's size has a unit
         return parse_bytes(text) && text.find_first_of("Bb") != std::string::npos;
       }},
      {"rate", std::regex(rate_pattern()),
       [](const std::string& text) { return parse_rate(text).has_value(); }},
      {"bandwidth", std::regex(bandwidth_pattern()),
       [](const std::string& text) { return parse_bandwidth(text).has_value(); }},
      {"keep", std::regex(keep_pattern()), keeps},
      {"template", std::regex(template_pattern(templated(false))),
       [](const std::string& text) { return is_template(text, false); }},
      {"template with fields", std::regex(template_pattern(templated(true))),
       [](const std::string& text) { return is_template(text, true); }}};
  return all;
}

void expect_agreement(const std::string& text) {
  for (const Quantity& quantity : quantities()) {
    EXPECT_EQ(std::regex_match(text, quantity.pattern), quantity.parses(text))
        << quantity.name << ": \"" << text << '"';
  }
}

// The cases of the parsers' own tests, right and wrong, but for those that are too large.
TEST(QuantityPatterns, AgreeWithTheParsersAboutWhatTheirTestsSay) {
  for (const char* text : {"64MiB",
                           "8GB",
                           "1.5KiB",
                           "12",
                           "12 apples",
                           "-1",
                           "10s",
                           "1h30m",
                           "1.5s",
                           "10",
                           "10 s",
                           "",
                           "TB",
                           "30d",
                           "1/s",
                           "30/min",
                           "30/m",
                           "36/h",
                           "0.5/s",
                           "1/10s",
                           "1/100ms",
                           "1/.5s",
                           "1",
                           "/s",
                           "1/",
                           "1/0s",
                           "-1/s",
                           "1 /s",
                           "one/s",
                           "1/parsec",
                           "nan/s",
                           "inf/s",
                           "1/s/s",
                           "1Hz",
                           "1e3/s",
                           "1/s500ms",
                           "50KB/s",
                           "1.5MiB/s",
                           "100B/s",
                           "50",
                           "50KB",
                           "50/s",
                           "50kbit/s",
                           "KB/s",
                           "-1KB/s",
                           "1 rows",
                           "1,000,000 rows",
                           "1_000rows",
                           "rows",
                           "-1 rows",
                           "much",
                           "30.",
                           "forever",
                           "64kB",
                           "2w",
                           "1y",
                           "1w2d3h",
                           "1/d",
                           "1/w",
                           "64kib",
                           "8 GB",
                           "sensor:{signal}",
                           "{singal}",
                           "{signal",
                           "{{signal}}",
                           "{a+b}",
                           "{Motor.direction}",
                           "{}",
                           "{can0:A.b}"}) {
    expect_agreement(text);
  }
}

// Of what quantities and templates are made of, so that some are right and most are nearly so.
rc::Gen<std::string> piece() {
  const auto number = rc::gen::element<std::string>("0", "1", "70", "1.5", ".5", "3.", "00", "1,000", "-1");
  const auto unit = rc::gen::element<std::string>("s", "m", "ms", "us", "ns", "min", "B", "KB", "kB", "kiB",
                                                  "GiB", "rows", "k");
  const auto sign = rc::gen::element<std::string>("/", " ", "/s", "{", "}", "{{", "}}", "{signal}", "{a+b}",
                                                  "{x.y}", "forever", ".", "x");
  const auto quantity =
      rc::gen::map(rc::gen::pair(number, unit), [](const auto& both) { return both.first + both.second; });
  const auto per = rc::gen::map(rc::gen::pair(number, unit),
                                [](const auto& both) { return both.first + "/" + both.second; });
  return rc::gen::weightedOneOf<std::string>({{4, quantity}, {2, per}, {1, number}, {2, unit}, {3, sign}});
}

RC_GTEST_PROP(QuantityPatterns, AgreeWithTheParsersAboutAnyText, ()) {
  for (const auto& pieces : *rc::gen::container<std::vector<std::vector<std::string>>>(
           30, rc::gen::container<std::vector<std::string>>(*rc::gen::inRange<std::size_t>(1, 5), piece()))) {
    std::string text;
    for (const std::string& one : pieces) text += one;
    for (const Quantity& quantity : quantities()) {
      const bool fits = std::regex_match(text, quantity.pattern);
      if (fits != quantity.parses(text)) RC_FAIL(std::string(quantity.name) + ": \"" + text + '"');
    }
  }
}

TEST(QuantityPatterns, AllowWhatIsOnlyTooLarge) {
  EXPECT_TRUE(std::regex_match("99999999999999999999TB", std::regex(bytes_pattern())));
  EXPECT_TRUE(std::regex_match("999999999d", std::regex(duration_pattern())));
}

}  // namespace
}  // namespace cantrail
