#include <algorithm>

#include "base/text.hpp"
#include "pipeline/config/expression_check.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

constexpr double kMostDigits = 15;
const ConfigInputs kNoInputs;

std::optional<SignalRange> range_of(const std::vector<double>& numbers) {
  return numbers.size() == 2 ? std::optional<SignalRange>({numbers[0], numbers[1]}) : std::nullopt;
}

bool is_range(const std::vector<double>& numbers) {
  return numbers.empty() || (numbers.size() == 2 && numbers[0] < numbers[1]);
}

// The keys of one signal.
struct SignalKeys {
  std::optional<std::string> from, expr;
  std::string unit;
  std::optional<std::int64_t> round;
  double offset = 0, factor = 1;
  std::vector<double> good, valid;

  void describe(OptionVisitor& visitor) {
    visitor.option({"from", "The field that it is: [channel:]Stream.field", &from});
    visitor.option({"expr", "What it is computed of", &expr});
    visitor.option({"unit", "Its unit", &unit});
    visitor.option({"round", "How many digits behind the point", &round, false, 0, kMostDigits});
    visitor.option({"offset", "What is added, after the factor", &offset});
    visitor.option({"factor", "What it is multiplied with", &factor});
    visitor.option({"good", "From where to where it is good, for display", &good});
    visitor.option({"valid", "What is outside counts as absent", &valid});
  }

  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> found;
    if (from && expr) found.emplace_back("expr: stands beside from; a signal is one of the two");
    if (!from && !expr) found.emplace_back("says neither from = \"Stream.field\" nor expr = \"…\"");
    if (factor == 0) found.emplace_back("factor: cannot be 0");
    if (!is_range(good)) found.emplace_back("good: is [low, high], as in [20, 28]");
    if (!is_range(valid)) found.emplace_back("valid: is [low, high], as in [-40, 85]");
    return found;
  }
};

void read_one(ConfigSections& sections, const ConfigEntry& entry, const std::vector<std::string>& names,
              NodeConfig& config) {
  const ConfigTable& table = *entry.value.table();
  SignalKeys keys;
  OptionReader reader(table, kNoInputs, "", sections.found);
  keys.describe(reader);
  reader.finish();
  if (!reader.failed("from") && !reader.failed("expr")) reader.problems(keys.problems());
  const std::string in = "' in [" + table.path + "]";
  if (keys.from) sections.mention({table.find("from")->value.where, "'from" + in, *keys.from, false});
  if (keys.expr) {
    const SourceLocation where = table.find("expr")->value.where;
    const ExpressionCheck check = check_expression(*keys.expr, names);
    if (!check.problem.empty()) sections.error(where, "'expr" + in + " " + check.problem);
    for (const std::string& field : check.fields) sections.mention({where, "'expr" + in, field, false});
  }
  config.signal.signals.push_back({entry.key, keys.from.value_or(""), keys.expr.value_or(""), keys.unit,
                                   keys.round, keys.offset, keys.factor, range_of(keys.good),
                                   range_of(keys.valid)});
}

}  // namespace

bool is_identifier(std::string_view text) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !text.empty() && is_letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9');
  });
}

void read_signals(ConfigSections& sections, NodeConfig& config) {
  sections.put_on_record({"signal", "Values under names of their own",
                          tables_called({.called = "NAME",
                                         .sense = "A value: a field under another name, or computed",
                                         .names = kIdentifier},
                                        {described<SignalKeys>()})});
  const ConfigTable& table = sections.claim("signal");
  std::vector<std::string> names;
  for (const ConfigEntry& entry : table.entries) names.push_back(entry.key);
  for (const ConfigEntry& entry : table.entries) {
    if (!is_identifier(entry.key)) {
      sections.error(entry.where,
                     "'" + printable(entry.key) + "' cannot be a signal's name: use letters, digits and '_'");
    } else if (entry.value.table() == nullptr) {
      sections.error(entry.value.where, "signal '" + entry.key + "' must be a table: " + entry.key +
                                            " = { from = \"Stream.field\" }");
    } else {
      read_one(sections, entry, names, config);
    }
  }
  sections.take_as_it_is(table);
}

}  // namespace cantrail
