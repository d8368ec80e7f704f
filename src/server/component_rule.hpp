// [component.NAME] of the configuration: which rows tell of a component, and how it is called.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "component/options.hpp"
#include "model/schema.hpp"

namespace cantrail::server {

struct ComponentRule {
  std::string name;                  // of the section
  SourceLocation where;              // of the section
  std::vector<std::string> message;  // globs over [channel:]Message
  std::string type;                  // row template; empty: the section's name
  std::string id;                    // row template
  std::vector<std::string> keys;     // row templates: the newest row of each combination is kept
  std::vector<std::string> only;     // "TEMPLATE = GLOB": a row counts where all of them hold
  std::vector<std::string> merge;    // "NAME = GLOB": signals shown under one name

  void describe(OptionVisitor& visitor);
  [[nodiscard]] std::vector<std::string> problems() const;
  // Whether a message is one of this rule's; without a channel a glob's own channel is not looked at.
  [[nodiscard]] bool takes(std::string_view channel, std::string_view message_name) const;
  // Every row template of the rule.
  [[nodiscard]] std::vector<std::string> templates() const;
};

// "NAME = GLOB" taken apart, without the spaces. nullopt: one of the halves is missing.
struct Assignment {
  std::string left, right;
};
[[nodiscard]] std::optional<Assignment> parse_assignment(std::string_view text);

// Names in the rule's templates that are neither signals nor labels of the message; then no row of it counts.
[[nodiscard]] std::vector<std::string> missing_signals(const ComponentRule& rule, const RowSchema& message);

}  // namespace cantrail::server
