#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.hpp"
#include "pipeline/config/named_sections.hpp"

namespace cantrail {
namespace {

const ConfigInputs kNoInputs;  // a copy is no option of its own

// nullopt: reported.
std::optional<std::int64_t> number_of(ConfigSections& sections, const ConfigEntry& entry,
                                      const std::string& path) {
  std::int64_t number = 0;
  const char* end = entry.key.data() + entry.key.size();
  const auto [stop, error] = std::from_chars(entry.key.data(), end, number);
  if (error == std::errc{} && stop == end && number >= 0 && number <= kMostCopies) return number;
  sections.error(entry.where, "'" + printable(entry.key) + "' in [" + path +
                                  "] is no copy: those have numbers, as in 2 = { room = "
                                  "\"Flower front\", suffix = \"_f\" }");
  return std::nullopt;
}

std::optional<std::string> label_of(const ConfigValue& value) {
  if (const std::string* text = value.string()) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value.value)) return std::to_string(*number);
  return std::nullopt;
}

// Every copy has these; a second one of the name would be another's value in places that show one.
bool is_given_to_all(const std::string& label, const std::string& copies) {
  return label == dbc::kTypeLabel || label == copies;
}

Copy read_copy(ConfigSections& sections, const ConfigTable& table, const std::string& copies) {
  Copy copy;
  for (const ConfigEntry& entry : table.entries) {
    const auto text = label_of(entry.value);
    const std::string subject = "'" + printable(entry.key) + "' in [" + table.path + "]";
    if (!is_identifier(entry.key)) {
      sections.error(entry.where, subject + " cannot be a label: use letters, digits and '_'");
    } else if (!text) {
      sections.error(entry.value.where,
                     subject + " must be a string, not " + std::string(kind_of(entry.value)));
    } else if (entry.key == dbc::kSuffixLabel) {
      copy.suffix = *text;
    } else if (is_given_to_all(entry.key, copies)) {
      sections.error(entry.where, subject +
                                      " is a label that every copy has already: `type` is the message's "
                                      "name, `" +
                                      copies + "` the number of the copy; choose another name");
    } else {
      copy.labels.emplace_back(entry.key, *text);
      sections.add_label(entry.key);
    }
  }
  return copy;
}

void read_one(ConfigSections& sections, const ConfigTable& table, CopiesSection& section) {
  OptionReader reader(table, kNoInputs, "", sections.found);
  describe_copies(section, reader);
  const std::vector<std::string>& known = reader.known();
  std::set<std::string> suffixes;
  for (const ConfigEntry& entry : table.entries) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
    const auto number = number_of(sections, entry, table.path);
    if (!number) continue;
    if (entry.value.table() == nullptr) {
      sections.error(entry.value.where, "copy " + entry.key + " in [" + table.path +
                                            "] must be a table of labels, as in { room = \"Flower front\", "
                                            "suffix = \"_f\" }");
      continue;
    }
    Copy copy = read_copy(sections, *entry.value.table(), section.name);
    copy.number = *number;
    if (!copy.suffix.empty()) sections.add_label(std::string(dbc::kSuffixLabel));
    if (!suffixes.insert(copy.suffix).second) {
      sections.error(entry.where, "copy " + entry.key + " in [" + table.path + "] has the suffix \"" +
                                      printable(copy.suffix) +
                                      "\" of another: their signals would have the same names");
    }
    section.copies.push_back(std::move(copy));
  }
  if (section.copies.empty()) {
    sections.error(table.where,
                   "[" + table.path + "] has no copies: write 1 = { suffix = \"_a\" } and so on");
  }
}

}  // namespace

void read_copies(ConfigSections& sections, NodeConfig& config) {
  sections.put_on_record(copies_language());
  for (const ConfigEntry& entry : sections.claim("copies").entries) {
    const ConfigTable* table = entry.value.table();
    if (table == nullptr) {
      sections.error(entry.where,
                     "'" + printable(entry.key) +
                         "' stands in no section of copies: each has a name, write [copies.NAME]");
      continue;
    }
    CopiesSection section;
    section.name = entry.key;
    const ConfigEntry* step = table->find("step");
    section.where = step != nullptr ? step->value.where : entry.where;
    sections.add_label(std::string(dbc::kTypeLabel));
    sections.add_label(section.name);
    const std::size_t found_before = sections.found.size();
    read_one(sections, *table, section);
    sections.take_as_it_is(*table);
    // Of wrong ones the catalog would only say what follows from that.
    if (sections.found.size() == found_before) config.copies.push_back(std::move(section));
  }
}

}  // namespace cantrail
