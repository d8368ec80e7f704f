#include "base/text.hpp"
#include "decode/dbc/resolve.hpp"

namespace cantrail::dbc {
namespace {

constexpr const char* kAdvice = "; left out, correct the reference or remove the statement";

}  // namespace

Message* Lookup::message(std::uint32_t file_id, std::size_t at, const char* what) {
  const auto found = draft_.message_index.find(message_key(file_id));
  if (found == draft_.message_index.end()) {
    warn_.add(at, std::string(what) + " refers to message " + std::to_string(file_id) +
                      ", which is not defined" + kAdvice);
    return nullptr;
  }
  return found->second == Draft::kLeftOut ? nullptr : &draft_.database.messages[found->second];
}

Signal* Lookup::signal(const SignalName& name, const char* what) {
  Message* const owner = message(name.id, name.at, what);
  if (owner == nullptr) return nullptr;
  const std::uint32_t key = message_key(name.id);
  const auto& signals = draft_.signal_index[draft_.message_index.at(key)];
  const auto found = signals.find(name.name);
  if (found != signals.end()) return &owner->signals[found->second];
  if (!draft_.broken_signals.contains(Draft::signal_key(key, name.name))) {
    warn_.add(name.at, std::string(what) + " refers to signal '" + printable(name.name) +
                           "', which message '" + printable(owner->name) + "' does not have" + kAdvice);
  }
  return nullptr;
}

Node* Lookup::node(const std::string& name, std::size_t at, const char* what) {
  const auto found = draft_.node_index.find(name);
  if (found != draft_.node_index.end()) return &draft_.database.nodes[found->second];
  warn_.add(
      at, std::string(what) + " refers to node '" + printable(name) + "', which BU_ does not list" + kAdvice);
  return nullptr;
}

EnvironmentVariable* Lookup::environment(const std::string& name, std::size_t at, const char* what) {
  const auto found = draft_.environment_index.find(name);
  if (found != draft_.environment_index.end()) return &draft_.database.environment[found->second];
  warn_.add(at, std::string(what) + " refers to environment variable '" + printable(name) +
                    "', which is not defined" + kAdvice);
  return nullptr;
}

}  // namespace cantrail::dbc
