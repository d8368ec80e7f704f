#include "journal/identity.hpp"

#include <cerrno>
#include <charconv>

#include <sys/random.h>

#include "base/text.hpp"
#include "journal/format.hpp"

namespace cantrail::journal {
namespace {

constexpr std::string_view kIdentityTitle = "cantrail journal 1";
constexpr std::uint64_t kMostIdentityBytes = 4096;  // it has some 120

}  // namespace

std::string to_text(const Identity& identity) {
  std::string text(kIdentityTitle);
  text += "\njournal_id " + to_string(identity.id) + "\nepoch " + std::to_string(identity.epoch) + "\n";
  return text + check_line(text);
}

std::optional<Identity> parse_identity(std::string_view text) {
  const std::vector<std::string_view> lines = split(text, '\n');
  if (lines.size() < 4 || !lines[1].starts_with("journal_id ") || !lines[2].starts_with("epoch ")) {
    return std::nullopt;
  }
  const auto id = parse_journal_id(lines[1].substr(11));
  if (!id) return std::nullopt;
  Identity identity{*id, 0};
  const std::string_view number = lines[2].substr(6);
  std::from_chars(number.data(), number.data() + number.size(), identity.epoch);
  // The text must be what we would write: that compares title, number and check at once.
  if (to_text(identity) != text) return std::nullopt;
  return identity;
}

Status write_identity(FileSystem& files, const std::string& folder, const Identity& identity) {
  return write_file_atomically(files, join_path(folder, "identity"), to_text(identity));
}

Result<std::optional<Identity>> read_identity(FileSystem& files, const std::string& folder) {
  const std::string path = join_path(folder, "identity");
  if (!files.exists(path)) return std::optional<Identity>();
  const auto text = read_file(files, path, kMostIdentityBytes);
  if (!text && text.fault().kind == FaultKind::rejected) return std::optional<Identity>();
  if (!text) return text.fault();
  return parse_identity(*text);
}

Result<JournalId> random_journal_id() {
  JournalId id;
  if (::getrandom(id.bytes.data(), id.bytes.size(), 0) != static_cast<ssize_t>(id.bytes.size())) {
    return errno_fault("cannot make a journal id", errno);
  }
  return id;
}

}  // namespace cantrail::journal
