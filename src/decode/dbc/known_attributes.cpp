// Attributes with a meaning for decoding: Vector's VFrameFormat and GenMsgCycleTime.
#include <algorithm>
#include <cmath>
#include <string>

#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

const AttributeValue* find(const std::vector<AttributeValue>& attributes, std::string_view name) {
  const auto found = std::find_if(attributes.begin(), attributes.end(),
                                  [&](const AttributeValue& a) { return a.name == name; });
  return found == attributes.end() ? nullptr : &*found;
}

const AttributeValue* default_of(const Database& database, std::string_view name) {
  for (const AttributeDefinition& definition : database.attribute_definitions) {
    if (definition.name == name && definition.scope == AttributeScope::message && definition.default_value) {
      return &*definition.default_value;
    }
  }
  return nullptr;
}

// The name of a frame format; of a number without definition, Vector's numbering.
std::string frame_format(const AttributeValue* attribute) {
  if (attribute == nullptr) return {};
  if (const auto* const text = std::get_if<std::string>(&attribute->value)) return *text;
  const auto* const number = std::get_if<std::int64_t>(&attribute->value);
  if (number == nullptr) return {};
  if (*number == 3) return "J1939PG";
  if (*number == 14) return "StandardCAN_FD";
  if (*number == 15) return "ExtendedCAN_FD";
  return {};
}

std::optional<std::uint32_t> cycle_time(const AttributeValue* attribute) {
  if (attribute == nullptr) return std::nullopt;
  double milliseconds = 0;
  if (const auto* const whole = std::get_if<std::int64_t>(&attribute->value)) {
    milliseconds = static_cast<double>(*whole);
  } else if (const auto* const fraction = std::get_if<double>(&attribute->value)) {
    milliseconds = std::round(*fraction);
  }
  if (!(milliseconds >= 1 && milliseconds <= 4294967295.0)) return std::nullopt;
  return static_cast<std::uint32_t>(milliseconds);
}

}  // namespace

void apply_known_attributes(Draft& draft) {
  const AttributeValue* const default_format = default_of(draft.database, "VFrameFormat");
  const AttributeValue* const default_cycle = default_of(draft.database, "GenMsgCycleTime");
  for (Message& message : draft.database.messages) {
    const AttributeValue* const own_format = find(message.attributes, "VFrameFormat");
    const std::string format = frame_format(own_format != nullptr ? own_format : default_format);
    message.j1939 = format == "J1939PG";
    const bool longer = message.length_bytes > 8 && message.length_bytes <= 64 && !message.j1939;
    message.fd = longer || format == "StandardCAN_FD" || format == "ExtendedCAN_FD";
    const AttributeValue* const own_cycle = find(message.attributes, "GenMsgCycleTime");
    message.cycle_ms = cycle_time(own_cycle != nullptr ? own_cycle : default_cycle);
  }
}

}  // namespace cantrail::dbc
