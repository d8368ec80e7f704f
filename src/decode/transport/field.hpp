// A column of the streams that are made here.
#pragma once

#include <string>
#include <utility>

#include "model/schema.hpp"

namespace cantrail::transport {

[[nodiscard]] inline FieldSchema field(std::string name, FieldType type, std::string comment,
                                       bool optional = false) {
  FieldSchema result;
  result.name = std::move(name);
  result.type = type;
  result.comment = std::move(comment);
  result.optional = optional;
  return result;
}

}  // namespace cantrail::transport
