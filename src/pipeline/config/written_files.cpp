#include "pipeline/config/written_files.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/text.hpp"

namespace cantrail {
namespace {

// Of the section's key; where the value comes from elsewhere, of the section.
SourceLocation place_of(const ConfigEntry& section, std::string_view key) {
  const ConfigTable* table = section.value.table();
  const ConfigEntry* entry = table != nullptr ? table->find(key) : nullptr;
  return entry != nullptr ? entry->value.where : section.where;
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

// What is wrong with one file; empty: nothing.
std::string complaint(const std::string& file, const std::string& canonical, const std::string& journal,
                      FileSystem& files) {
  if (lies_in(canonical, journal)) return printable(file, 200) + " lies in the journal's folder";
  if (!files.exists(canonical)) return {};
  const auto type = files.type(canonical);
  if (type && *type != FileType::regular) return printable(file, 200) + " is no regular file";
  return {};
}

class OwnersOfFiles {
 public:
  OwnersOfFiles(std::string journal, FileSystem& files, Diagnostics& found)
      : journal_(std::move(journal)), files_(files), found_(found) {}

  // A file that the configuration is read from, or that it names to be read.
  void keep_off(const std::string& file) { inputs_.insert(files_.canonical(file)); }

  // `owner`: its section, as "[sink.history]".
  void add(const std::string& owner, const std::string& key, const SourceLocation& where,
           const std::vector<std::string>& its_files) {
    for (const std::string& file : its_files) {
      const std::string canonical = files_.canonical(file);
      std::string wrong = complaint(file, canonical, journal_, files_);
      if (inputs_.contains(canonical)) {
        wrong = printable(file, 200) + " is read by this configuration, and would be written over";
      }
      const auto [known, is_new] = owners_.emplace(canonical, owner);
      if (!is_new) {
        wrong = printable(file, 200) + " is also of " + known->second + ": give each a file of its own";
      }
      if (wrong.empty()) continue;
      found_.push_back({Severity::error, where, owner + " " + key + ": " + wrong});
      break;  // the files beside it would say the same again
    }
  }

 private:
  std::string journal_;
  FileSystem& files_;
  Diagnostics& found_;
  std::set<std::string> inputs_;               // canonical
  std::map<std::string, std::string> owners_;  // canonical file → the section that has it
};

}  // namespace

void check_written_files(const NodeConfig& config, const ConfigTable& root, FileSystem& files,
                         Diagnostics& found) {
  OwnersOfFiles owners(files.canonical(config.journal_options().folder), files, found);
  for (const ConfigEntry& entry : root.entries) owners.keep_off(entry.where.file);
  for (const SourceSection& source : config.sources) {
    for (const DbcText& dbc : source.dbcs) owners.keep_off(dbc.name);
  }
  const std::string& log = config.log.file.value;
  if (const ConfigEntry* section = root.find("log"); !log.empty()) {
    owners.add("[log]", "file", section != nullptr ? place_of(*section, "file") : root.where,
               {log, log + ".1"});
  }
  const ConfigEntry* sinks = root.find("sink");
  for (const SinkSection& sink : config.sinks) {
    if (!sink.enabled || sink.config == nullptr) continue;
    const ConfigEntry* section = sinks->value.table()->find(sink.name);
    owners.add("[sink." + sink.name + "]", "path", place_of(*section, "path"), sink.config->writes());
  }
}

}  // namespace cantrail
