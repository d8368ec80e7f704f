#include "cli/node_decoding.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {

std::optional<LogDecoding> decoding_of(const std::string& path) {
  NodeArguments node;
  node.path = path;
  const NodeFile file = read_node_file(node, real_file_system());
  const auto errors = static_cast<std::size_t>(
      std::count_if(file.diagnostics.begin(), file.diagnostics.end(),
                    [](const Diagnostic& one) { return one.severity == Severity::error; }));
  if (errors != file.not_in_build.size()) {
    print_diagnostics(file.diagnostics);
    return std::nullopt;
  }
  LogDecoding decoding;
  decoding.copies = file.config.copies;
  decoding.aliases = file.config.aliases;
  decoding.signals = file.config.signal.signals;
  for (const SourceSection& source : file.config.sources) {
    if (!source.enabled) continue;
    std::vector<std::uint32_t> dbcs;
    for (const DbcText& dbc : source.dbcs) {
      dbcs.push_back(static_cast<std::uint32_t>(decoding.dbcs.size()));
      decoding.dbcs.push_back(dbc);
    }
    decoding.sources.emplace_back(source.name, dbcs);
    if (source.config == nullptr) continue;
    for (const std::string& channel : source.config->channels(source.name)) {
      decoding.channels.emplace_back(channel, dbcs);
    }
  }
  return decoding;
}

}  // namespace cantrail::cli
