#include "decode/dbc/copies.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::int64_t kLastStandard = 0x7FF;
constexpr std::int64_t kLastExtended = 0x1FFFFFFF;

bool is_meant(const MessageCopies& rule, const Message& message) {
  return rule.only.empty() ||
         std::any_of(rule.only.begin(), rule.only.end(),
                     [&](const std::string& pattern) { return glob_match(pattern, message.name); });
}

std::string& label(Message& message, std::string_view name) {
  const auto at = std::find_if(message.labels.begin(), message.labels.end(),
                               [&](const auto& known) { return known.first == name; });
  if (at != message.labels.end()) return at->second;
  return message.labels.emplace_back(name, "").second;
}

// A copy of a copy keeps the type that the file gives, and has both suffixes.
Message copy_of(const Message& message, const MessageCopies& rule, const MessageCopy& copy,
                std::uint32_t id) {
  Message made = message;
  made.id = id;
  if (std::string& type = label(made, kTypeLabel); type.empty()) type = message.name;
  label(made, rule.name) = std::to_string(copy.number);
  if (!copy.suffix.empty()) label(made, kSuffixLabel) += copy.suffix;
  for (const auto& [name, value] : copy.labels) label(made, name) = value;
  made.name += copy.suffix;
  return made;
}

class Copier {
 public:
  Copier(const MessageCopies& rule, Diagnostics& diagnostics) : rule_(rule), diagnostics_(diagnostics) {}

  std::vector<Message> apply(std::vector<Message> messages) {
    for (const Message& message : messages) {
      if (!is_meant(rule_, message)) taken_.emplace(message.extended, message.id);
    }
    for (Message& message : messages) {
      if (!is_meant(rule_, message)) {
        made_.push_back(std::move(message));
      } else {
        for (const MessageCopy& copy : rule_.copies) add(message, copy);
      }
    }
    tell(nowhere_, "no valid identifier");
    tell(taken_by_another_, "the identifier of another message");
    return std::move(made_);
  }

 private:
  void add(const Message& message, const MessageCopy& copy) {
    std::int64_t distance = 0, id = 0;
    const bool fits = !__builtin_sub_overflow(copy.number, rule_.base, &distance) &&
                      !__builtin_mul_overflow(distance, rule_.step, &distance) &&
                      !__builtin_add_overflow(distance, std::int64_t{message.id}, &id) && id >= 0 &&
                      id <= (message.extended ? kLastExtended : kLastStandard);
    if (!fits) return nowhere_.add(message, copy);
    if (!taken_.emplace(message.extended, static_cast<std::uint32_t>(id)).second) {
      return taken_by_another_.add(message, copy);
    }
    made_.push_back(copy_of(message, rule_, copy, static_cast<std::uint32_t>(id)));
  }

  // One wrong step is wrong for every message: it is told once, with the first.
  struct LeftOut {
    std::string first;
    SourceLocation where;
    std::size_t count = 0;
    void add(const Message& message, const MessageCopy& copy) {
      if (count++ > 0) return;
      first = "copy " + std::to_string(copy.number) + " of " + message.name;
      where = message.where;
    }
  };

  void tell(const LeftOut& left_out, const std::string& why) {
    if (left_out.count == 0) return;
    const bool alone = left_out.count == 1;
    diagnostics_.push_back({Severity::warning, rule_.where.file.empty() ? left_out.where : rule_.where,
                            "[copies." + rule_.name + "] " + left_out.first +
                                (alone ? "" : " and " + format_count(left_out.count - 1) + " more") +
                                " would have " + why + "; " + (alone ? "it is" : "they are") +
                                " left out: choose another `step`, or fewer messages by `only`"});
  }

  const MessageCopies& rule_;
  Diagnostics& diagnostics_;
  std::set<std::pair<bool, std::uint32_t>> taken_;
  std::vector<Message> made_;
  LeftOut nowhere_, taken_by_another_;
};

}  // namespace

void apply_copies(Database& database, std::span<const MessageCopies> copies, Diagnostics& diagnostics) {
  for (const MessageCopies& rule : copies) {
    database.messages = Copier(rule, diagnostics).apply(std::move(database.messages));
  }
}

}  // namespace cantrail::dbc
