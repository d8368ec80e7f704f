#include "cli/init_findings.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "decode/dbc/parser.hpp"

namespace cantrail::cli {
namespace {

constexpr std::string_view kCanType = "280";

// A file of sysfs, without its line end; empty where it cannot be read (operstate of an interface that goes
// away at this moment).
std::string attribute(FileSystem& files, const std::string& path) {
  const Result<std::string> text = read_file(files, path);
  return text ? std::string(trim(*text)) : std::string();
}

bool ends_like_a_dbc(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return name.size() > 4 && name.ends_with(".dbc");
}

}  // namespace

std::vector<CanInterface> find_can_interfaces(FileSystem& files, const std::string& net_folder) {
  std::vector<CanInterface> found;
  const Result<std::vector<std::string>> names = files.list(net_folder);
  if (!names) return found;
  for (const std::string& name : *names) {
    const std::string folder = join_path(net_folder, name);
    if (attribute(files, folder + "/type") != kCanType) continue;
    // A vcan has no device behind it, and its state is "unknown" while it is up.
    const std::string state = attribute(files, folder + "/operstate");
    found.push_back({name, !files.exists(folder + "/device"), state == "up" || state == "unknown"});
  }
  return found;
}

FoundDbc look_at_dbc(FileSystem& files, const std::string& folder, const std::string& name) {
  FoundDbc found{name, 0, ""};
  const Result<std::string> text = read_file(files, join_path(folder, name));
  if (!text) {
    found.problem = text.fault().message;
    return found;
  }
  const Result<dbc::Parsed> parsed = dbc::parse(*text, name);
  if (!parsed) {
    found.problem = parsed.fault().message;
  } else if (parsed->database.messages.empty()) {
    found.problem = name + ": describes no message";
  } else {
    found.messages = parsed->database.messages.size();
  }
  return found;
}

std::vector<FoundDbc> find_dbc_files(FileSystem& files, const std::string& folder) {
  std::vector<FoundDbc> found;
  const Result<std::vector<std::string>> names = files.list(folder);
  if (!names) return found;
  for (const std::string& name : *names) {
    if (ends_like_a_dbc(name)) found.push_back(look_at_dbc(files, folder, name));
  }
  return found;
}

}  // namespace cantrail::cli
