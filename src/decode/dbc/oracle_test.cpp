// Decoded values against those of cantools, over all DBC files of the shared data: every value equal to the
// last bit, and for the frames that cantools refuses, what cantrail gives instead.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/oracle_rows.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/dbc/test_layouts.hpp"

namespace cantrail::dbc {
namespace {

using testing::NamedTexts;
using testing::OracleRow;

constexpr std::size_t kRowsInTheSharedData = 19749;  // without error, up to 64 bytes
constexpr std::string_view kSuffix = ".expected.jsonl.gz";

std::filesystem::path dbc_folder() {
  const char* const set = std::getenv("CANTRAIL_SHARED_DATA");
  return std::filesystem::path(set != nullptr ? set : CANTRAIL_SOURCE_DIR "/../shared/data") / "dbc";
}

std::vector<std::string> dbc_files_with_rows() {
  std::vector<std::string> paths;
  std::error_code missing;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dbc_folder(), missing)) {
    const std::string path = entry.path().string();
    if (path.ends_with(kSuffix)) paths.push_back(path.substr(0, path.size() - kSuffix.size()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

// One DBC, its rows that fit a frame, and what the decoder makes of them in one batch.
struct Decoded {
  Database database;
  std::vector<OracleRow> rows;
  std::shared_ptr<const DecodePlan> plan;
  std::vector<StreamBlock> blocks;

  explicit Decoded(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    auto parsed = parse(text, path);
    if (!parsed) throw std::runtime_error(parsed.fault().message);
    plan = DecodePlan::compile(parsed->database, parsed->diagnostics);
    database = std::move(parsed->database);
    rows = testing::read_oracle_rows(path + std::string(kSuffix));
    std::erase_if(rows, [](const OracleRow& row) { return row.data.size() > kMaxFrameBytes; });
    FrameBlock frames;
    for (const OracleRow& row : rows) {
      frames.append({WallTime{0}, row.id | (row.extended ? kIdExtended : 0), 0, 0,
                     static_cast<std::uint8_t>(row.data.size()), row.data});
    }
    Decoder decoder({ChannelPlan{{plan}, {0}}});
    EXPECT_EQ(decoder.decode(frames, blocks), 0U) << path;
  }

  // Calls use(row of the oracle, message, block, row of the block).
  template <class Use>
  void each(Use use) const {
    for (const StreamBlock& block : blocks) {
      for (std::size_t row = 0; row < block.rows(); ++row) {
        use(rows[block.frame()[row]], plan->messages()[block.stream()], block, row);
      }
    }
  }
};

bool is_integer_text(const std::string& text) {
  return text.find_first_not_of("-0123456789") == std::string::npos;
}

double to_double(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error("no number: " + text);
  return value;
}

bool same_double(double value, const std::string& text) {
  const double expected = to_double(text);
  if (std::isnan(expected)) return std::isnan(value);
  return is_integer_text(text)
             ? value == expected
             : std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(expected);
}

bool same_value(FieldType type, std::uint64_t word, const std::string& text) {
  if (type == FieldType::f64) return same_double(std::bit_cast<double>(word), text);
  const bool is_signed = type == FieldType::i64;
  if (is_integer_text(text)) {
    return text == (is_signed ? std::to_string(static_cast<std::int64_t>(word)) : std::to_string(word));
  }
  return to_double(text) ==
         (is_signed ? static_cast<double>(static_cast<std::int64_t>(word)) : static_cast<double>(word));
}

bool same_raw(const SignalPlan& signal, std::uint64_t word, const std::string& text) {
  if (signal.kind == ValueKind::float32) {
    return same_double(static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(word))), text);
  }
  if (signal.kind == ValueKind::float64) return same_double(std::bit_cast<double>(word), text);
  return text == (signal.is_signed ? std::to_string(static_cast<std::int64_t>(word)) : std::to_string(word));
}

const std::string* find(const NamedTexts& texts, const std::string& name) {
  const auto at =
      std::find_if(texts.begin(), texts.end(), [&name](const auto& text) { return text.first == name; });
  return at == texts.end() ? nullptr : &at->second;
}

// What a J1939 signal says where it has no value, from cantools' raw value and the table of SAE J1939-71.
std::optional<Quality> reserved_quality(const MessagePlan& message, std::size_t field,
                                        const std::string& raw) {
  const SignalPlan& signal = message.signals[field];
  const bool selects = message.row->fields[field].layout->is_selector;
  if (!message.j1939() || selects || signal.is_signed || signal.length_bits < 2) return std::nullopt;
  const std::uint64_t value = std::stoull(raw);
  const std::uint64_t all = signal.length_bits == 64 ? ~0ULL : (1ULL << signal.length_bits) - 1;
  if (signal.length_bits == 2) {
    if (value == 3) return Quality::not_available;
    return value == 2 ? std::optional(Quality::error) : std::nullopt;
  }
  if (signal.length_bits % 8 != 0 || signal.length_bits > 32) {
    return value == all ? std::optional(Quality::not_available) : std::nullopt;
  }
  const std::uint64_t top = value >> (signal.length_bits - 8);
  if (top == 0xFF) return Quality::not_available;
  return top == 0xFE ? std::optional(Quality::error) : std::nullopt;
}

void expect_equal(const OracleRow& expected, const MessagePlan& message, const StreamBlock& block,
                  std::size_t row) {
  std::size_t present = 0;
  for (std::size_t field = 0; field < message.signals.size(); ++field) {
    const std::string& name = message.row->fields[field].name;
    const std::string* const physical = find(expected.physical, name);
    const std::string* const raw = find(expected.raw, name);
    if (raw != nullptr) {
      if (const auto quality = reserved_quality(message, field, *raw)) {
        ++present;
        EXPECT_FALSE(block.valid(field, row)) << name;
        EXPECT_EQ(block.quality(field, row), *quality) << name;
        continue;
      }
    }
    EXPECT_EQ(block.valid(field, row), physical != nullptr) << name;
    if (!block.valid(field, row) || physical == nullptr || raw == nullptr) continue;
    ++present;
    EXPECT_TRUE(same_value(message.signals[field].type, block.word(field, row), *physical))
        << name << " should be " << *physical;
    EXPECT_TRUE(same_raw(message.signals[field], raw_word(message, field, expected.data).value(), *raw))
        << name << " raw should be " << *raw;
  }
  EXPECT_EQ(present, expected.physical.size());
}

TEST(DecoderOracle, DecodesEveryRowLikeCantools) {
  const std::vector<std::string> paths = dbc_files_with_rows();
  if (paths.empty()) GTEST_SKIP() << "no shared data at " << dbc_folder();
  std::size_t compared = 0;
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    Decoded(path).each([&](const OracleRow& expected, const MessagePlan& message, const StreamBlock& block,
                           std::size_t row) {
      if (!expected.error.empty()) return;
      SCOPED_TRACE(expected.message);
      expect_equal(expected, message, block, row);
      ++compared;
    });
  }
  EXPECT_GE(compared, kRowsInTheSharedData);
}

// Each selector of the message that is there has a value that switches nothing on, or switches on all it
// should.
bool some_selector_selects_nothing(const MessagePlan& message, const StreamBlock& block, std::size_t row) {
  std::map<std::size_t, bool> selects;
  for (std::size_t field = 0; field < message.signals.size(); ++field) {
    const auto selector = message.signals[field].selector;
    if (!selector || !block.valid(*selector, row)) continue;
    selects[*selector] = selects[*selector] || block.valid(field, row);
  }
  return std::any_of(selects.begin(), selects.end(), [](const auto& one) { return !one.second; });
}

// Two fields that are present in the row share a bit.
bool some_overlap(const Message& message, const MessagePlan& plan, const StreamBlock& block,
                  std::size_t row) {
  std::set<std::uint32_t> taken;
  for (std::size_t field = 0; field < plan.signals.size(); ++field) {
    if (!block.valid(field, row)) continue;
    for (const std::uint32_t bit : testing::bits_of(*message.signal(plan.row->fields[field].name))) {
      if (!taken.insert(bit).second) return true;
    }
  }
  return false;
}

// What is inside and selected is there, with the bits that the definition says.
void expect_all_that_is_there(const OracleRow& refused, const Message& message, const MessagePlan& plan,
                              const StreamBlock& block, std::size_t row) {
  for (std::size_t field = 0; field < plan.signals.size(); ++field) {
    const Signal& signal = *message.signal(plan.row->fields[field].name);
    const bool present = testing::naive_present(message, signal, refused.data);
    if (present) {
      const std::uint64_t raw = testing::naive_bits(signal, refused.data);
      if (const auto quality = reserved_quality(plan, field, std::to_string(raw))) {
        EXPECT_FALSE(block.valid(field, row)) << signal.name;
        EXPECT_EQ(block.quality(field, row), *quality) << signal.name;
        continue;
      }
    }
    EXPECT_EQ(block.valid(field, row), present) << signal.name;
    if (!present) continue;
    const std::uint64_t bits = testing::naive_bits(signal, refused.data);
    const auto raw = static_cast<std::uint64_t>(testing::naive_integer(signal, bits));
    EXPECT_EQ(raw_word(plan, field, refused.data), signal.kind == ValueKind::integer ? raw : bits)
        << signal.name;
  }
}

TEST(DecoderOracle, GivesWhatIsThereWhereCantoolsRefuses) {
  const std::vector<std::string> paths = dbc_files_with_rows();
  if (paths.empty()) GTEST_SKIP() << "no shared data at " << dbc_folder();
  std::size_t overlapping = 0, behind = 0, unselected = 0;
  for (const std::string& path : paths) {
    SCOPED_TRACE(path);
    const Decoded decoded(path);
    decoded.each([&](const OracleRow& refused, const MessagePlan& plan, const StreamBlock& block,
                     std::size_t row) {
      if (refused.error.empty()) return;
      SCOPED_TRACE(refused.message);
      const Message& message = *decoded.database.message(plan.id & kIdExtendedMask, refused.extended);
      expect_all_that_is_there(refused, message, plan, block, row);
      if (refused.error.find("expected multiplexer id") != std::string::npos) {
        ++unselected;
        EXPECT_TRUE(some_selector_selects_nothing(plan, block, row));
        return;
      }
      EXPECT_NE(refused.error.find("unpacking failed"), std::string::npos) << refused.error;
      const bool overlaps = some_overlap(message, plan, block, row);
      const bool is_behind =
          std::any_of(plan.signals.begin(), plan.signals.end(),
                      [&](const SignalPlan& signal) { return signal.needed_bytes > refused.data.size(); });
      EXPECT_TRUE(overlaps || is_behind);
      overlapping += overlaps ? 1 : 0;
      behind += is_behind ? 1 : 0;
    });
  }
  EXPECT_GT(overlapping + behind, 900U);
  EXPECT_GT(unselected, 150U);
  RecordProperty("overlapping", static_cast<int>(overlapping));
  RecordProperty("behind", static_cast<int>(behind));
  RecordProperty("unselected", static_cast<int>(unselected));
}

}  // namespace
}  // namespace cantrail::dbc
