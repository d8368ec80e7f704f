// Signals that have got other names, and all in a file that names them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

using Renamed = std::unordered_map<std::string, std::string>;  // from, to

void replace(std::string& name, const Renamed& renamed);
void replace_all(std::vector<std::string>& names, const Renamed& renamed);

// The selectors that the message's own signals name.
void replace_selectors(Message& message, const Renamed& renamed);

// What was renamed in the message of an identifier as groups and attributes of relations have it; nullptr:
// nothing.
using RenamedIn = std::function<const Renamed*(std::uint32_t message_id)>;
// Signal groups, and attributes of signals' relations.
void replace_references(Database& database, const RenamedIn& renamed_in);

}  // namespace cantrail::dbc
