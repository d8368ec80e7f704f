// The reference of a component's options, from the same description that reads them.
#pragma once

#include <string>
#include <vector>

#include "component/options.hpp"
#include "component/registry.hpp"

namespace cantrail {

// Collects options; the values that stand in the targets are the defaults shown.
class OptionReference final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override;

  [[nodiscard]] std::string markdown() const;  // a table, for README files
  [[nodiscard]] std::string plain() const;     // aligned columns, for a terminal
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  struct Row {
    std::string name, type, value, limits, sense;
  };
  std::vector<Row> rows_;
  std::vector<std::string> names_;
};

// What `cantrail components TYPE` prints: kind and type, what it is, its options, its sample. Of a component
// that is not built: what is missing.
[[nodiscard]] std::string reference_text(const ComponentInfo& component);

}  // namespace cantrail
