// What a configuration says of the messages and signals of all sources together.
#pragma once

#include <vector>

#include "decode/dbc/aliases.hpp"
#include "decode/dbc/copies.hpp"
#include "decode/derive/signal_spec.hpp"

namespace cantrail {

struct CatalogRules {
  std::vector<dbc::MessageCopies> copies;   // of the messages of every DBC
  std::vector<dbc::NameAlias> aliases;      // names that users know, of messages and their signals
  std::vector<derive::SignalSpec> signals;  // named signals
};

}  // namespace cantrail
