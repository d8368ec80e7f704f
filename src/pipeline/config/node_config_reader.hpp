// Reads a node's configuration and collects everything that is wrong with it, with places. Touches the file
// system (the file itself, DBCs), nothing else.
#pragma once

#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/registry.hpp"
#include "component/toml/config_document.hpp"
#include "component/toml/config_inputs.hpp"
#include "component/toml/option_reader.hpp"
#include "pipeline/config/component_section.hpp"
#include "pipeline/config/dbc_files.hpp"
#include "pipeline/config/node_config.hpp"

namespace cantrail {

// One thread, one configuration: read() or read_text() once, then section() for what a layer above owns, then
// finish().
class NodeConfigReader {
 public:
  struct Parts {
    std::span<const ComponentInfo> components;
    ConfigInputs inputs;
    FileSystem& files;
    std::string host_name = "cantrail";  // the node's name where none is given
  };
  explicit NodeConfigReader(Parts parts) : parts_(std::move(parts)), dbcs_(parts_.files) {}

  // Whatever is wrong stands in finish()'s diagnostics; what could be read is there in any case.
  [[nodiscard]] NodeConfig read(const std::string& path);
  // The same, `path` being where the text would lie: relative paths start from its folder.
  [[nodiscard]] NodeConfig read_text(std::string_view text, const std::string& path);

  // A section of someone else's, once: [server]. Absent: its defaults, its flags and its environment.
  // `problems`: asked afterwards for what is wrong between the options.
  void section(const std::string& name, const std::function<void(OptionVisitor&)>& describe,
               const std::function<std::vector<std::string>()>& problems = {});

  // The same for each [name.ENTRY], in the file's order. `begin` gets the entry's name and place, and gives
  // what reads it.
  struct EntryReader {
    std::function<void(OptionVisitor&)> describe;
    std::function<std::vector<std::string>()> problems;
  };
  void sections(
      const std::string& name,
      const std::function<EntryReader(const std::string& entry, const SourceLocation& where)>& begin);

  // Reports sections, keys and flags that nobody knows. Everything found, in the order of the file, then of
  // the DBCs; no error among it: the configuration can be run.
  [[nodiscard]] Diagnostics finish();

 private:
  bool check_version();
  void read_node(NodeConfig& config);
  void read_journal(NodeConfig& config);
  void read_sources(NodeConfig& config);
  void read_sinks(NodeConfig& config);
  void read_section(const std::string& name, const std::function<void(OptionVisitor&)>& describe,
                    const std::function<std::vector<std::string>()>& problems = {});
  void check_channels(const NodeConfig& config);
  void unknown_at_the_top();
  void unknown_flags();

  const ConfigTable& claim(const std::string& name);
  void remember(const ConfigTable& table, const OptionReader& reader);

  Parts parts_;
  DbcFiles dbcs_;
  ConfigDocument document_;
  Diagnostics found_;
  std::vector<std::string> sections_;  // names that are known at the top
  std::vector<std::string> top_keys_{"config_version"};
  std::set<std::string, std::less<>> described_;      // "source.can0.bitrate"
  std::vector<std::unique_ptr<ConfigTable>> absent_;  // stand for sections that are not there
  std::string data_folder_;
  bool readable_ = true;  // false: unreadable, no TOML or another version; nothing more is said then
};

}  // namespace cantrail
