#include "component/reference.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

struct Options {
  std::string url;
  std::string from = "now";
  Duration every = std::chrono::milliseconds(1500);
  Bytes batch{64U << 20};
  std::optional<std::int64_t> bitrate;
  std::vector<std::string> keep{"30d", "1|GiB"};

  void describe(OptionVisitor& visitor) {
    visitor.option({"url", "Where to", &url, true});
    visitor.option({"from", "Where to begin", &from, false, {}, {}, {"now", "oldest"}});
    visitor.option({"every", "How often", &every, false, 0.1});
    visitor.option({"batch", "How much", &batch, false, 1024, 1 << 30});
    visitor.option({"bitrate", "Bit rate", &bitrate, false, 1'000, 1'000'000});
    visitor.option({"keep", "How long", &keep});
  }
};

TEST(OptionReference, IsATableOfEveryOption) {
  Options options;
  OptionReference reference;
  options.describe(reference);
  EXPECT_EQ(reference.markdown(),
            "| option | type | default | range | sense |\n"
            "|---|---|---|---|---|\n"
            "| `url` | string | *required* |  | Where to |\n"
            "| `from` | string | `\"now\"` | \"now\" or \"oldest\" | Where to begin |\n"
            "| `every` | time | `\"1.5s\"` | at least 100ms | How often |\n"
            "| `batch` | size | `\"64MiB\"` | 1 KiB to 1 GiB | How much |\n"
            "| `bitrate` | whole number |  | 1,000 to 1,000,000 | Bit rate |\n"
            "| `keep` | list of strings | `[\"30d\", \"1\\|GiB\"]` |  | How long |\n");
}

TEST(OptionReference, IsAlignedOnATerminal) {
  Options options;
  bool flag = true;
  OptionReference reference;
  reference.option({"on", "Whether", &flag});
  reference.option({"from", "Where to begin", &options.from, false, {}, {}, {"now", "oldest"}});
  EXPECT_EQ(reference.plain(),
            "on    true or false  true   Whether\n"
            "from  string         \"now\"  Where to begin (\"now\" or \"oldest\")\n");
}

TEST(OptionReference, DefaultsAreExactlyWhatTheFileWouldSay) {
  Bytes size{8'000'000'000};
  Duration time = std::chrono::milliseconds(90'123);
  const auto shown = [](OptionTarget target) {
    OptionReference reference;
    reference.option({"x", "", target});
    return reference.plain();
  };
  EXPECT_NE(shown(&size).find("\"8GB\""), std::string::npos);
  EXPECT_NE(shown(&time).find("\"90123000000ns\""), std::string::npos);
}

TEST(OptionReference, ShowsThePlaceholdersOfATemplateAndTheFileOfASecret) {
  Template keys{"sensor:{signal}"};
  Secret password;
  OptionSpec spec{"keys", "Where", &keys};
  spec.placeholders = {"signal", "node"};
  spec.references = true;
  OptionReference reference;
  reference.option(spec);
  reference.option({"password", "of the user", &password});
  EXPECT_EQ(reference.markdown(),
            "| option | type | default | range | sense |\n"
            "|---|---|---|---|---|\n"
            "| `keys` | template | `\"sensor:{signal}\"` | {signal} {node} {Stream.field} | Where |\n"
            "| `password_file` | secret |  |  | Of the user |\n");
}

class QuietSink final : public SinkConfig {
 public:
  void describe(OptionVisitor& visitor) override { visitor.option({"fast", "Whether it hurries", &fast_}); }
  [[nodiscard]] std::unique_ptr<Sink> make() const override { return nullptr; }

 private:
  bool fast_ = true;
};

TEST(ReferenceText, TellsAllAboutOneComponent) {
  ComponentInfo info;
  info.kind = ComponentKind::sink;
  info.type = "quiet";
  info.summary = "Takes everything";
  info.sample = "[sink.quiet]\n";
  info.make_sink = []() -> std::unique_ptr<SinkConfig> { return std::make_unique<QuietSink>(); };
  EXPECT_EQ(
      reference_text(info),
      "sink quiet\nTakes everything\n\nfast  true or false  true  Whether it hurries\n\n[sink.quiet]\n");
  info.not_built = "libquiet";
  EXPECT_EQ(reference_text(info), "sink quiet\nnot built: libquiet\n");
}

}  // namespace
}  // namespace cantrail
