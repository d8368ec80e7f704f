// The table of options in a component's README, held against what the component describes. Columns go by
// their heads: `option` and `default` are looked at, what is said about an option in the others is free.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "component/options.hpp"

namespace cantrail::contract {

struct OptionRow {
  std::string key;            // as the file has it
  std::string default_value;  // as the cell has it: `"10s"` in backquotes, *required*, or nothing
  bool operator==(const OptionRow&) const = default;
};

class DescribedOptions final : public OptionVisitor {
 public:
  void option(const OptionSpec& spec) override;
  std::vector<OptionRow> rows;
};

// What is wrong with the table; nothing: it lists the options, each once and in their order, with their
// defaults.
[[nodiscard]] std::vector<std::string> table_complaints(std::string_view readme,
                                                        const std::vector<OptionRow>& described);

}  // namespace cantrail::contract
