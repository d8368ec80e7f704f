#include "component/toml/config_document.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
// Not every input keeps what the library asserts ("[" at the end of a line); without, it reports the error.
#define TOML_ASSERT(expr) static_assert(true)
#include <algorithm>
#include <cstdio>

#include <toml++/toml.h>

#include "base/text.hpp"
#include "component/toml/obstacle.hpp"

namespace cantrail {
namespace {

// The library's tree, which sorts its keys, as tables in the file's order.
class Converter {
 public:
  Converter(std::string_view text, const std::string& file) : lines_(split(text, '\n')), file_(file) {}

  // The library counts characters, cantrail bytes.
  [[nodiscard]] SourceLocation location(const toml::source_position& position) const {
    std::uint32_t column = position.column;
    if (position.line != 0 && position.line <= lines_.size()) {
      std::uint32_t characters = 0;
      column = 1;
      for (const char byte : lines_[position.line - 1]) {
        if ((static_cast<unsigned char>(byte) & 0xC0) != 0x80 && ++characters == position.column) break;
        ++column;
      }
      if (characters < position.column) column += position.column - characters - 1;
    }
    return {file_, position.line, column};
  }

  [[nodiscard]] ConfigTable table(const toml::table& from, std::string path) const {
    ConfigTable table{std::move(path), location(from.source().begin), {}};
    for (const auto& [key, node] : from) {
      const std::string name(key.str());
      const std::string below = table.path.empty() ? name : table.path + "." + name;
      table.entries.push_back({name, location(key.source().begin), value(node, below)});
    }
    std::stable_sort(table.entries.begin(), table.entries.end(), [](const auto& a, const auto& b) {
      return std::pair(a.where.line, a.where.column) < std::pair(b.where.line, b.where.column);
    });
    return table;
  }

 private:
  [[nodiscard]] ConfigValue value(const toml::node& node, const std::string& path) const {
    ConfigValue result{location(node.source().begin), ConfigDate{}};
    if (const auto* flag = node.as_boolean()) {
      result.value = flag->get();
    } else if (const auto* integer = node.as_integer()) {
      result.value = integer->get();
    } else if (const auto* number = node.as_floating_point()) {
      result.value = number->get();
    } else if (const auto* text = node.as_string()) {
      result.value = text->get();
    } else if (const auto* array = node.as_array()) {
      std::vector<ConfigValue> elements;
      for (const toml::node& element : *array) elements.push_back(value(element, path));
      result.value = std::move(elements);
    } else if (const auto* inner = node.as_table()) {
      result.value = std::make_shared<ConfigTable>(table(*inner, path));
    }
    return result;
  }

  std::vector<std::string_view> lines_;
  const std::string& file_;
};

SourceLocation place_of(std::string_view text, std::size_t offset, const std::string& file) {
  const std::string_view before = text.substr(0, offset);
  const auto line = static_cast<std::uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  return {file, line, static_cast<std::uint32_t>(offset - (before.rfind('\n') + 1)) + 1};
}

// The character at the front and its number, since many look like a space or like quotes.
std::string named_character(std::string_view text) {
  const std::size_t length = utf8_length(text);
  if (length == 0) return "the byte " + printable(text.substr(0, 1)) + ", which is no UTF-8,";
  std::uint32_t code = static_cast<unsigned char>(text.front()) & (0xFFU >> (length + 1));
  for (const char next : text.substr(1, length - 1))
    code = code << 6U | (static_cast<unsigned char>(next) & 0x3FU);
  char number[16];
  std::snprintf(number, sizeof number, "U+%04X", static_cast<unsigned>(code));
  return '"' + std::string(text.substr(0, length)) + "\" (" + number + ")";
}

std::string message_of(const TomlObstacle& obstacle, std::string_view text) {
  if (obstacle.kind == TomlObstacle::Kind::too_deep) {
    return "nests deeper than " + std::to_string(kDeepestNesting) + " levels, dots of keys counted as well";
  }
  return "no valid TOML: " + named_character(text.substr(obstacle.at)) +
         " can only stand in a comment or between quotes (\"…\" or '…'), in keys and names of sections too";
}

// What people most often forget, in their words.
std::string advice_on(std::string_view description) {
  return description.find("could not determine value type") != std::string_view::npos
             ? "; text is written in quotes: key = \"value\""
             : "";
}

}  // namespace

ConfigDocument parse_config(std::string_view text, const std::string& file) {
  ConfigDocument document;
  if (const auto obstacle = find_obstacle(text)) {
    document.root.where.file = file;
    document.diagnostics.push_back(
        {Severity::error, place_of(text, obstacle->at, file), message_of(*obstacle, text)});
    return document;
  }
  const Converter converter(text, file);
  const toml::parse_result parsed = toml::parse(text, file);
  if (!parsed) {
    document.root.where.file = file;
    document.diagnostics.push_back({Severity::error, converter.location(parsed.error().source().begin),
                                    "no valid TOML: " + std::string(parsed.error().description()) +
                                        advice_on(parsed.error().description())});
    return document;
  }
  document.root = converter.table(parsed.table(), "");
  return document;
}

}  // namespace cantrail
