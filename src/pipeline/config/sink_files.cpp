#include "pipeline/config/sink_files.hpp"

#include <map>

#include "base/text.hpp"

namespace cantrail {
namespace {

SourceLocation place_of(const ConfigTable& sinks, const std::string& name) {
  const ConfigEntry* section = sinks.find(name);
  if (section == nullptr) return sinks.where;
  const ConfigEntry* path = section->value.table()->find("path");
  return path != nullptr ? path->value.where : section->where;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

// What is wrong with one file of a sink; empty: nothing.
std::string complaint(const std::string& file, const std::string& canonical, const std::string& journal,
                      FileSystem& files) {
  if (lies_in(canonical, journal)) return printable(file, 200) + " lies in the journal's folder";
  if (!files.exists(canonical)) return {};
  const auto type = files.type(canonical);
  if (type && *type != FileType::regular) return printable(file, 200) + " is no regular file";
  return {};
}

}  // namespace

void check_sink_files(const NodeConfig& config, const ConfigTable& sinks, FileSystem& files,
                      Diagnostics& found) {
  const std::string journal = files.canonical(config.journal_options().folder);
  std::map<std::string, std::string> owners;  // canonical file → the sink that has it
  for (const SinkSection& sink : config.sinks) {
    if (!sink.enabled || sink.config == nullptr) continue;
    for (const std::string& file : sink.config->writes()) {
      const std::string canonical = files.canonical(file);
      std::string wrong = complaint(file, canonical, journal, files);
      const auto [owner, is_new] = owners.emplace(canonical, sink.name);
      if (!is_new) {
        wrong =
            printable(file, 200) + " is also of [sink." + owner->second + "]: give each a file of its own";
      }
      if (wrong.empty()) continue;
      found.push_back(
          {Severity::error, place_of(sinks, sink.name), "[sink." + sink.name + "] path: " + wrong});
      break;  // the files beside it would say the same again
    }
  }
}

}  // namespace cantrail
