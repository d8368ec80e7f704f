#include "pipeline/config/timezone_check.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr int kDeepest = 3;  // America/Argentina/Ushuaia
constexpr std::size_t kMost = 2000;

void list_zones(const std::string& folder, const std::string& below, int deeper, FileSystem& files,
                std::vector<std::string>& zones) {
  const auto names = files.list(join_path(folder, below));
  if (!names) return;
  for (const std::string& name : *names) {
    // Beside the zones lie tables in lower case, and each zone twice more under posix and right.
    const bool is_zone = name.front() >= 'A' && name.front() <= 'Z';
    if (!is_zone || zones.size() >= kMost) continue;
    const std::string path = join_path(below, name);
    const auto type = files.type(join_path(folder, path));
    if (type && *type == FileType::folder && deeper > 1) list_zones(folder, path, deeper - 1, files, zones);
    if (type && *type == FileType::regular) zones.push_back(path);
  }
}

// "Berlin" for "Europe/Berlin"; or a slip.
std::optional<std::string> meant(const std::string& name, const std::vector<std::string>& zones) {
  const auto city = std::find_if(zones.begin(), zones.end(),
                                 [&](const std::string& zone) { return zone.ends_with("/" + name); });
  return city != zones.end() ? *city : nearest(name, zones);
}

}  // namespace

std::optional<std::string> timezone_problem(const std::string& name, const std::string& folder,
                                            FileSystem& files) {
  if (name == "UTC" || !files.exists(folder)) return std::nullopt;
  std::vector<std::string> zones;
  list_zones(folder, "", kDeepest, files, zones);
  if (zones.empty() || std::find(zones.begin(), zones.end(), name) != zones.end()) return std::nullopt;
  const auto near = meant(name, zones);
  return "there is no time zone '" + printable(name) + "'" +
         (near ? "; did you mean '" + *near + "'?" : ": they are called as in \"Europe/Berlin\"");
}

}  // namespace cantrail
