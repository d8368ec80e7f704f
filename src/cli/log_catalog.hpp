// The catalog of one log read by a command: channels are learnt from the log, every DBC decodes every
// channel.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "decode/catalog/catalog_compiler.hpp"

namespace cantrail::cli {

inline constexpr std::size_t kMostChannels = 256;

class LogCatalog {
 public:
  // Faults as CatalogCompiler's.
  static Result<LogCatalog> create(std::vector<DbcText> dbcs, Diagnostics& diagnostics);

  // nullopt beyond kMostChannels, the name being counted among left_out().
  [[nodiscard]] std::optional<ChannelId> channel(std::string_view name);
  // "3 channels": how many names got no channel. Up to kMostCounted each is counted once.
  [[nodiscard]] std::string left_out() const;
  [[nodiscard]] const CompiledCatalogPtr& compiled() const { return compiled_; }

 private:
  static constexpr std::size_t kMostCounted = 65'536;  // a log of nothing but names must not fill the memory

  std::nullopt_t refuse(std::string_view name);

  CatalogCompiler compiler_;
  CatalogSpec spec_;
  CompiledCatalogPtr compiled_;
  std::set<std::string, std::less<>> refused_;
  bool refused_more_ = false;
};

}  // namespace cantrail::cli
