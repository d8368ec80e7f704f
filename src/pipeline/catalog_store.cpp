#include "pipeline/catalog_store.hpp"

#include <algorithm>

namespace cantrail {
namespace {

// But for the name, which may have become SOURCE/NAME.
bool same_schema(RowSchema a, const RowSchema& b) {
  a.name = b.name;
  return a == b;
}

StreamId id_of(const Catalog& catalog, const StreamSpec& stream) {
  const auto at = std::find_if(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& known) {
    return known.row == stream.row && known.channel == stream.channel;
  });
  return static_cast<StreamId>(at - catalog.streams.begin());
}

}  // namespace

Result<std::shared_ptr<CatalogStore>> CatalogStore::create(
    CatalogSpec spec, std::vector<std::vector<std::uint32_t>> source_dbcs, Log& log) {
  std::shared_ptr<CatalogStore> store(new CatalogStore);
  store->spec_ = std::move(spec);
  store->source_dbcs_ = std::move(source_dbcs);
  Diagnostics diagnostics;
  auto compiled = store->compiler_.compile(store->spec_, diagnostics);
  if (!compiled) return compiled.fault();
  for (const Diagnostic& diagnostic : diagnostics) {
    log.write(diagnostic.severity, "dbc", to_string(diagnostic));
  }
  store->remember(*compiled, true);
  return store;
}

Result<ChannelId> CatalogStore::channel(SourceId source, std::string_view alias) {
  const std::lock_guard lock(compile_mutex_);
  const std::string qualified = spec_.sources[source].name + "/" + std::string(alias);
  bool taken = false;
  for (std::size_t i = 0; i < spec_.channels.size(); ++i) {
    const ChannelInfo& known = spec_.channels[i];
    if (known.source == source && (known.alias == alias || known.alias == qualified)) {
      return static_cast<ChannelId>(i);
    }
    taken = taken || known.alias == alias;
  }
  return extend(source, taken ? qualified : std::string(alias));
}

Result<ChannelId> CatalogStore::extend(SourceId source, std::string alias) {
  if (spec_.channels.size() >= kMostChannels) {
    return Fault{FaultKind::exhausted, "source " + spec_.sources[source].name + " names more than " +
                                           std::to_string(kMostChannels) +
                                           " channels; is its input what it should be?"};
  }
  spec_.channels.push_back({std::move(alias), source, source_dbcs_[source]});
  Diagnostics known_already;
  auto compiled = compiler_.compile(spec_, known_already);
  if (!compiled) {
    spec_.channels.pop_back();
    return compiled.fault();
  }
  remember(*compiled, true);
  return static_cast<ChannelId>(spec_.channels.size() - 1);
}

// A stream is the same if its source, its channel and all of its schema are. A source whose schema is another
// one now gets another stream of the same name.
Result<StreamId> CatalogStore::stream(SourceId source, std::optional<ChannelId> channel,
                                      const std::shared_ptr<const RowSchema>& row) {
  const std::lock_guard lock(compile_mutex_);
  StreamSpec wanted{source, channel, row, static_cast<std::uint32_t>(spec_.channels.size())};
  if (is_taken(wanted)) {
    auto renamed = std::make_shared<RowSchema>(*row);
    renamed->name = spec_.sources[source].name + "/" + row->name;
    wanted.row = std::move(renamed);
  }
  const auto newest =
      std::find_if(spec_.streams.rbegin(), spec_.streams.rend(), [&](const StreamSpec& known) {
        return known.source == source && known.channel == channel && known.row->name == wanted.row->name;
      });
  if (newest != spec_.streams.rend() && same_schema(*newest->row, *row)) {
    return id_of(*current()->catalog, *newest);
  }
  return extend(std::move(wanted));
}

// By a message of the channel's DBC, or by another source.
bool CatalogStore::is_taken(const StreamSpec& stream) const {
  const CompiledCatalogPtr compiled = current();
  const auto& streams = compiled->catalog->streams;
  return std::any_of(streams.begin(), streams.end(), [&](const StreamInfo& known) {
    const bool own = known.source == stream.source && !known.row->can_id && !known.named_signal;
    return !own && known.channel == stream.channel && known.row->name == stream.row->name;
  });
}

Result<StreamId> CatalogStore::extend(StreamSpec stream) {
  if (spec_.streams.size() >= kMostStreams) {
    return Fault{FaultKind::exhausted, "source " + spec_.sources[stream.source].name +
                                           " has one stream too many: a catalog holds " +
                                           std::to_string(kMostStreams)};
  }
  spec_.streams.push_back(std::move(stream));
  Diagnostics known_already;
  auto compiled = compiler_.compile(spec_, known_already);
  if (!compiled) {
    spec_.streams.pop_back();
    return compiled.fault();
  }
  remember(*compiled, true);
  return id_of(*(*compiled)->catalog, spec_.streams.back());
}

void CatalogStore::remember(const CompiledCatalogPtr& compiled, bool as_current) {
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  known_.insert_or_assign(compiled->catalog->digest, compiled);
  if (as_current) current_ = compiled;
}

CompiledCatalogPtr CatalogStore::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

CompiledCatalogPtr CatalogStore::find(const Digest& digest) const {
  const std::lock_guard lock(mutex_);
  const auto at = known_.find(digest);
  return at != known_.end() ? at->second.lock() : nullptr;
}

Result<CompiledCatalogPtr> CatalogStore::add(std::string_view definition) {
  const std::lock_guard lock(compile_mutex_);
  auto compiled = compiler_.compile(definition);
  if (!compiled) return compiled;
  if (auto known = find((*compiled)->catalog->digest)) return known;  // batches refer to that one
  remember(*compiled, false);
  return compiled;
}

}  // namespace cantrail
