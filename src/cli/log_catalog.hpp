// The catalog of one log read by a command: channels are learnt from the log. Every DBC decodes every
// channel, unless a configuration says otherwise.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decode/catalog/catalog_compiler.hpp"

namespace cantrail::cli {

inline constexpr std::size_t kMostChannels = 256;

// How a configuration has its channels decoded.
struct LogDecoding {
  std::vector<DbcText> dbcs;
  // Channels that are known by name, with indexes into `dbcs`. Where the log's first is one of them, all are
  // there from the beginning, as in the node: named signals remember nothing across a channel that is added.
  std::vector<std::pair<std::string, std::vector<std::uint32_t>>> channels = {};
  std::vector<dbc::MessageCopies> copies = {};
  std::vector<dbc::NameAlias> aliases = {};
  std::vector<derive::SignalSpec> signals = {};
  // The same by the names of sources, for who knows which source a channel is of.
  std::vector<std::pair<std::string, std::vector<std::uint32_t>>> sources = {};
};

class LogCatalog {
 public:
  // Faults as CatalogCompiler's.
  static Result<LogCatalog> create(LogDecoding decoding, Diagnostics& diagnostics);

  // nullopt beyond kMostChannels, the name being counted among left_out().
  [[nodiscard]] std::optional<ChannelId> channel(std::string_view name);
  // "3 channels": how many names got no channel. Up to kMostCounted each is counted once.
  [[nodiscard]] std::string left_out() const;
  [[nodiscard]] const CompiledCatalogPtr& compiled() const { return compiled_; }

 private:
  static constexpr std::size_t kMostCounted = 65'536;  // a log of nothing but names must not fill the memory

  std::nullopt_t refuse(std::string_view name);
  void add_channels(std::string_view name);

  CatalogCompiler compiler_;
  CatalogSpec spec_;
  std::vector<std::pair<std::string, std::vector<std::uint32_t>>> known_;
  CompiledCatalogPtr compiled_;
  std::set<std::string, std::less<>> refused_;
  bool refused_more_ = false;
};

}  // namespace cantrail::cli
