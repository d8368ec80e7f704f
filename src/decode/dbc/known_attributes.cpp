// Attributes with a meaning for decoding: Vector's VFrameFormat, ProtocolType and GenMsgCycleTime.
#include <algorithm>
#include <cmath>
#include <string>

#include "decode/dbc/resolve.hpp"
#include "model/j1939_identifier.hpp"

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

// Files that describe what comes in packets often leave the frame format alone: then the null address says
// it.
bool is_long_j1939(const Message& message) {
  return message.extended && message.length_bytes > kMaxClassicBytes &&
         (message.id & 0xFF) == j1939::kNullAddress;
}

}  // namespace

void apply_known_attributes(Draft& draft) {
  const AttributeValue* const default_format = default_of(draft.database, "VFrameFormat");
  const AttributeValue* const default_cycle = default_of(draft.database, "GenMsgCycleTime");
  const AttributeValue* const protocol = find(draft.database.attributes, "ProtocolType");
  const auto* const protocol_name =
      protocol == nullptr ? nullptr : std::get_if<std::string>(&protocol->value);
  const bool all_j1939 = protocol_name != nullptr && *protocol_name == "J1939";
  for (Message& message : draft.database.messages) {
    const AttributeValue* const own_format = find(message.attributes, "VFrameFormat");
    const std::string format = frame_format(own_format != nullptr ? own_format : default_format);
    const bool says_fd = format == "StandardCAN_FD" || format == "ExtendedCAN_FD";
    const bool by_file = all_j1939 && own_format == nullptr && message.extended;
    message.j1939 = format == "J1939PG" || (!says_fd && (by_file || is_long_j1939(message)));
    const bool longer =
        message.length_bytes > kMaxClassicBytes && message.length_bytes <= kMaxFrameBytes && !message.j1939;
    message.fd = longer || says_fd;
    message.says_fd = says_fd;
    const AttributeValue* const own_cycle = find(message.attributes, "GenMsgCycleTime");
    message.cycle_ms = cycle_time(own_cycle != nullptr ? own_cycle : default_cycle);
  }
}

}  // namespace cantrail::dbc
