// Messages, their senders and signal groups.
#include <utility>

#include "base/text.hpp"
#include "decode/dbc/statement_reader.hpp"

namespace cantrail::dbc {

void StatementReader::message() {
  const std::size_t at = scan_.position();
  // Until this message is read, signals that follow belong to one that was left out.
  current_message_ = Draft::kLeftOut;
  message_seen_ = true;
  Message message;
  const std::uint32_t id = message_id();
  if (scan_.failed()) return;
  current_key_ = message_key(id);
  message.name = new_name("a message's name after its identifier");
  scan_.expect(':', "after the message's name");
  message.length_bytes = static_cast<std::uint32_t>(scan_.natural("a length in bytes", 0xFFFF));
  message.senders = name_list("the sender's name");
  scan_.accept(';');
  if (!scan_.failed() && scan_.more_on_line() && !scan_.at_statement())
    scan_.fail_expected("the end of the line after the sender");
  if (scan_.failed()) {
    draft_.message_index.emplace(current_key_, Draft::kLeftOut);
    return;
  }
  add_message(std::move(message), id, at);
}

void StatementReader::add_message(Message message, std::uint32_t file_id, std::size_t at) {
  const std::string title = "the message '" + printable(message.name) + "' ";
  // Not a message: a shelf for signals without one. Some tools give it another number.
  if (file_id == kIndependentSignals || message.name == "VECTOR__INDEPENDENT_SIG_MSG") {
    draft_.message_index.emplace(current_key_, Draft::kLeftOut);
    return;
  }
  const auto [known, fresh] = draft_.message_index.emplace(current_key_, draft_.database.messages.size());
  if (!fresh && known->second != Draft::kLeftOut) {
    warn_.add(at, title + "has the identifier of '" +
                      printable(draft_.database.messages[known->second].name) +
                      "'; the first one is kept, give this one another identifier or remove it");
    return;
  }
  known->second = draft_.database.messages.size();
  if (file_id > 0x7FF && (file_id & kExtendedBit) == 0) {
    const bool too_long = file_id > kExtendedMask;
    warn_.add(at,
              title +
                  (too_long ? "has an identifier of more than 29 bits; its lower 29 are taken as extended, "
                            : "has an identifier of 29 bits without bit 31; taken as extended, ") +
                  "write " + std::to_string(current_key_));
  } else if ((file_id & ~kExtendedBit) > kExtendedMask) {
    warn_.add(at, title + "has bits 29 or 30 set in its identifier; they are left out, write " +
                      std::to_string(current_key_));
  }
  message.id = file_id & kExtendedMask;
  message.extended = (current_key_ & kExtendedBit) != 0;
  message.where = warn_.location(at);
  current_message_ = draft_.database.messages.size();
  draft_.database.messages.push_back(std::move(message));
  draft_.signal_index.emplace_back();
}

void StatementReader::senders() {
  SendersDraft senders;
  senders.at = scan_.position();
  senders.id = message_id();
  scan_.expect(':', "after the message's identifier");
  senders.nodes = name_list("a node's name");
  end_of_statement();
  if (!scan_.failed()) draft_.senders.push_back(std::move(senders));
}

void StatementReader::signal_group() {
  GroupDraft draft;
  draft.at = scan_.position();
  draft.group.message_id = message_id();
  draft.group.name = new_name("the group's name");
  draft.group.repetitions =
      static_cast<std::uint32_t>(scan_.natural("the number of repetitions", 0xFFFF'FFFF));
  scan_.accept(':');
  while (!scan_.failed() && !scan_.peek_word().empty() && !scan_.at_keyword_line()) {
    draft.group.signals.push_back(scan_.name("a signal's name"));
    scan_.accept(',');
  }
  end_of_statement();
  if (!scan_.failed()) draft_.groups.push_back(std::move(draft));
}

}  // namespace cantrail::dbc
