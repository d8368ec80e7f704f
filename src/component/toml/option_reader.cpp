#include "component/toml/option_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/file.hpp"
#include "base/text.hpp"
#include "component/option_text.hpp"
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
ConfigValue typed(const OptionTarget& target, const GivenValue& given) {
  const std::string& text = given.text;
  ConfigValue value{given.where, text};
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

// A flag and a variable have no lines.
std::string origin_of(const SourceLocation& where) {
  if (where.line != 0) return where.file + ":" + std::to_string(where.line);
  return (where.file.starts_with("--") ? "flag " : "environment ") + where.file;
}

std::string_view leading_option(std::string_view message) {
  return message.substr(0, std::min(message.find_first_of(": ="), message.size()));
}

std::string OptionReader::of_section() const {
  return table_.path.empty() ? " at the top of the file" : " in [" + table_.path + "]";
}

void OptionReader::option(const OptionSpec& spec) {
  if (std::holds_alternative<Secret*>(spec.target)) {
    read_secret(spec);
  } else {
    known_.push_back(spec.name);
    read_option(spec);
  }
}

void OptionReader::read_option(const OptionSpec& spec) {
  if (const auto value = given(spec)) {
    // What a line of a file says starts from that file, what flags and variables say from the process.
    const std::string folder = value->where.line != 0 ? parent_path(value->where.file) : "";
    take(spec, typed(spec.target, *value), folder);
    note(spec, origin_of(value->where));
  } else if (const ConfigEntry* entry = table_.find(spec.name)) {
    take(spec, entry->value, parent_path(entry->where.file));
    note(spec, origin_of(entry->value.where));
  } else if (spec.required) {
    missing(spec);
  } else {
    settle_default(spec);
    note(spec, "default");
  }
}

void OptionReader::missing(const OptionSpec& spec) {
  failed_.insert(spec.name);
  diagnostics_.push_back(
      {Severity::error, table_.where,
       "'" + spec.name + "' is missing" + of_section() +
           (spec.example.empty() ? "" : ": for instance " + spec.name + " = " + spec.example)});
}

void OptionReader::take(const OptionSpec& spec, const ConfigValue& value, const std::string& folder) {
  ValueReader reader(spec, "'" + spec.name + "'" + of_section(), folder, diagnostics_, &mentions_, labels_);
  if (!reader.read(value)) failed_.insert(spec.name);
}

void OptionReader::note(const OptionSpec& spec, std::string origin) {
  const auto path = std::get_if<Path*>(&spec.target);
  if (path != nullptr && (*path)->value.empty()) return;  // none
  std::string toml = value_text(spec);
  if (!toml.empty()) values_.push_back({spec.name, std::move(toml), std::move(origin)});
}

std::optional<GivenValue> OptionReader::flag(const std::string& key) const {
  const std::string name = table_.path.empty() ? key : table_.path + "." + key;
  const auto found = inputs_.flags.find(name);
  if (found == inputs_.flags.end()) return std::nullopt;
  return GivenValue{found->second, {"--set " + name, 0, 0}};
}

std::optional<GivenValue> OptionReader::variable(const std::string& key) const {
  const std::string name = environment_name(table_.path, key);
  const auto text = inputs_.environment(name);
  return text ? std::optional<GivenValue>({*text, {name, 0, 0}}) : std::nullopt;
}

std::optional<GivenValue> OptionReader::given(const OptionSpec& spec) const {
  if (auto value = flag(spec.name)) return value;
  if (auto value = variable(spec.name)) return value;
  if (!more_) return std::nullopt;
  std::string otherwise;
  if (const auto text = std::get_if<std::string*>(&spec.target)) otherwise = **text;
  const ConfigEntry* entry = table_.find(spec.name);
  if (entry != nullptr && entry->value.string() != nullptr) otherwise = *entry->value.string();
  return more_(spec.name, otherwise);
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
  if (secrets_.contains(entry.key)) return inline_secret(entry);
  std::string message = "unknown key '" + printable(entry.key) + "'" + of_section();
  if (const auto near = nearest(entry.key, known_)) {
    message += "; did you mean '" + *near + "'?";
  }
  diagnostics_.push_back({Severity::error, entry.where, std::move(message)});
}

void OptionReader::problems(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) {
    const std::string_view key = leading_option(message);
    if (failed_.contains(key)) continue;
    const ConfigEntry* entry = table_.find(key);
    diagnostics_.push_back({Severity::error, entry != nullptr ? entry->value.where : table_.where,
                            "[" + table_.path + "] " + message});
  }
}

}  // namespace cantrail
