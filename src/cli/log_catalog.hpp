// The catalog of one log read by a command: channels are learnt from the log, every DBC decodes every
// channel.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decode/catalog/catalog_compiler.hpp"

namespace cantrail::cli {

class LogCatalog {
 public:
  // Faults as CatalogCompiler's.
  static Result<LogCatalog> create(std::vector<DbcText> dbcs, Diagnostics& diagnostics);

  // nullopt beyond 256 channels.
  [[nodiscard]] std::optional<ChannelId> channel(std::string_view name);
  [[nodiscard]] const CompiledCatalogPtr& compiled() const { return compiled_; }

 private:
  CatalogCompiler compiler_;
  CatalogSpec spec_;
  CompiledCatalogPtr compiled_;
};

}  // namespace cantrail::cli
