#include "decode/dbc/renamed.hpp"

namespace cantrail::dbc {

void replace(std::string& name, const Renamed& renamed) {
  const auto found = renamed.find(name);
  if (found != renamed.end()) name = found->second;
}

void replace_all(std::vector<std::string>& names, const Renamed& renamed) {
  if (renamed.empty()) return;
  for (std::string& name : names) replace(name, renamed);
}

void replace_selectors(Message& message, const Renamed& renamed) {
  for (Signal& signal : message.signals) {
    if (signal.multiplexing) replace(signal.multiplexing->selector, renamed);
  }
}

void replace_references(Database& database, const RenamedIn& renamed_in) {
  for (SignalGroup& group : database.signal_groups) {
    if (const Renamed* in = renamed_in(group.message_id)) replace_all(group.signals, *in);
  }
  for (RelationAttribute& relation : database.relation_attributes) {
    if (relation.scope != AttributeScope::node_signal) continue;
    if (const Renamed* in = renamed_in(relation.message_id)) replace(relation.signal_or_variable, *in);
  }
}

}  // namespace cantrail::dbc
