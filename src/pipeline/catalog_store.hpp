// Every catalog this run has met, compiled once: those that the sources make, and those that come back from
// the journal. Thread-safe; looking up never waits for a compilation.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string_view>

#include "component/context.hpp"
#include "decode/catalog/catalog_compiler.hpp"

namespace cantrail {

class CatalogStore final : public ChannelRegistry {
 public:
  // Where a source's new channels get their DBCs from is `source_dbcs`: by source id, indexes into spec.dbcs.
  // Warnings of the DBCs go to the log. Fault `config`: a DBC that is none.
  static Result<std::shared_ptr<CatalogStore>> create(CatalogSpec spec,
                                                      std::vector<std::vector<std::uint32_t>> source_dbcs,
                                                      Log& log);

  // ChannelRegistry: an unknown alias extends the current catalog. If another source has the alias already,
  // this source's channel is called "SOURCE/ALIAS".
  Result<ChannelId> channel(SourceId source, std::string_view alias) override;

  Result<StreamId> stream(SourceId source, std::optional<ChannelId> channel,
                          const std::shared_ptr<const RowSchema>& row) override;

  [[nodiscard]] CompiledCatalogPtr current() const;
  // What a batch was captured under: by digest, nullptr if it is not in use any more; from its stored
  // definition.
  [[nodiscard]] CompiledCatalogPtr find(const Digest& digest) const;
  Result<CompiledCatalogPtr> add(std::string_view definition);

  // What batches carry: keeps the compiled catalog alive, so that find() succeeds as long as a batch needs
  // it.
  [[nodiscard]] static CatalogPtr reference(const CompiledCatalogPtr& compiled) {
    return {compiled, compiled->catalog.get()};
  }

 private:
  static constexpr std::size_t kMostChannels = 256;
  static constexpr std::size_t kMostStreams = 4096;  // of rows

  CatalogStore() = default;
  Result<ChannelId> extend(SourceId source, std::string alias);

  Result<StreamId> extend(StreamSpec stream);
  [[nodiscard]] bool is_taken(const StreamSpec& stream) const;
  void remember(const CompiledCatalogPtr& compiled, bool as_current);

  std::mutex compile_mutex_;  // guards what compiling needs; taken before mutex_
  CatalogCompiler compiler_;
  CatalogSpec spec_;
  std::vector<std::vector<std::uint32_t>> source_dbcs_;

  mutable std::mutex mutex_;  // guards what follows
  CompiledCatalogPtr current_;
  std::map<Digest, std::weak_ptr<const CompiledCatalog>> known_;
};

}  // namespace cantrail
