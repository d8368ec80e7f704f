// Every catalog this run has met, compiled once: those that the sources make, and those that come back from
// the journal. Thread-safe; looking up never waits for a compilation.
//
// Ids that sources hold last as long as the run. A source's and a channel's place in the lists belongs to its
// name, also while no configuration has it. A stream of rows may get another id when a catalog takes the
// place of one; batches then say what they were filled with, and are renumbered as they get their catalog.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "component/context.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "pipeline/catalog_rules.hpp"

namespace cantrail {

// What a configuration says of one source.
struct CatalogSource {
  SourceInfo source;
  std::vector<std::string> channels;  // known before it runs
  std::vector<DbcText> dbcs;          // decode all of its channels
  bool goes_on = false;               // it runs, and keeps the channels and streams that it has learnt
};

class CatalogStore final : public ChannelRegistry {
 public:
  // Warnings of the DBCs go to the log. Fault `config`: a DBC that is none.
  static Result<std::shared_ptr<CatalogStore>> create(std::span<const CatalogSource> sources,
                                                      const CatalogRules& rules, Log& log);

  // ChannelRegistry: an unknown alias extends the current catalog. If another source has the alias already,
  // this source's channel is called "SOURCE/ALIAS".
  Result<ChannelId> channel(SourceId source, std::string_view alias) override;

  Result<StreamId> stream(SourceId source, std::optional<ChannelId> channel,
                          const std::shared_ptr<const RowSchema>& row) override;

  // The configuration has changed: another catalog becomes the current one. What sources that go on have
  // learnt stays; others are gone, or are about to start, and have nothing under way. Faults: config (a DBC
  // that is none; a name that only a restart gives free), exhausted; then all is as it was.
  Status replace(std::span<const CatalogSource> sources, const CatalogRules& rules);
  // Whether it could.
  Status could_replace(std::span<const CatalogSource> sources, const CatalogRules& rules);

  // nullopt: no source of that name was ever there.
  [[nodiscard]] std::optional<SourceId> source(std::string_view name) const;

  [[nodiscard]] CompiledCatalogPtr current() const;

  // Ids that sources hold of their streams, where these have others by now.
  using Renumbered = std::map<StreamId, StreamId>;
  struct Newest {
    CompiledCatalogPtr compiled;
    std::shared_ptr<const Renumbered> renumbered;  // nullptr: all have their ids
  };
  [[nodiscard]] Newest newest() const;
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
  static constexpr std::size_t kMostSources = 1024;  // names in one run

  // All that compiling needs.
  struct Plan {
    CatalogSpec spec;
    std::vector<std::vector<std::uint32_t>> source_dbcs;  // by source id, indexes into spec.dbcs
    std::vector<bool> idle;                               // by channel id: no source has it now
    std::map<StreamId, StreamSpec> held;                  // streams of rows, by the ids that sources hold
  };

  CatalogStore() = default;
  Result<ChannelId> extend(SourceId source, std::string alias);
  Result<ChannelId> revive(std::size_t channel, SourceId source, std::string alias);
  Result<StreamId> extend(StreamSpec stream);
  Status publish(Plan plan);
  Result<Plan> planned(std::span<const CatalogSource> sources, const CatalogRules& rules,
                       Diagnostics& diagnostics);
  Status place_sources(Plan& plan, std::span<const CatalogSource> sources, std::vector<bool>& goes_on);
  Status place_channels(Plan& plan, std::span<const CatalogSource> sources, const std::vector<bool>& goes_on);
  Status place_channel(Plan& plan, const std::string& alias, const std::string& source);
  void place_streams(Plan& plan, const std::vector<bool>& goes_on, const Catalog& of_frames);
  void remember(const CompiledCatalogPtr& compiled);

  mutable std::mutex compile_mutex_;  // guards what compiling needs; taken before mutex_
  CatalogCompiler compiler_;
  Plan plan_;

  mutable std::mutex mutex_;  // guards what follows
  Newest newest_;
  std::map<Digest, std::weak_ptr<const CompiledCatalog>> known_;
};

}  // namespace cantrail
