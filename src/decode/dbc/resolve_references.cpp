#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

void set_comment(CommentDraft& comment, Draft& draft, Lookup& lookup) {
  const Target& target = comment.target;
  std::string* place = nullptr;
  switch (target.scope) {
    case AttributeScope::node:
      if (Node* node = lookup.node(target.name, target.at, "CM_")) place = &node->comment;
      break;
    case AttributeScope::message:
      if (Message* message = lookup.message(target.id, target.at, "CM_")) place = &message->comment;
      break;
    case AttributeScope::signal:
      if (Signal* signal = lookup.signal({target.id, target.name, target.at}, "CM_"))
        place = &signal->comment;
      break;
    case AttributeScope::environment:
      if (EnvironmentVariable* variable = lookup.environment(target.name, target.at, "CM_")) {
        place = &variable->comment;
      }
      break;
    default:
      place = &draft.database.comment;
  }
  if (place != nullptr) *place = std::move(comment.text);
}

using Tables = std::unordered_map<std::string_view, const ValueTable*>;

void append_values(ValuesDraft& draft, const Tables& tables, std::vector<ValueName>& values,
                   Warnings& warnings) {
  if (draft.table.empty()) {
    std::move(draft.values.begin(), draft.values.end(), std::back_inserter(values));
    return;
  }
  const auto table = tables.find(draft.table);
  if (table == tables.end()) {
    warnings.add(draft.owner.at, "VAL_ refers to value table '" + printable(draft.table) +
                                     "', which is not defined; left out, add its VAL_TABLE_");
    return;
  }
  values.insert(values.end(), table->second->values.begin(), table->second->values.end());
}

// Sorted by value, the first name of a value wins.
void tidy(std::vector<ValueName>& values) {
  std::stable_sort(values.begin(), values.end(),
                   [](const auto& a, const auto& b) { return a.value < b.value; });
  const auto same = [](const auto& a, const auto& b) { return a.value == b.value; };
  values.erase(std::unique(values.begin(), values.end(), same), values.end());
}

void resolve_values(Draft& draft, Lookup& lookup, Warnings& warnings) {
  Tables tables;
  for (const ValueTable& table : draft.database.value_tables) tables.emplace(table.name, &table);
  std::unordered_set<std::vector<ValueName>*> touched;
  for (ValuesDraft& values : draft.values) {
    std::vector<ValueName>* place = nullptr;
    if (values.of_environment) {
      auto* const variable = lookup.environment(values.owner.name, values.owner.at, "VAL_");
      if (variable != nullptr) place = &variable->values;
    } else if (Signal* const signal = lookup.signal(values.owner, "VAL_")) {
      place = &signal->values;
    }
    if (place == nullptr) continue;
    append_values(values, tables, *place, warnings);
    touched.insert(place);
  }
  for (std::vector<ValueName>* values : touched) tidy(*values);
}

void resolve_value_types(Draft& draft, Lookup& lookup, Warnings& warnings) {
  for (const ValueTypeDraft& type : draft.value_types) {
    Signal* const signal = lookup.signal(type.signal, "SIG_VALTYPE_");
    if (signal == nullptr || type.kind == ValueKind::integer) continue;
    const std::uint32_t wanted = type.kind == ValueKind::float32 ? 32 : 64;
    if (signal->length_bits == wanted) {
      signal->kind = type.kind;
    } else {
      warnings.add(type.signal.at, "SIG_VALTYPE_ left out: a float of " + std::to_string(wanted) +
                                       " bits does not fit signal '" + printable(signal->name) + "' of " +
                                       std::to_string(signal->length_bits) + " bits; correct one of them");
    }
  }
}

void resolve_senders(Draft& draft, Lookup& lookup) {
  for (SendersDraft& senders : draft.senders) {
    Message* const message = lookup.message(senders.id, senders.at, "BO_TX_BU_");
    if (message == nullptr) continue;
    std::move(senders.nodes.begin(), senders.nodes.end(), std::back_inserter(message->senders));
  }
  for (Message& message : draft.database.messages) {
    std::unordered_set<std::string> seen{"Vector__XXX"};
    std::erase_if(message.senders, [&](const std::string& node) { return !seen.insert(node).second; });
  }
}

void resolve_groups(Draft& draft, Lookup& lookup) {
  for (GroupDraft& group : draft.groups) {
    if (lookup.message(group.group.message_id, group.at, "SIG_GROUP_") == nullptr) continue;
    std::erase_if(group.group.signals, [&](const std::string& name) {
      return lookup.signal({group.group.message_id, name, group.at}, "SIG_GROUP_") == nullptr;
    });
    draft.database.signal_groups.push_back(std::move(group.group));
  }
}

}  // namespace

void resolve_references(Draft& draft, Warnings& warnings) {
  Lookup lookup(draft, warnings);
  for (CommentDraft& comment : draft.comments) set_comment(comment, draft, lookup);
  resolve_values(draft, lookup, warnings);
  resolve_value_types(draft, lookup, warnings);
  resolve_senders(draft, lookup);
  resolve_groups(draft, lookup);
  for (const DataSizeDraft& size : draft.data_sizes) {
    auto* const variable = lookup.environment(size.variable, size.at, "ENVVAR_DATA_");
    if (variable != nullptr) variable->data_size_bytes = size.bytes;
  }
}

}  // namespace cantrail::dbc
