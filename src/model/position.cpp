#include "model/position.hpp"

#include <algorithm>
#include <span>

#include "base/text.hpp"

namespace cantrail {

std::string to_string(const JournalId& id) {
  return to_hex(std::span(id.bytes));
}

std::string to_string(const Position& position) {
  return std::to_string(position.epoch) + "/" + std::to_string(position.seq) + "/" +
         std::to_string(position.index);
}

std::optional<JournalId> parse_journal_id(std::string_view text) {
  const auto bytes = from_hex(text);
  JournalId id;
  if (!bytes || bytes->size() != id.bytes.size()) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), id.bytes.begin());
  return id;
}

}  // namespace cantrail
