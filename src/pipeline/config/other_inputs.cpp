#include "pipeline/config/other_inputs.hpp"

#include <algorithm>

namespace cantrail {
namespace {

// Whether the variable is about sections of that kind and type at all.
bool concerns(const ReplacedName& name, const SectionIdentity& section) {
  if (name.type.empty()) return section.path == name.section;
  return section.path.starts_with(std::string(name.section) + ".") && section.type == name.type;
}

bool is_cloud(const SectionIdentity& section) {
  return section.path.find("cloud", section.path.find('.')) != std::string::npos;
}

bool fits(const ReplacedName& name, const SectionIdentity& section) {
  return concerns(name, section) && name.of_cloud == is_cloud(section);
}

std::optional<GivenValue> with_conversion(const ReplacedName& name, std::optional<GivenValue> given,
                                          const std::string& otherwise) {
  // An empty variable is how a container's description leaves one out.
  if (!given || given->text.empty()) return std::nullopt;
  given->text = converted(name.conversion, given->text, otherwise);
  return given;
}

// A section's own env_file is about that section, whatever its name; where it has both kinds, the fitting
// one.
std::optional<GivenValue> from_own(const EnvFile& own, const SectionIdentity& section, const std::string& key,
                                   const std::string& otherwise) {
  std::optional<GivenValue> second;
  for (const ReplacedName& name : replaced_names()) {
    if (name.key != key || !concerns(name, section)) continue;
    auto given = with_conversion(name, own.find(std::string(name.variable)), otherwise);
    if (given && fits(name, section)) return given;
    if (given) second = std::move(given);
  }
  return second;
}

}  // namespace

void OtherInputs::set_sections(std::vector<SectionIdentity> sections, Diagnostics& found) {
  sections_ = std::move(sections);
  for (const ReplacedName& name : replaced_names()) {
    const std::string variable(name.variable);
    if (!from_process(variable) && !from_top(variable)) continue;
    std::string fitting, instead;
    std::size_t count = 0;
    for (const SectionIdentity& section : sections_) {
      if (!fits(name, section)) continue;
      fitting += (count++ == 0 ? "[" : ", [") + section.path + "]";
      if (count == 1) instead = environment_name(section.path, name.key);
    }
    if (count < 2) continue;
    found.push_back({Severity::warning,
                     {variable, 0, 0},
                     "is not used: it fits " + fitting + "; write " + instead + " for the first"});
  }
}

bool OtherInputs::is_used(const ReplacedName& name, const SectionIdentity& section) const {
  if (!fits(name, section)) return false;
  const auto count = std::count_if(sections_.begin(), sections_.end(),
                                   [&](const SectionIdentity& one) { return fits(name, one); });
  return name.type.empty() || count == 1;
}

std::optional<GivenValue> OtherInputs::from_process(const std::string& variable) const {
  const auto text = process_(variable);
  if (!text || text->empty()) return std::nullopt;
  return GivenValue{*text, {variable, 0, 0}};
}

std::optional<GivenValue> OtherInputs::from_top(const std::string& variable) const {
  return top_ ? top_->find(variable) : std::nullopt;
}

MoreInputs OtherInputs::of(const SectionIdentity& section, std::optional<EnvFile> own) const {
  return [this, section, own = std::move(own)](const std::string& key,
                                               const std::string& otherwise) -> std::optional<GivenValue> {
    const std::string name = environment_name(section.path, key);
    if (own) {
      if (auto given = own->find(name)) return given;
    }
    if (auto given = from_top(name)) return given;
    if (own) {
      if (auto given = from_own(*own, section, key, otherwise)) return given;
    }
    for (const ReplacedName& replaced : replaced_names()) {
      if (replaced.key != key || !is_used(replaced, section)) continue;
      const std::string variable(replaced.variable);
      if (auto given = with_conversion(replaced, from_process(variable), otherwise)) return given;
      if (auto given = with_conversion(replaced, from_top(variable), otherwise)) return given;
    }
    return std::nullopt;
  };
}

}  // namespace cantrail
