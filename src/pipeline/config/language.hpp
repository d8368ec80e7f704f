// What a configuration may say, as data. Whoever reads a section puts it on record here, with the describe()
// that reads it; the JSON schema and the reference are made from the record, so nothing is said twice.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/options.hpp"

namespace cantrail {

// Describes the options of a section to whoever wants to know them.
using Describe = std::function<void(OptionVisitor&)>;

// Each time of a fresh one, so that what stands in the targets are the defaults.
template <class Keys>
[[nodiscard]] Describe described() {
  return [](OptionVisitor& visitor) { Keys{}.describe(visitor); };
}

struct LanguageTable;

// What stands in a table under names that its writer chooses.
struct LanguageEntries {
  std::string called = {};     // what the reference writes for the name: "NAME", "NUMBER"
  std::string sense = {};      // one line without full stop
  std::string names = {};      // which ones there may be: a regular expression (ECMA 262); empty: any
  std::string taken = {};      // one that the program has for itself; empty: none
  std::string taken_why = {};  // and what for
  // What may stand there: a table, or one of the others that are true.
  std::shared_ptr<const LanguageTable> table = {};
  bool text = false;
  bool whole_number = false;
  bool nested = false;  // a table like the one that holds it
};

// Keys that a table has further, of one value of its `type`.
struct LanguageType {
  std::string type = {};
  std::string sense = {};
  std::string not_built = {};  // the library that this build lacks for it; then its keys are unknown
  Describe keys = {};
};

struct LanguageTable {
  Describe keys = {};  // empty: it has none but its entries
  std::optional<LanguageEntries> entries = {};
  std::vector<LanguageType> types = {};  // the table's name is the type where it says none
};

struct LanguageSection {
  std::string name = {};  // empty: the top of the file
  std::string sense = {};
  LanguageTable table = {};
};

using Language = std::vector<LanguageSection>;

// [name.ENTRY], tables of one kind: `source`, `component`.
[[nodiscard]] LanguageTable tables_called(LanguageEntries entries, LanguageTable each);

}  // namespace cantrail
