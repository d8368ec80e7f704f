// What makes a component another one in the eyes of a reload, and what does not.
#include "pipeline/config/fingerprint.hpp"

#include <gtest/gtest.h>

#include "pipeline/config/test_reading.hpp"

namespace cantrail::testing {
namespace {

Digest sink_print(const ConfigFolder& folder, const std::string& text, const Surroundings& around = {}) {
  const Reading reading = read_node(folder, text, around);
  EXPECT_EQ(reading.config.sinks.size(), 1U) << reading.found;
  return reading.config.sinks.at(0).fingerprint;
}

constexpr const char* kStore = "[sink.store]\ntype = \"store\"\n";

TEST(Fingerprint, IsOfValuesWhereverTheyComeFrom) {
  const ConfigFolder folder;
  const Digest plain = sink_print(folder, std::string(kStore) + "every = \"2s\"\n");
  EXPECT_EQ(sink_print(folder, "# a comment\n" + std::string(kStore) + "every = \"2000ms\"\n"), plain);
  Surroundings flag;
  flag.flags["sink.store.every"] = "2s";
  EXPECT_EQ(sink_print(folder, kStore, flag), plain);
  EXPECT_NE(sink_print(folder, kStore), plain);
}

TEST(Fingerprint, IsOfTheKeysOfTheLaneToo) {
  const ConfigFolder folder;
  const Digest plain = sink_print(folder, kStore);
  for (const char* key :
       {"queue = \"1MiB\"", "only = [\"Battery\"]", "max_rate = \"1/s\"", "on_change = true"}) {
    EXPECT_NE(sink_print(folder, std::string(kStore) + key + "\n"), plain) << key;
  }
}

TEST(Fingerprint, IsOfSecrets) {
  const ConfigFolder folder;
  folder.write("password", "first", 0600);
  const std::string text = std::string(kStore) + "password_file = \"password\"\n";
  const Digest first = sink_print(folder, text);
  EXPECT_NE(first, sink_print(folder, kStore));
  folder.write("password", "second", 0600);
  EXPECT_NE(sink_print(folder, text), first);
}

TEST(Fingerprint, OfASourceIsNotOfWhatDecodesIt) {
  const ConfigFolder folder;
  const auto print = [&](const std::string& keys) {
    return read_node(folder, "[source.can0]\ntype = \"bus\"\n" + keys).config.sources.at(0).fingerprint;
  };
  const Digest plain = print("");
  EXPECT_EQ(print("optional = true\n"), plain);
  EXPECT_EQ(print("dbc = \"leaf.dbc\"\n"), plain);
  EXPECT_NE(print("bitrate = 500000\n"), plain);
}

TEST(Fingerprint, TellsValuesApartThatReadAlike) {
  struct Lists final {
    std::vector<std::string> a, b;
    void describe(OptionVisitor& visitor) {
      visitor.option({"a", "", &a});
      visitor.option({"b", "", &b});
    }
    Digest digest() {
      Fingerprint print;
      describe(print);
      return print.digest();
    }
  };
  EXPECT_NE((Lists{{"x", "y"}, {}}.digest()), (Lists{{"x"}, {"y"}}.digest()));
  EXPECT_NE((Lists{{"x,y"}, {}}.digest()), (Lists{{"x", "y"}, {}}.digest()));
}

}  // namespace
}  // namespace cantrail::testing
