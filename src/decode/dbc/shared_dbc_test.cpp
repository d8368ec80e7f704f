// The parser over DBC files in daily use, against what an independent implementation counted in them.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>

#include "decode/dbc/aliases.hpp"
#include "decode/dbc/decoder.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/dbc/plan.hpp"
#include "sanitized.hpp"
#include "shared_data.hpp"

namespace cantrail::dbc {
namespace {

struct SharedFile {
  std::string path;
  bool refused_elsewhere = false;
  bool loads_elsewhere = false;
  int messages = -1, signals = -1;
};

std::string text_field(const std::string& line, const std::string& name) {
  std::smatch match;
  return std::regex_search(line, match, std::regex("\"" + name + "\": \"([^\"]*)\"")) ? match[1].str() : "";
}

int number_field(const std::string& line, const std::string& name) {
  std::smatch match;
  return std::regex_search(line, match, std::regex("\"" + name + "\": (\\d+)")) ? std::stoi(match[1]) : -1;
}

std::vector<SharedFile> shared_files(const std::string& root) {
  std::vector<SharedFile> files;
  std::ifstream manifest(root + "/dbc/manifest.jsonl");
  for (std::string line; std::getline(manifest, line);) {
    const std::string status = text_field(line, "cantools");
    files.push_back({root + "/" + text_field(line, "path"), status == "rejects", status == "loads",
                     number_field(line, "messages"), number_field(line, "signals")});
  }
  return files;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class SharedDbc : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto root = shared_data();
    if (!root) GTEST_SKIP() << "no shared data (CANTRAIL_SHARED_DATA)";
    files_ = shared_files(*root);
    ASSERT_GT(files_.size(), 100u);
  }
  std::vector<SharedFile> files_;
};

int signals_in(const Database& database) {
  std::size_t count = 0;
  for (const Message& message : database.messages) count += message.signals.size();
  return static_cast<int>(count);
}

TEST_F(SharedDbc, LoadsEveryFileWithAllMessagesAndSignals) {
  for (const SharedFile& file : files_) {
    const auto result = parse(bytes_of(file.path), file.path);
    ASSERT_TRUE(result.ok()) << result.fault().message;
    if (file.messages < 0) continue;
    EXPECT_EQ(result->database.messages.size(), static_cast<std::size_t>(file.messages)) << file.path;
    EXPECT_EQ(signals_in(result->database), file.signals) << file.path;
  }
}

// Every line that looks like a message or a signal is there by name and in order, or has a warning.
TEST_F(SharedDbc, FilesThatOthersRefuseLoseNothingWithoutAWarning) {
  // A shelf of Vector's tools, no message.
  const std::string shelf = "VECTOR__INDEPENDENT_SIG_MSG";
  const std::regex message_line(R"(^\s*BO_\s+(\d+)\s+(\w+)\s*:)");
  const std::regex signal_line(R"(^\s*SG_\s+(\w+)[\s\w]*:)");
  int refused = 0;
  for (const SharedFile& file : files_) {
    if (!file.refused_elsewhere) continue;
    ++refused;
    const auto result = parse(bytes_of(file.path), file.path);
    ASSERT_TRUE(result.ok());
    EXPECT_FALSE(result->diagnostics.empty()) << file.path;
    std::vector<std::string> expected, found;
    std::ifstream text(file.path);
    bool on_shelf = false;
    for (std::string line; std::getline(text, line);) {
      std::smatch match;
      const bool message = std::regex_search(line, match, message_line);
      if (message) on_shelf = match[2] == shelf;
      if (on_shelf) continue;
      if (message) expected.push_back("BO_ " + match[2].str());
      if (std::regex_search(line, match, signal_line)) expected.push_back("SG_ " + match[1].str());
    }
    for (const Message& message : result->database.messages) {
      found.push_back("BO_ " + message.name);
      for (const Signal& signal : message.signals) found.push_back("SG_ " + signal.name);
    }
    for (const Diagnostic& warning : result->diagnostics) {
      EXPECT_FALSE(warning.message.starts_with("SG_ left out") || warning.message.starts_with("BO_ left out"))
          << to_string(warning);
    }
    EXPECT_EQ(found, expected) << file.path;
  }
  EXPECT_EQ(refused, 21);
}

TEST_F(SharedDbc, SoundFilesLeaveHardlyAWarning) {
  std::size_t warnings = 0;
  for (const SharedFile& file : files_) {
    if (!file.loads_elsewhere) continue;
    const auto result = parse(bytes_of(file.path), file.path);
    ASSERT_TRUE(result.ok());
    for (const Diagnostic& warning : result->diagnostics) {
      ++warnings;
      const bool deserved = warning.message.find(" refers to signal ") != std::string::npos ||
                            warning.message.starts_with("';' is missing");
      EXPECT_TRUE(deserved) << to_string(warning);
    }
  }
  EXPECT_LE(warnings, 8u);
}

// Lines of a gzip file.
std::vector<std::string> unzipped_lines(const std::string& path) {
  std::vector<std::string> lines;
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return lines;
  std::string text;
  char part[65536];
  for (int read = 0; (read = gzread(file, part, sizeof part)) > 0;)
    text.append(part, static_cast<std::size_t>(read));
  gzclose(file);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1) {
    lines.push_back(text.substr(at, end - at));
  }
  return lines;
}

// "raw" or "phys" of a row: name and number as written.
std::map<std::string, std::string> numbers_of(const std::string& row, const std::string& what) {
  std::map<std::string, std::string> numbers;
  const std::size_t open = row.find("\"" + what + "\": {");
  if (open == std::string::npos) return numbers;
  const std::string body = row.substr(open, row.find('}', open) - open);
  static const std::regex entry(R"re("(\w+)": ("?[-+.\w]+"?))re");
  for (std::sregex_iterator it(body.begin(), body.end(), entry), end; it != end; ++it)
    numbers[(*it)[1]] = (*it)[2];
  return numbers;
}

bool is_integer(const std::string& number) {
  return number.find_first_not_of("-0123456789") == std::string::npos;
}

TEST_F(SharedDbc, ScalesAreIntegralWhereTheOracleGivesIntegers) {
  int compared = 0;
  for (const SharedFile& file : files_) {
    const auto rows = unzipped_lines(file.path + ".expected.jsonl.gz");
    if (rows.empty()) continue;
    const auto result = parse(bytes_of(file.path), file.path);
    ASSERT_TRUE(result.ok());
    for (std::size_t i = 0; i < rows.size(); i += kOneRoundIn) {
      const std::string& row = rows[i];
      const bool extended = row.find("\"ext\": true") != std::string::npos;
      const auto* const message =
          result->database.message(static_cast<std::uint32_t>(number_field(row, "id")), extended);
      if (message == nullptr) continue;
      const auto raw = numbers_of(row, "raw");
      for (const auto& [name, physical] : numbers_of(row, "phys")) {
        const Signal* const signal = message->signal(name);
        if (signal == nullptr || !is_integer(raw.at(name))) continue;
        ++compared;
        EXPECT_EQ(signal->integral_scale, is_integer(physical))
            << file.path << " " << name << " " << physical;
      }
    }
  }
  EXPECT_GT(compared, 80'000 / static_cast<int>(kOneRoundIn));
}

// All names that are the only one of their kind, each replaced by a number.
std::vector<NameAlias> aliases_of_all(const Database& database) {
  std::vector<NameAlias> aliases;
  std::map<std::string, int> messages;
  for (const Message& message : database.messages) ++messages[message.name];
  for (std::size_t m = 0; m < database.messages.size(); ++m) {
    const Message& message = database.messages[m];
    if (messages[message.name] > 1) continue;
    const std::string known = "m_" + std::to_string(m);
    aliases.push_back({known, message.name});
    for (std::size_t s = 0; s < message.signals.size(); ++s) {
      aliases.push_back({known + ".s_" + std::to_string(s), message.name + "." + message.signals[s].name});
    }
  }
  return aliases;
}

// Without what is called otherwise.
RowSchema nameless(RowSchema row) {
  row.name.clear();
  for (FieldSchema& field : row.fields) {
    field.name.clear();
    if (field.layout) field.layout->selector.clear();
  }
  return row;
}

std::vector<StreamBlock> decoded(const std::shared_ptr<const DecodePlan>& plan) {
  Decoder decoder({ChannelPlan{{plan}, {0}}});
  FrameBlock frames;
  std::uint64_t state = 1;
  for (int round = 0; round < 3; ++round) {
    for (const MessagePlan& message : plan->messages()) {
      std::vector<std::uint8_t> data(8);
      for (std::uint8_t& byte : data) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        byte = static_cast<std::uint8_t>(state >> 56U);
      }
      if (round > 0) data[0] = static_cast<std::uint8_t>(round);  // selectors often are small
      frames.append({WallTime{round}, message.id, 0, 0, 8, data});
    }
  }
  std::vector<StreamBlock> blocks;
  decoder.decode(frames, blocks);
  return blocks;
}

TEST_F(SharedDbc, DecodesTheSameValuesUnderOtherNames) {
  std::size_t values = 0, selected = 0;
  for (const SharedFile& file : files_) {
    const auto result = parse(bytes_of(file.path), file.path);
    ASSERT_TRUE(result.ok());
    Database renamed = result->database;
    Diagnostics told, ignored;
    apply_names(renamed, {}, aliases_of_all(renamed), told);
    for (const Diagnostic& one : told) {
      EXPECT_NE(one.message.find("several signals"), std::string::npos) << to_string(one);
    }
    const auto before = DecodePlan::compile(result->database, ignored);
    const auto after = DecodePlan::compile(renamed, ignored);
    ASSERT_EQ(before->messages().size(), after->messages().size()) << file.path;
    for (std::size_t m = 0; m < before->messages().size(); ++m) {
      const MessagePlan &one = before->messages()[m], &other = after->messages()[m];
      EXPECT_EQ(nameless(*one.row), nameless(*other.row)) << file.path << " " << one.row->name;
      for (std::size_t s = 0; s < one.signals.size(); ++s) {
        EXPECT_EQ(one.signals[s].selector, other.signals[s].selector) << file.path << " " << one.row->name;
        if (!one.signals[s].selector) continue;
        ++selected;
        const std::string& selector = other.row->fields[*other.signals[s].selector].name;
        EXPECT_EQ(other.row->fields[s].layout->selector, selector) << file.path << " " << one.row->name;
      }
    }
    const auto was = decoded(before), is = decoded(after);
    ASSERT_EQ(was.size(), is.size()) << file.path;
    for (std::size_t b = 0; b < was.size(); ++b) {
      ASSERT_EQ(was[b].rows(), is[b].rows());
      for (std::size_t field = 0; field < was[b].fields(); ++field) {
        for (std::size_t row = 0; row < was[b].rows(); ++row, ++values) {
          ASSERT_EQ(was[b].valid(field, row), is[b].valid(field, row)) << file.path;
          if (!was[b].valid(field, row)) continue;
          ASSERT_EQ(was[b].word(field, row), is[b].word(field, row)) << file.path;
        }
      }
    }
  }
  EXPECT_GT(values, 100'000U);
  EXPECT_GT(selected, 500U);
}

}  // namespace
}  // namespace cantrail::dbc
