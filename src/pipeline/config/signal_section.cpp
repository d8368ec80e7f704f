#include <algorithm>

#include "base/text.hpp"
#include "decode/derive/formulas.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

constexpr double kMostDigits = 15;
const ConfigInputs kNoInputs;

constexpr double kMostMaxAgeS = 3600;

std::optional<Band> band_of(const std::vector<double>& numbers) {
  return numbers.size() == 2 ? std::optional<Band>({numbers[0], numbers[1]}) : std::nullopt;
}

bool is_band(const std::vector<double>& numbers) {
  return numbers.empty() || (numbers.size() == 2 && numbers[0] < numbers[1]);
}

// The keys of one signal.
struct SignalKeys {
  std::optional<std::string> from, expr;
  std::string unit, comment;
  std::optional<std::int64_t> round;
  double offset = 0, factor = 1;
  std::vector<double> good, valid;
  std::vector<Point> table;
  std::vector<std::int64_t> absent;
  Duration max_age{derive::kDefaultMaxAgeNs};
  std::vector<std::string> copies;

  void describe(OptionVisitor& visitor) {
    visitor.option({"from", "The field that it is: [channel:]Stream.field", &from});
    visitor.option({"expr", "What it is computed of", &expr});
    visitor.option({"unit", "Its unit; that of the field if left out", &unit});
    visitor.option({"comment", "What it is", &comment});
    visitor.option({.name = "absent",
                    .sense = "Raw values of the field that say that there is no value",
                    .target = &absent,
                    .example = "0x7FFF"});
    visitor.option({.name = "table",
                    .sense = "What raw values mean: [raw, value], linear between them, absent outside",
                    .target = &table,
                    .example = "[[0, 0], [100, 4.5]]"});
    visitor.option({"factor", "What it is multiplied with", &factor});
    visitor.option({"offset", "What is added, after the factor", &offset});
    visitor.option({"round", "How many digits behind the point", &round, false, 0, kMostDigits});
    visitor.option({"valid", "What is outside counts as absent", &valid});
    visitor.option({"good", "From where to where it is good, for display", &good});
    visitor.option({"max_age", "How old the values of other streams may be that it is computed of", &max_age,
                    false, 0.001, kMostMaxAgeS});
    visitor.option({"copies", "Suffixes of the copies that it is made for, globs; all if left out", &copies});
  }

  [[nodiscard]] std::vector<std::string> problems() const {
    std::vector<std::string> found;
    if (from && expr) found.emplace_back("expr: stands beside from; a signal is one of the two");
    if (!from && !expr) found.emplace_back("says neither from = \"Stream.field\" nor expr = \"…\"");
    if (expr && !from && !absent.empty()) found.emplace_back("absent: is of a field; this is computed");
    if (factor == 0) found.emplace_back("factor: cannot be 0");
    if (!is_band(good)) found.emplace_back("good: is [low, high], as in [20, 28]");
    if (!is_band(valid)) found.emplace_back("valid: is [low, high], as in [-40, 85]");
    const auto step_back = std::adjacent_find(table.begin(), table.end(),
                                              [](const Point& a, const Point& b) { return b.x <= a.x; });
    if (table.size() == 1 || step_back != table.end()) {
      found.emplace_back("table: has two points or more, ascending by the first number");
    }
    return found;
  }

  [[nodiscard]] NamedSignal signal(const std::string& name) const {
    NamedSignal made;
    made.name = name;
    made.from = from.value_or("");
    made.expression = expr.value_or("");
    made.unit = unit;
    made.comment = comment;
    made.absent = absent;
    for (const Point& point : table) made.table.emplace_back(point.x, point.y);
    made.factor = factor;
    made.offset = offset;
    if (round) made.round = static_cast<int>(*round);
    made.valid = band_of(valid);
    made.good = band_of(good);
    made.max_age_ns = max_age.count();
    made.copies = copies;
    return made;
  }
};

void read_expression_of(ConfigSections& sections, const ConfigTable& table, const std::string& text,
                        const std::vector<std::string>& names) {
  const SourceLocation where = table.find("expr")->value.where;
  const std::string subject = "'expr' in [" + table.path + "]";
  const derive::ExpressionText read = derive::read_expression(text);
  if (!read.problem.empty()) return sections.error(where, subject + " " + read.problem);
  for (const std::string& operand : read.operands) {
    if (derive::is_field(operand)) {
      sections.mention({where, subject, operand, false, true});
    } else if (std::find(names.begin(), names.end(), operand) == names.end()) {
      const auto near = nearest(operand, names);
      sections.error(where,
                     subject + " names '" + printable(operand) + "', which is no signal" +
                         (near ? "; did you mean '" + *near + "'?" : ": a field is written Stream.field"));
    }
  }
}

void read_one(ConfigSections& sections, const ConfigEntry& entry, const std::vector<std::string>& names,
              NodeConfig& config) {
  const ConfigTable& table = *entry.value.table();
  SignalKeys keys;
  OptionReader reader(table, kNoInputs, "", sections.found);
  keys.describe(reader);
  reader.finish();
  if (!reader.failed("from") && !reader.failed("expr")) reader.problems(keys.problems());
  if (keys.from) {
    sections.mention(
        {table.find("from")->value.where, "'from' in [" + table.path + "]", *keys.from, false, true});
  }
  if (keys.expr) read_expression_of(sections, table, *keys.expr, names);
  config.signal.signals.push_back(keys.signal(entry.key));
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
  const std::size_t found_before = sections.found.size();
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
  if (sections.found.size() != found_before) return;
  // Each is right in itself: what is left is that one is computed of itself.
  const auto formulas = derive::read_formulas(config.signal.signals);
  if (!formulas) sections.error(table.where, formulas.fault().message);
}

}  // namespace cantrail
