// The configuration language as a JSON Schema (https://json-schema.org, draft 2020-12), for editors.
#pragma once

#include <cstdint>
#include <string>

#include <boost/json/fwd.hpp>

#include "pipeline/config/language.hpp"

namespace cantrail::cli {

enum class SchemaUse : std::uint8_t {
  whole,     // of a configuration that stands alone
  fragment,  // of a file in conf.d: what is required may stand in another
};

// Accepts what the program accepts as far as it can be seen in the text: names of keys, types, choices, how
// quantities are written. It knows no files and no DBCs, and of what is wrong between two keys nothing.
[[nodiscard]] boost::json::object schema_of(const Language& language, SchemaUse use);

}  // namespace cantrail::cli
