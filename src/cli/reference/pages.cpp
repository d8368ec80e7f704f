#include "cli/reference/pages.hpp"

#include "component/reference.hpp"

namespace cantrail::cli {
namespace {

constexpr const char* kWritten = "<!-- Written by the program; `./dev reference` writes it again. -->\n\n";

std::string kind_of(const ComponentInfo& component) {
  return component.kind == ComponentKind::source ? "source" : "sink";
}

std::string page_name(const std::string& kind, const std::string& type) {
  return kind + "-" + type + ".md";
}

std::string keys_of(const LanguageTable& table) {
  if (!table.keys) return {};
  OptionReference reference;
  table.keys(reference);
  return reference.markdown() + "\n";
}

std::string ways_of(const LanguageEntries& entries) {
  std::string ways;
  const auto add = [&](bool is_one, const char* way) {
    if (is_one) ways += std::string(ways.empty() ? "" : " or ") + way;
  };
  add(entries.text, "a string");
  add(entries.whole_number, "a whole number");
  add(entries.nested, "a table of the same");
  return ways;
}

std::string types_of(const std::string& kind, const std::vector<LanguageType>& types) {
  std::string text = "Further keys are those of the `type`:\n\n| type | what it is |\n|---|---|\n";
  for (const LanguageType& type : types) {
    const std::string name = "`" + type.type + "`";
    text += type.not_built.empty()
                ? "| [" + name + "](" + page_name(kind, type.type) + ") | " + type.sense + " |\n"
                : "| " + name + " | not built: " + type.not_built + " |\n";
  }
  return text + "\n";
}

// A table and those in it, each under a heading that shows how it is written.
void append_table(std::string& text, const std::string& path, const std::string& sense,
                  const LanguageTable& table, const std::string& marks) {
  const bool is_holder = !table.keys && table.entries && table.entries->table;
  if (!is_holder) text += marks + " `[" + path + "]`\n";
  if (!is_holder) text += sense + ".\n\n" + keys_of(table);
  if (!table.types.empty()) text += types_of(path.substr(0, path.find('.')), table.types);
  if (!table.entries) return;
  const LanguageEntries& entries = *table.entries;
  if (entries.table) {
    const std::string inner = is_holder ? marks : marks + "#";
    append_table(text, path + "." + entries.called, is_holder ? sense : entries.sense, *entries.table, inner);
  } else {
    text += "`" + entries.called + " = …`: " + entries.sense + "; " + ways_of(entries) + ".\n\n";
  }
}

Page language_page(const Language& language) {
  std::string text = "# Configuration, key by key\n" + std::string(kWritten) +
                     "How values are written, what overrides what and what it is all for: "
                     "[the guide](../guide/configuration.md).\n\n";
  for (const LanguageSection& section : language) {
    if (section.name.empty()) {
      text += "## " + section.sense + "\n" + keys_of(section.table);
    } else {
      append_table(text, section.name, section.sense, section.table, "##");
    }
  }
  text.pop_back();
  return {"configuration.md", text};
}

Page component_page(const ComponentInfo& component) {
  const std::string kind = kind_of(component), type(component.type);
  OptionReference options;
  describe_options(component, options);
  return {page_name(kind, type),
          "# The " + kind + " `" + type + "`\n" + kWritten + std::string(component.summary) +
              ".\n\n```toml\n" + std::string(component.sample) + "```\n\n" + options.markdown() + "\nEvery " +
              kind + " has [these keys](configuration.md#" + kind +
              "name) as well. How it behaves: [README](../../src/" + kind + "s/" + type + "/README.md).\n"};
}

}  // namespace

std::vector<Page> reference_pages(const Language& language, std::span<const ComponentInfo> components) {
  std::vector<Page> pages{language_page(language)};
  for (const ComponentInfo& component : components) {
    if (component.not_built.empty()) pages.push_back(component_page(component));
  }
  return pages;
}

}  // namespace cantrail::cli
