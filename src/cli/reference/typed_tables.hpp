// The part of the schema that depends on values: [source.NAME] and [sink.NAME], whose keys are those of their
// `type`. It may be said, be the section's name, or come from the section that this one is `like`.
#pragma once

#include <string>

#include <boost/json.hpp>

#include "cli/reference/option_schema.hpp"
#include "cli/reference/schema.hpp"
#include "pipeline/config/language.hpp"

namespace cantrail::cli {

class TypedTables {
 public:
  // `name`: of the section that holds them, "sink".
  TypedTables(std::string name, const LanguageEntries& entries, SchemaUse use);

  // Makes the schema of the section one whose tables are of these types. Definitions have the section's name
  // in front.
  void add_to(boost::json::object& section, boost::json::object& definitions) const;

 private:
  [[nodiscard]] boost::json::object reference(const std::string& definition) const;
  [[nodiscard]] boost::json::object one_type(const LanguageType& type) const;
  [[nodiscard]] boost::json::object any_type() const;
  [[nodiscard]] boost::json::object of_its_type() const;
  [[nodiscard]] boost::json::object table_called(const LanguageType* type) const;

  std::string name_;
  const LanguageEntries& entries_;
  const LanguageTable& table_;
  SchemaUse use_;
  OptionSchemas common_;
  boost::json::array types_;
};

}  // namespace cantrail::cli
