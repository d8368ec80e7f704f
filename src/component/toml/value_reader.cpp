#include "component/toml/value_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "base/file.hpp"
#include "base/text.hpp"
#include "component/option_text.hpp"

namespace cantrail {
namespace {

// What stands in quotes though it is a number or a truth.
bool is_bare_word(const std::string& text) {
  return text == "true" || text == "false" ||
         (!text.empty() && text.find_first_not_of("0123456789._-+") == std::string::npos);
}

std::string without_quotes(const ConfigValue& value) {
  const std::string* text = value.string();
  return text != nullptr && is_bare_word(*text) ? "write " + *text + " without quotes" : std::string{};
}

std::string as_number(const ConfigValue& value, const OptionSpec& spec) {
  std::string advice = without_quotes(value);
  return advice.empty() && !spec.example.empty() ? "for instance " + spec.name + " = " + spec.example
                                                 : advice;
}

}  // namespace

bool ValueReader::read(const ConfigValue& value) {
  return std::visit([&](auto* target) { return assign(target, value); }, spec_.target);
}

bool ValueReader::wrong(const ConfigValue& value, const std::string& message) {
  diagnostics_.push_back({Severity::error, value.where, subject_ + " " + message});
  return false;
}

bool ValueReader::wrong_kind(const ConfigValue& value, std::string_view wanted, const std::string& advice) {
  return wrong(value, "must be " + std::string(wanted) + ", not " + std::string(kind_of(value)) +
                          (advice.empty() ? "" : ": " + advice));
}

bool ValueReader::in_range(const ConfigValue& value, double number, std::string (*show)(double)) {
  const bool below = spec_.minimum && number < *spec_.minimum;
  const bool above = spec_.maximum && number > *spec_.maximum;
  if (!below && !above) return true;
  const std::string limits = range_text(spec_);
  return wrong(value, "is " + show(number) + ", which is too " + (below ? "small" : "large") + ": " + limits);
}

bool ValueReader::assign(bool* target, const ConfigValue& value) {
  const bool* flag = std::get_if<bool>(&value.value);
  if (flag == nullptr) return wrong_kind(value, "true or false", without_quotes(value));
  *target = *flag;
  return true;
}

bool ValueReader::assign(std::int64_t* target, const ConfigValue& value) {
  const auto* number = std::get_if<std::int64_t>(&value.value);
  if (number == nullptr) return wrong_kind(value, "a whole number", as_number(value, spec_));
  if (!in_range(value, static_cast<double>(*number), number_text)) return false;
  *target = *number;
  return true;
}

bool ValueReader::assign(double* target, const ConfigValue& value) {
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value.value)) {
    number = static_cast<double>(*whole);
  } else if (const auto* fraction = std::get_if<double>(&value.value)) {
    number = *fraction;
  } else {
    return wrong_kind(value, "a number", as_number(value, spec_));
  }
  if (!std::isfinite(number)) return wrong(value, "must be a finite number");
  if (!in_range(value, number, number_text)) return false;
  *target = number;
  return true;
}

bool ValueReader::assign(Point* target, const ConfigValue& value) {
  const auto* both = std::get_if<std::vector<ConfigValue>>(&value.value);
  if (both == nullptr || both->size() != 2) return wrong_kind(value, "pairs as in [[0, 0], [100, 4.5]]");
  return assign(&target->x, (*both)[0]) && assign(&target->y, (*both)[1]);
}

bool ValueReader::assign(std::string* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a string", "write it in quotes");
  if (!spec_.choices.empty() &&
      std::find(spec_.choices.begin(), spec_.choices.end(), *text) == spec_.choices.end()) {
    const auto near = nearest(*text, spec_.choices);
    return wrong(value, "cannot be \"" + printable(*text) + "\"" +
                            (near ? "; did you mean \"" + *near + "\"?" : ": it is " + choices_text(spec_)));
  }
  *target = *text;
  return true;
}

bool ValueReader::assign(Path* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a path", "write it in quotes");
  if (text->empty()) return wrong(value, "is empty: it must name a file");
  // "-" is standard input or output, wherever the file lies.
  target->value = folder_.empty() || *text == "-" ? *text : join_path(folder_, *text);
  return true;
}

// From the environment or a file of its own; what stands in the configuration itself never comes here.
bool ValueReader::assign(Secret* target, const ConfigValue& value) {
  const std::string* text = value.string();
  if (text == nullptr || text->empty()) return wrong(value, "is empty");
  target->value = *text;
  return true;
}

// A list, or one value that stands for a list of one.
template <class T>
bool ValueReader::assign(std::vector<T>* target, const ConfigValue& value) {
  std::vector<T> elements;
  bool good = true;
  const auto take = [&](const ConfigValue& element) {
    T one{};
    if (assign(&one, element)) {
      elements.push_back(std::move(one));
    } else {
      good = false;
      // Of files each is looked at, whatever is wrong with another: an empty path holds the place.
      if constexpr (std::is_same_v<T, Path>) elements.push_back({});
    }
  };
  if (const auto* list = std::get_if<std::vector<ConfigValue>>(&value.value)) {
    for (const ConfigValue& element : *list) take(element);
  } else {
    take(value);
  }
  if (good || std::is_same_v<T, Path>) *target = std::move(elements);
  return good;
}

template <class T>
bool ValueReader::assign(std::optional<T>* target, const ConfigValue& value) {
  T one{};
  if (!assign(&one, value)) return false;
  *target = one;
  return true;
}

}  // namespace cantrail
