// Reads a node's configuration and collects everything that is wrong with it, with places. Touches the file
// system (the file itself and those of conf.d, DBCs, env files, secrets), nothing else.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/registry.hpp"
#include "component/toml/config_inputs.hpp"
#include "pipeline/config/config_files.hpp"
#include "pipeline/config/config_places.hpp"
#include "pipeline/config/config_sections.hpp"
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
  // The same without conf.d, `path` being where the text would lie: relative paths start from its folder.
  [[nodiscard]] NodeConfig read_text(std::string_view text, const std::string& path);

  // A section of someone else's, once: [server]. Absent: its defaults, its flags and its environment. Keys as
  // ConfigSections::read() wants them.
  template <class Keys>
  void section(const SectionHead& head, Keys& keys) {
    if (sections_ != nullptr) sections_->read(head, keys);
  }
  // The same for each [name.ENTRY], in the file's order.
  template <class Keys>
  void sections(const SectionHead& head, std::vector<Keys>& all) {
    if (sections_ != nullptr) sections_->read_entries(head, all);
  }

  // Reports sections, keys and flags that nobody knows. Everything found, in the order of the files, then of
  // the DBCs; no error among it: the configuration can be run.
  [[nodiscard]] Diagnostics finish();

  // What the configuration asks for and this build lacks; each is an error among finish()'s as well.
  [[nodiscard]] std::vector<std::string> not_in_build() const;
  // Where the files say what.
  [[nodiscard]] ConfigPlaces places() const;
  // What counts in the end, after finish().
  [[nodiscard]] EffectiveConfig effective() const;
  // What a configuration may say at all; empty where none could be read.
  [[nodiscard]] Language language() const;

 private:
  NodeConfig read_files(ConfigFiles files);
  bool check_version();
  void read_top(NodeConfig& config);
  void read_node(NodeConfig& config);
  void check_timezone(const std::string& name);
  void check_channels(const NodeConfig& config);

  Parts parts_;
  DbcFiles dbcs_;
  std::vector<std::string> files_;            // whose order is the findings'
  Diagnostics unreadable_;                    // where there is nothing else to say
  std::unique_ptr<ConfigSections> sections_;  // nullptr: unreadable, no TOML or another version
};

}  // namespace cantrail
