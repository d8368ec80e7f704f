#include "component/toml/option_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"
#include "base/text.hpp"
#include "component/toml/value_reader.hpp"

namespace cantrail {
namespace {

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional<T>(value) : std::nullopt;
}

// A flag's or a variable's text has no quotes that would tell its type: the target does. What does not fit
// stays a string, and the value's reader says so.
ConfigValue typed(const OptionTarget& target, const std::string& text, const std::string& origin) {
  ConfigValue value{{origin, 0, 0}, text};
  std::string digits = text;
  std::erase(digits, '_');
  if (std::holds_alternative<bool*>(target)) {
    if (text == "true" || text == "1") value.value = true;
    if (text == "false" || text == "0") value.value = false;
  } else if (std::holds_alternative<std::int64_t*>(target) ||
             std::holds_alternative<std::optional<std::int64_t>*>(target)) {
    if (const auto number = parsed<std::int64_t>(digits)) value.value = *number;
  } else if (std::holds_alternative<double*>(target) ||
             std::holds_alternative<std::optional<double>*>(target)) {
    if (const auto number = parsed<double>(digits)) value.value = *number;
  }
  return value;
}

}  // namespace

std::string OptionReader::of_section() const {
  return table_.path.empty() ? " at the top of the file" : " in [" + table_.path + "]";
}

void OptionReader::option(const OptionSpec& spec) {
  known_.push_back(spec.name);
  if (read_override(spec)) return;
  if (const ConfigEntry* entry = table_.find(spec.name)) {
    const std::string subject = "'" + spec.name + "'" + of_section();
    ValueReader reader(spec, subject, parent_path(entry->where.file), diagnostics_);
    if (!reader.read(entry->value)) failed_.insert(spec.name);
  } else if (spec.required) {
    failed_.insert(spec.name);
    diagnostics_.push_back(
        {Severity::error, table_.where,
         "'" + spec.name + "' is missing" + of_section() +
             (spec.example.empty() ? "" : ": for instance " + spec.name + " = " + spec.example)});
  } else {
    settle_default(spec);
  }
}

bool OptionReader::read_override(const OptionSpec& spec) {
  const std::string flag = table_.path.empty() ? spec.name : table_.path + "." + spec.name;
  std::optional<ConfigValue> value;
  if (const auto given = inputs_.flags.find(flag); given != inputs_.flags.end()) {
    value = typed(spec.target, given->second, "--set " + flag);
  } else {
    const std::string variable = environment_name(table_.path, spec.name);
    if (const auto text = inputs_.environment(variable)) value = typed(spec.target, *text, variable);
  }
  if (!value) return false;
  ValueReader reader(spec, "'" + spec.name + "'" + of_section(), "", diagnostics_);
  if (!reader.read(*value)) failed_.insert(spec.name);
  return true;
}

void OptionReader::settle_default(const OptionSpec& spec) const {
  if (default_folder_.empty()) return;
  const auto settle = [&](Path& path) {
    if (!path.value.empty()) path.value = join_path(default_folder_, path.value);
  };
  if (const auto path = std::get_if<Path*>(&spec.target)) settle(**path);
  if (const auto paths = std::get_if<std::vector<Path>*>(&spec.target)) {
    std::for_each((*paths)->begin(), (*paths)->end(), settle);
  }
}

void OptionReader::finish() {
  for (const ConfigEntry& entry : table_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) == known_.end()) unknown(entry);
  }
}

void OptionReader::unknown(const ConfigEntry& entry) {
  std::string message = "unknown key '" + printable(entry.key) + "'" + of_section();
  if (std::find(known_.begin(), known_.end(), entry.key + "_file") != known_.end()) {
    message = "a secret does not belong into this file: put '" + entry.key + "'" + of_section() +
              " into a file of its own and name that with " + entry.key + "_file";
  } else if (const auto near = nearest(entry.key, known_)) {
    message += "; did you mean '" + *near + "'?";
  }
  diagnostics_.push_back({Severity::error, entry.where, std::move(message)});
}

void OptionReader::problems(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) {
    const std::string_view text = message;
    const std::string_view key = text.substr(0, std::min(text.find_first_of(": ="), text.size()));
    if (failed_.contains(key)) continue;
    const ConfigEntry* entry = table_.find(key);
    diagnostics_.push_back({Severity::error, entry != nullptr ? entry->value.where : table_.where,
                            "[" + table_.path + "] " + message});
  }
}

}  // namespace cantrail
