#include "decode/dbc/aliases.hpp"

#include <algorithm>
#include <cassert>
#include <map>
#include <unordered_map>
#include <vector>

#include "base/quoted.hpp"
#include "base/text.hpp"
#include "decode/dbc/draft.hpp"
#include "decode/dbc/renamed.hpp"
#include "model/stream_reference.hpp"

namespace cantrail::dbc {
namespace {

template <class Object>
std::vector<std::size_t> called(const std::vector<Object>& objects, std::string_view name) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    if (objects[i].name == name) found.push_back(i);
  }
  return found;
}

bool is_copy(const Message& message) {
  return std::any_of(message.labels.begin(), message.labels.end(),
                     [](const auto& label) { return label.first == kTypeLabel; });
}

struct Rename {
  std::size_t index = 0;
  std::string_view name;
  const NameAlias* alias = nullptr;
};

class Aliasing {
 public:
  Aliasing(Database& database, Diagnostics& diagnostics) : database_(database), diagnostics_(diagnostics) {}

  // Those whose message is not there.
  std::vector<NameAlias> apply(std::span<const NameAlias> aliases, bool to_copies) {
    std::vector<NameAlias> others;
    std::vector<Rename> messages;
    std::map<std::size_t, std::vector<const NameAlias*>> of_signals;  // by message
    for (const NameAlias& alias : aliases) {
      assert(is_of_one_kind(alias));
      const StreamReference wanted = split_reference(alias.new_name);
      auto found = called(database_.messages, wanted.stream);
      if (to_copies) std::erase_if(found, [&](std::size_t i) { return !is_copy(database_.messages[i]); });
      if (found.empty()) {
        others.push_back(alias);
      } else if (found.size() > 1) {
        tell_several(alias, database_.messages[found[1]].where, "messages", wanted.stream);
      } else if (wanted.field.empty()) {
        messages.push_back({found.front(), split_reference(alias.old_name).stream, &alias});
      } else {
        of_signals[found.front()].push_back(&alias);
      }
    }
    rename(database_.messages, std::move(messages), "message");
    std::unordered_map<std::uint32_t, Renamed> signals;  // by message_key()
    for (const auto& [index, wanted] : of_signals) {
      Message& message = database_.messages[index];
      signals.emplace(message.id | (message.extended ? kExtendedBit : 0), rename_signals(message, wanted));
    }
    replace_references(database_, [&](std::uint32_t id) -> const Renamed* {
      const auto found = signals.find(message_key(id));
      return found != signals.end() ? &found->second : nullptr;
    });
    return others;
  }

 private:
  Renamed rename_signals(Message& message, const std::vector<const NameAlias*>& aliases) {
    std::vector<Rename> wanted;
    for (const NameAlias* alias : aliases) {
      const StreamReference old_name = split_reference(alias->old_name);
      const std::string_view new_name = split_reference(alias->new_name).field;
      const auto found = called(message.signals, new_name);
      if (found.empty()) continue;
      if (old_name.stream != message.name) {
        tell(*alias, message.where,
             "its message is known as " + quoted(message.name) + ": write '" + printable(message.name) + "." +
                 printable(old_name.field) + "'");
      } else if (found.size() > 1) {
        tell_several(*alias, message.signals[found[1]].where, "signals", new_name);
      } else {
        wanted.push_back({found.front(), old_name.field, alias});
      }
    }
    Renamed renamed = rename(message.signals, std::move(wanted), "signal");
    replace_selectors(message, renamed);
    return renamed;
  }

  template <class Object>
  Renamed rename(std::vector<Object>& objects, std::vector<Rename> wanted, const char* what) {
    leave_out_second_ones(objects, wanted, what);
    leave_out_taken(objects, wanted, what);
    Renamed renamed;
    for (const Rename& one : wanted) {
      renamed.emplace(objects[one.index].name, one.name);
      objects[one.index].name = one.name;
    }
    return renamed;
  }

  template <class Object>
  void leave_out_second_ones(const std::vector<Object>& objects, std::vector<Rename>& wanted,
                             const char* what) {
    std::unordered_map<std::size_t, const NameAlias*> first;
    std::erase_if(wanted, [&](const Rename& one) {
      const auto [known, is_new] = first.emplace(one.index, one.alias);
      if (!is_new) {
        const Object& object = objects[one.index];
        tell(*one.alias, object.where,
             std::string(what) + " " + quoted(object.name) + " is " + quoted(known->second->old_name) +
                 " already: keep one of the two");
      }
      return !is_new;
    });
  }

  // Who is left out keeps a name that another one may have been about to get: until nothing changes.
  template <class Object>
  void leave_out_taken(const std::vector<Object>& objects, std::vector<Rename>& wanted, const char* what) {
    std::unordered_map<std::string_view, std::size_t> count;
    for (const Object& object : objects) ++count[object.name];
    for (const Rename& one : wanted) {
      --count[objects[one.index].name];
      ++count[one.name];
    }
    std::vector<bool> is_out(wanted.size());
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = wanted.size(); i-- > 0;) {  // of several that want one name, the first gets it
        const Rename& one = wanted[i];
        if (is_out[i] || count[one.name] < 2) continue;
        --count[one.name];
        ++count[objects[one.index].name];
        is_out[i] = changed = true;
        tell(*one.alias, objects[one.index].where,
             std::string("another ") + what + " is called that: give that one an alias of its own, or " +
                 quoted(one.alias->new_name) + " another one");
      }
    }
    std::vector<Rename> kept;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!is_out[i]) kept.push_back(wanted[i]);
    }
    wanted = std::move(kept);
  }

  void tell_several(const NameAlias& alias, const SourceLocation& where, const char* what,
                    std::string_view name) {
    tell(alias, where,
         "the DBC has several " + std::string(what) + " called " + quoted(name) +
             ", and it is not clear which is meant: correct the DBC");
  }

  void tell(const NameAlias& alias, const SourceLocation& where, const std::string& why) {
    diagnostics_.push_back({Severity::warning, alias.where.file.empty() ? where : alias.where,
                            quoted(alias.old_name) + " in [alias] is left out: " + why});
  }

  Database& database_;
  Diagnostics& diagnostics_;
};

std::string joined(std::string_view channel, std::string_view stream, std::string_view field) {
  std::string text(channel);
  if (!channel.empty()) text += ':';
  text += stream;
  if (!field.empty()) text.append(".").append(field);
  return text;
}

}  // namespace

bool is_of_one_kind(const NameAlias& alias) {
  const StreamReference old_name = split_reference(alias.old_name),
                        new_name = split_reference(alias.new_name);
  return !old_name.stream.empty() && !new_name.stream.empty() &&
         old_name.field.empty() == new_name.field.empty() && old_name.channel == new_name.channel;
}

std::optional<std::string> known_name(std::span<const NameAlias> aliases, std::string_view reference) {
  const StreamReference asked = split_reference(reference);
  std::string_view stream = asked.stream, field = asked.field;
  for (const NameAlias& alias : aliases) {
    const StreamReference old_name = split_reference(alias.old_name),
                          new_name = split_reference(alias.new_name);
    const bool here = asked.channel.empty() || new_name.channel.empty() || asked.channel == new_name.channel;
    if (!here) continue;
    if (new_name.field.empty() && new_name.stream == asked.stream) stream = old_name.stream;
    const bool beside = asked.stream == new_name.stream || asked.stream == old_name.stream;
    if (!new_name.field.empty() && new_name.field == asked.field && beside) field = old_name.field;
  }
  if (stream == asked.stream && field == asked.field) return std::nullopt;
  return joined(asked.channel, stream, field);
}

void apply_names(Database& database, std::span<const MessageCopies> copies,
                 std::span<const NameAlias> aliases, Diagnostics& diagnostics) {
  Aliasing aliasing(database, diagnostics);
  const std::vector<NameAlias> others = aliasing.apply(aliases, false);
  apply_copies(database, copies, diagnostics);
  aliasing.apply(others, true);
}

}  // namespace cantrail::dbc
