// One DBC for one node, many nodes on the bus: the same messages again at other identifiers, under names of
// their own. Applied to a parsed file before its plan is compiled.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/diagnostic.hpp"
#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

inline constexpr std::string_view kTypeLabel = "type", kSuffixLabel = "suffix";

struct MessageCopy {
  std::int64_t number = 1;  // the identifier is the described one + (number - base) * step
  std::string suffix;       // appended to the message's name
  std::vector<std::pair<std::string, std::string>> labels;
};

// [copies.NAME] of a configuration.
struct MessageCopies {
  std::string name;  // "node": also the label that carries the number
  std::int64_t step = 0;
  std::int64_t base = 1;          // the number that the file describes
  std::vector<std::string> only;  // globs over message names; empty: all
  std::vector<MessageCopy> copies;
  SourceLocation where = {};  // of `step` in the configuration; nowhere: the rule comes from a journal
};

// Each message that is meant gives way to its copies; labels `type` (its name in the file), NAME (the
// number), `suffix` (unless it is empty) and those of the copy are added. A copy whose identifier is none, or
// is that of another message, is left out, with one warning for each rule and reason.
void apply_copies(Database& database, std::span<const MessageCopies> copies, Diagnostics& diagnostics);

}  // namespace cantrail::dbc
