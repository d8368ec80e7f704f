#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

const Signal* Message::signal(std::string_view signal_name) const {
  for (const Signal& candidate : signals) {
    if (candidate.name == signal_name) return &candidate;
  }
  return nullptr;
}

const Message* Database::message(std::uint32_t id, bool extended) const {
  for (const Message& candidate : messages) {
    if (candidate.id == id && candidate.extended == extended) return &candidate;
  }
  return nullptr;
}

const Message* Database::message(std::string_view message_name) const {
  for (const Message& candidate : messages) {
    if (candidate.name == message_name) return &candidate;
  }
  return nullptr;
}

}  // namespace cantrail::dbc
