#include "server/unknown_name.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "server/problem.hpp"

namespace cantrail::server {
namespace {

bool is_glob(const std::string& text) {
  return text.find_first_of("*?") != std::string::npos;
}

// A bus, or the source of rows that come from none.
std::string channel_of(const Catalog& catalog, const StreamInfo& stream) {
  if (stream.channel) return catalog.channels[*stream.channel].alias;
  return stream.source < catalog.sources.size() ? catalog.sources[stream.source].name : std::string();
}

std::optional<Response> not_among(std::string_view what, const std::string& asked,
                                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), asked) != known.end()) return std::nullopt;
  const auto near = nearest(asked, known);
  return problem(404, "there is no " + std::string(what) + " " + printable(asked) +
                          (near ? "; did you mean " + *near + "?" : "") + " (/api/signals lists them)");
}

}  // namespace

std::optional<Response> unknown_message(const std::string& message, const Catalog* catalog,
                                        std::span<const SignalName> stored) {
  if (message.empty() || is_glob(message)) return std::nullopt;
  const bool with_channel = message.find(':') != std::string::npos;
  std::vector<std::string> known;
  const auto add = [&](const std::string& channel, const std::string& name) {
    known.push_back(with_channel ? channel + ":" + name : name);
  };
  for (const SignalName& name : stored) add(name.channel, name.message);
  if (catalog != nullptr) {
    for (const StreamInfo& stream : catalog->streams) add(channel_of(*catalog, stream), stream.row->name);
  }
  return not_among("message", message, known);
}

std::optional<Response> unknown_signal(const std::string& signal, const Catalog* catalog,
                                       std::span<const SignalName> stored) {
  if (signal.empty() || is_glob(signal)) return std::nullopt;
  std::vector<std::string> known;
  for (const SignalName& name : stored) known.push_back(name.signal);
  if (catalog != nullptr) {
    for (const StreamInfo& stream : catalog->streams) {
      for (const FieldSchema& field : stream.row->fields) known.push_back(field.name);
    }
  }
  return not_among("signal", signal, known);
}

}  // namespace cantrail::server
