// What `check --connect` sees of a history file. SQLite is not asked: to open a file whose log is in use it
// would leave files beside it. (Nor may a process do this that has the file open with SQLite: closing any
// descriptor of it gives up the locks.) The header has all that is needed (sqlite.org/fileformat2.html,
// section 1.3).
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "sinks/sqlite/schema.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail {
namespace {

constexpr std::size_t kHeaderBytes = 100;
constexpr std::string_view kMagic("SQLite format 3\0", 16);
constexpr std::size_t kSchemaCookieAt = 40, kUserVersionAt = 60, kApplicationIdAt = 68;

using Header = std::array<std::byte, kHeaderBytes>;

std::int64_t number_at(const Header& header, std::size_t offset) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i)
    number = number << 8U | std::to_integer<std::uint32_t>(header[offset + i]);
  return number;
}

bool has_magic(const Header& header) {
  return std::equal(kMagic.begin(), kMagic.end(), header.begin(),
                    [](char wanted, std::byte byte) { return static_cast<char>(byte) == wanted; });
}

std::optional<Finding> look_at(const File& file, std::uint64_t size, const std::string& path) {
  if (size == 0) return std::nullopt;  // as good as none
  Header header{};
  const auto got = file.read_at(0, header);
  if (!got) return finding_of(got.fault(), "path");
  if (*got < kHeaderBytes || !has_magic(header)) {
    return Finding{Severity::warning,
                   "path: " + printable(path, 200) + " is no SQLite database: it would be kept as " +
                       printable(path, 200) +
                       ".corrupt-TIME, and a new history begun; name another file if it is something else"};
  }
  if (number_at(header, kSchemaCookieAt) == 0) return std::nullopt;  // no tables yet
  const Status ours =
      sqlite::check_owner(path, number_at(header, kApplicationIdAt), number_at(header, kUserVersionAt));
  return ours ? std::nullopt : std::optional(finding_of(ours.fault(), "path"));
}

}  // namespace

std::optional<Findings> SqliteConfig::probe(const ProbeContext& context) const {
  FileSystem& files = context.files;
  if (auto obstacle = probe_writable(files, path.value, "path")) return Findings{std::move(*obstacle)};
  Findings found;
  std::uint64_t bytes = 0;
  for (const std::string& name : {path.value, path.value + "-wal"}) {
    if (!files.exists(name)) continue;
    const auto file = files.open(name, OpenMode::read);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.fault());
    if (!size) return Findings{finding_of(size.fault(), "path")};
    bytes += *size;
    if (name != path.value) continue;
    if (auto odd = look_at(**file, *size, name)) found.push_back(std::move(*odd));
  }
  if (!keep.bytes) return found;
  if (auto full = probe_room(files, path.value, *keep.bytes, bytes, "keep"))
    found.push_back(std::move(*full));
  return found;
}

}  // namespace cantrail
