// Names that users of the data know, kept where a DBC calls the same things otherwise: messages and signals
// of a parsed file get the names of before, and so does all in it that names them. Applied before its plan is
// compiled; values, identifiers and layouts stay what they are.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "decode/dbc/copies.hpp"
#include "decode/dbc/database.hpp"

namespace cantrail::dbc {

// An entry of [alias]: "[channel:]Message" or "[channel:]Message.signal" (model/stream_reference.hpp).
struct NameAlias {
  std::string old_name;       // that users know. Of a signal: beside the message's known name
  std::string new_name;       // that the file has. Of a signal: beside the message's name in the file
  SourceLocation where = {};  // in the configuration; nowhere: it comes from a journal
};

// Whether both names are of a message, or both of a signal, and of one channel if they say one.
[[nodiscard]] bool is_of_one_kind(const NameAlias& alias);

// What users call "[channel:]Message[.signal]" as a DBC has it; nullopt: the same.
[[nodiscard]] std::optional<std::string> known_name(std::span<const NameAlias> aliases,
                                                    std::string_view reference);

// All aliases at once: two messages may have changed their names with each other. First the file's messages
// are called as users know them, then they are copied under those names; an alias of nothing in the file may
// be one of a copy, as it is called by then. What neither is there is passed over.
// Left out with a warning, since two things would have one name, or it is not clear what is meant: an alias
// whose old name another message (of a signal: another signal of its message) has or gets, or whose new name
// several have; a second one of the same thing; one of a signal that stands beside another message's name.
// Channels are not looked at: all aliases are of this database. Precondition: is_of_one_kind().
void apply_names(Database& database, std::span<const MessageCopies> copies,
                 std::span<const NameAlias> aliases, Diagnostics& diagnostics);

}  // namespace cantrail::dbc
