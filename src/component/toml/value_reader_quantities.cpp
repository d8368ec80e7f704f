// The quantities of ValueReader: strings with units.
#include "base/rate.hpp"
#include "base/text.hpp"
#include "component/option_text.hpp"
#include "component/toml/quantity_advice.hpp"
#include "component/toml/value_reader.hpp"

namespace cantrail {
namespace {

std::string write_it(const std::string& advice) {
  return "write \"" + advice + "\"";
}

// What limits other stores, and not one that counts bytes alone.
bool is_other_limit(const std::string& text) {
  return text == "forever" || parse_duration(text).has_value() || text.ends_with("rows");
}

}  // namespace

bool ValueReader::assign(Duration* target, const ConfigValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) {
    return wrong(value, "needs a unit: write \"" + std::to_string(*number) + "s\" for seconds");
  }
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a time with its unit", "for instance \"10s\"");
  const auto duration = parse_duration(*text);
  if (!duration && is_too_long_duration(*text)) {
    return wrong(value, "is " + printable(*text) + ", which is too large: at most 290 years");
  }
  if (!duration) {
    const auto advice = advise_duration(*text);
    return wrong(value, "cannot be \"" + printable(*text) + "\": " +
                            (advice               ? write_it(*advice)
                             : parse_bytes(*text) ? "a time is wanted here, as in \"1h30m\""
                                                  : "units are ns us ms s m h d w, as in \"1h30m\""));
  }
  if (!in_range(value, static_cast<double>(duration->count()) / 1e9, seconds_text)) return false;
  *target = *duration;
  return true;
}

bool ValueReader::assign(Bytes* target, const ConfigValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) {
    return wrong(value, "needs a unit: write \"" + std::to_string(*number) + "B\", or KB, MiB, GB");
  }
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a size with its unit", "for instance \"64MiB\"");
  const auto bytes = parse_bytes(*text);
  if (bytes && std::string_view("0123456789.").find(text->back()) != std::string_view::npos) {
    return wrong(value, "needs a unit: write \"" + *text + "B\", or KB, MiB, GB");
  }
  if (!bytes && is_too_many_bytes(*text)) {
    return wrong(value, "is " + printable(*text) + ", which is too large: no disk is as large");
  }
  if (!bytes) {
    const auto advice = advise_bytes(*text);
    return wrong(value, "cannot be \"" + printable(*text) + "\": " +
                            (advice                  ? write_it(*advice)
                             : is_other_limit(*text) ? "only a size limits this, as in \"8GB\""
                                                     : "units are B KB MB GB TB KiB MiB GiB TiB"));
  }
  if (!in_range(value, static_cast<double>(*bytes), bytes_text)) return false;
  target->count = *bytes;
  return true;
}

bool ValueReader::assign(Rate* target, const ConfigValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) {
    return wrong(value, "needs a unit: write \"" + std::to_string(*number) + "/s\"");
  }
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a rate with its unit", "for instance \"1/s\"");
  const auto rate = parse_rate(*text);
  if (!rate) {
    const auto advice = advise_rate(*text);
    return wrong(value, "cannot be \"" + printable(*text) + "\": " +
                            (advice ? write_it(*advice) : R"(a rate is written "1/s", "10/min" or "6/h")"));
  }
  if (!in_range(value, *rate, format_rate)) return false;
  target->per_second = *rate;
  return true;
}

bool ValueReader::assign(Bandwidth* target, const ConfigValue& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) {
    return wrong(value, "needs a unit: write \"" + std::to_string(*number) + "B/s\", or KB/s, MiB/s");
  }
  const std::string* text = value.string();
  if (text == nullptr) return wrong_kind(value, "a bandwidth with its unit", "for instance \"50KB/s\"");
  const auto bytes = parse_bandwidth(*text);
  if (!bytes) {
    const auto advice = advise_bandwidth(*text);
    return wrong(value, "cannot be \"" + printable(*text) +
                            "\": " + (advice ? write_it(*advice) : R"(bytes a second are written "50KB/s")"));
  }
  if (!in_range(value, *bytes, bandwidth_text)) return false;
  target->bytes_per_second = *bytes;
  return true;
}

// One limit or a list of them.
bool ValueReader::assign(Keep* target, const ConfigValue& value) {
  std::vector<std::string> words;
  const auto* list = std::get_if<std::vector<ConfigValue>>(&value.value);
  const std::vector<ConfigValue> alone{value};
  for (const ConfigValue& element : list != nullptr ? *list : alone) {
    const std::string* word = element.string();
    if (word == nullptr) {
      return wrong_kind(element, "limits with their units", R"(for instance "30d" or ["30d", "8GB"])");
    }
    words.push_back(*word);
  }
  const Result<Keep> keep = parse_keep(words);
  if (!keep) {
    const auto advice = words.size() == 1 ? advise_bytes(words.front()) : std::nullopt;
    return wrong(value, advice ? "cannot be \"" + printable(words.front()) + "\": " + write_it(*advice)
                               : keep.fault().message);
  }
  *target = *keep;
  return true;
}

}  // namespace cantrail
