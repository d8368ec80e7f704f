#include "pipeline/config/like.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kLongestChain = 32;

class Inheritance {
 public:
  Inheritance(const ConfigTable& sections, ComponentKind kind, Diagnostics& found)
      : sections_(sections), kind_(kind == ComponentKind::source ? "source" : "sink"), found_(found) {}

  // From the section to the one that is like no other. Empty: there is no such chain.
  std::vector<const ConfigEntry*> chain_of(const ConfigEntry& section) {
    std::vector<const ConfigEntry*> chain{&section};
    while (const ConfigEntry* like = chain.back()->value.table()->find("like")) {
      const std::string* name = like->value.string();
      const ConfigEntry* next = name != nullptr ? section_called(*name) : nullptr;
      const bool is_own = chain.size() == 1;  // what another section has wrong is said there
      if (next == nullptr) {
        if (is_own) unknown(*like);
        return {};
      }
      if (chain.size() == kLongestChain) {
        if (std::exchange(told_of_length_, true)) return {};
        found_.push_back({Severity::error, chain.front()->value.table()->find("like")->value.where,
                          "'like' goes through more than " + std::to_string(kLongestChain) + " sections"});
        return {};
      }
      const auto before = std::find(chain.begin(), chain.end(), next);
      if (before == chain.end()) {
        chain.push_back(next);
        continue;
      }
      if (before == chain.begin()) circle(chain);
      return {};
    }
    return chain;
  }

 private:
  [[nodiscard]] const ConfigEntry* section_called(const std::string& name) const {
    const ConfigEntry* entry = sections_.find(name);
    return entry != nullptr && entry->value.table() != nullptr ? entry : nullptr;
  }

  void unknown(const ConfigEntry& like) {
    const std::string* name = like.value.string();
    if (name == nullptr) return;  // said where it is read
    std::vector<std::string> names;
    for (const ConfigEntry& entry : sections_.entries) names.push_back(entry.key);
    const auto near = nearest(*name, names);
    found_.push_back({Severity::error, like.value.where,
                      "there is no [" + kind_ + "." + printable(*name) + "] to be like" +
                          (near ? "; did you mean [" + kind_ + "." + *near + "]?" : "")});
  }

  void circle(const std::vector<const ConfigEntry*>& chain) {
    std::string text;
    for (const ConfigEntry* section : chain) {
      if (!told_.insert(section->key).second) return;  // said at another section of the circle
      text += section->key + " → ";
    }
    const ConfigEntry* like = chain.front()->value.table()->find("like");
    found_.push_back(
        {Severity::error, like->value.where, "'like' goes round in a circle: " + text + chain.front()->key});
  }

  const ConfigTable& sections_;
  std::string kind_;
  Diagnostics& found_;
  std::set<std::string> told_;
  bool told_of_length_ = false;
};

ConfigTable inherited(const std::vector<const ConfigEntry*>& chain) {
  ConfigTable table = *chain.front()->value.table();
  for (const ConfigEntry* section : chain) {
    for (const ConfigEntry& entry : section->value.table()->entries) {
      if (table.find(entry.key) == nullptr) table.entries.push_back(entry);
    }
  }
  if (chain.size() > 1 && table.find("type") == nullptr) {
    const ConfigEntry& last = *chain.back();
    table.entries.push_back({"type", last.where, {last.where, last.key}});
  }
  return table;
}

}  // namespace

std::set<std::string, std::less<>> apply_like(ConfigTable& sections, ComponentKind kind, Diagnostics& found) {
  std::set<std::string, std::less<>> broken;
  std::map<std::string, ConfigTable> filled;
  Inheritance inheritance(sections, kind, found);
  for (const ConfigEntry& entry : sections.entries) {
    if (entry.value.table() == nullptr) continue;
    const auto chain = inheritance.chain_of(entry);
    if (chain.empty()) {
      broken.insert(entry.key);
    } else {
      filled.emplace(entry.key, inherited(chain));
    }
  }
  for (ConfigEntry& entry : sections.entries) {
    const auto table = filled.find(entry.key);
    if (table != filled.end()) {
      entry.value.value = std::make_shared<ConfigTable>(std::move(table->second));
    }
  }
  return broken;
}

}  // namespace cantrail
