#include "cli/node_decoding.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "cli/node_file.hpp"

namespace cantrail::cli {

const NodeLane* NodeDecoding::lane_of(const std::string& file) const {
  FileSystem& files = real_file_system();
  const std::string wanted = files.canonical(file);
  const auto found = std::ranges::find_if(lanes, [&](const NodeLane& lane) {
    return std::ranges::any_of(lane.writes,
                               [&](const std::string& one) { return files.canonical(one) == wanted; });
  });
  return found == lanes.end() ? nullptr : &*found;
}

std::optional<NodeDecoding> decoding_of(const std::string& path) {
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
  NodeDecoding node_decoding;
  for (const SinkSection& sink : file.config.sinks) {
    if (sink.config != nullptr) node_decoding.lanes.push_back({sink.name, sink.config->writes(), sink.keys});
  }
  LogDecoding& decoding = node_decoding.decoding;
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
  return node_decoding;
}

}  // namespace cantrail::cli
