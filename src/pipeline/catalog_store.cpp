#include "pipeline/catalog_store.hpp"

#include <algorithm>

namespace cantrail {
namespace {

// But for the name, which may have become SOURCE/NAME.
bool same_schema(RowSchema a, const RowSchema& b) {
  a.name = b.name;
  return a == b;
}

bool is_same(const StreamSpec& a, const StreamSpec& b) {
  return a.row == b.row && a.channel == b.channel && a.source == b.source;
}

// DBC texts are shared between sources that name the same file.
std::uint32_t index_of(std::vector<DbcText>& all, const DbcText& wanted) {
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].name == wanted.name && all[i].text == wanted.text) return static_cast<std::uint32_t>(i);
  }
  all.push_back(wanted);
  return static_cast<std::uint32_t>(all.size() - 1);
}

StreamId id_of(const Catalog& catalog, const StreamSpec& stream) {
  const auto at = std::find_if(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& known) {
    return known.row == stream.row && known.channel == stream.channel && known.source == stream.source;
  });
  return static_cast<StreamId>(at - catalog.streams.begin());
}

// Whether a message of the channel's DBC, or a stream of another source, has the name.
bool is_taken(const Catalog& catalog, const StreamSpec& stream) {
  return std::any_of(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& known) {
    const bool own = known.source == stream.source && !known.row->can_id && !known.named_signal;
    return !own && known.channel == stream.channel && known.row->name == stream.row->name;
  });
}

// The id that a source is to hold: the stream's own, unless one of before has that number.
StreamId held_id(std::map<StreamId, StreamSpec>& held, const StreamSpec& stream, StreamId id) {
  for (const auto& [number, known] : held) {
    if (is_same(known, stream)) return number;
  }
  if (held.contains(id)) id = std::max(id, held.rbegin()->first) + 1;
  held.emplace(id, stream);
  return id;
}

}  // namespace

Result<std::shared_ptr<CatalogStore>> CatalogStore::create(std::span<const CatalogSource> sources,
                                                           const CatalogRules& rules, Log& log) {
  std::shared_ptr<CatalogStore> store(new CatalogStore);
  Diagnostics diagnostics;
  auto plan = store->planned(sources, rules, diagnostics);
  if (!plan) return plan.fault();
  for (const Diagnostic& diagnostic : diagnostics) {
    log.write(diagnostic.severity, "dbc", to_string(diagnostic));
  }
  if (auto published = store->publish(std::move(*plan)); !published) return published.fault();
  return store;
}

Result<ChannelId> CatalogStore::channel(SourceId source, std::string_view alias) {
  const std::lock_guard lock(compile_mutex_);
  const CatalogSpec& spec = plan_.spec;
  const std::string qualified = spec.sources[source].name + "/" + std::string(alias);
  bool taken = false;
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    const ChannelInfo& known = spec.channels[i];
    const bool is_own = known.source == source && (known.alias == alias || known.alias == qualified);
    if (is_own && !plan_.idle[i]) return static_cast<ChannelId>(i);
    taken = taken || (known.alias == alias && !plan_.idle[i]);
  }
  std::string name = taken ? qualified : std::string(alias);
  for (std::size_t i = 0; i < spec.channels.size(); ++i) {
    if (spec.channels[i].alias == name) return revive(i, source, std::move(name));
  }
  return extend(source, std::move(name));
}

Result<ChannelId> CatalogStore::extend(SourceId source, std::string alias) {
  if (plan_.spec.channels.size() >= kMostChannels) {
    return Fault{FaultKind::exhausted, "source " + plan_.spec.sources[source].name + " names more than " +
                                           std::to_string(kMostChannels) +
                                           " channels; is its input what it should be?"};
  }
  Plan plan = plan_;
  plan.spec.channels.push_back({std::move(alias), source, plan.source_dbcs[source]});
  plan.idle.push_back(false);
  if (auto published = publish(std::move(plan)); !published) return published.fault();
  return static_cast<ChannelId>(plan_.spec.channels.size() - 1);
}

// A name that was there before this source, or before it was started again.
Result<ChannelId> CatalogStore::revive(std::size_t channel, SourceId source, std::string alias) {
  Plan plan = plan_;
  plan.spec.channels[channel] = {std::move(alias), source, plan.source_dbcs[source]};
  plan.idle[channel] = false;
  if (auto published = publish(std::move(plan)); !published) return published.fault();
  return static_cast<ChannelId>(channel);
}

// A stream is the same if its source, its channel and all of its schema are. A source whose schema is another
// one now gets another stream of the same name.
Result<StreamId> CatalogStore::stream(SourceId source, std::optional<ChannelId> channel,
                                      const std::shared_ptr<const RowSchema>& row) {
  const std::lock_guard lock(compile_mutex_);
  const CatalogSpec& spec = plan_.spec;
  const CompiledCatalogPtr now = current();
  StreamSpec wanted{source, channel, row, static_cast<std::uint32_t>(spec.channels.size())};
  if (is_taken(*now->catalog, wanted)) {
    auto renamed = std::make_shared<RowSchema>(*row);
    renamed->name = spec.sources[source].name + "/" + row->name;
    wanted.row = std::move(renamed);
  }
  const auto newest = std::find_if(spec.streams.rbegin(), spec.streams.rend(), [&](const StreamSpec& known) {
    return known.source == source && known.channel == channel && known.row->name == wanted.row->name;
  });
  if (newest != spec.streams.rend() && same_schema(*newest->row, *row)) {
    return held_id(plan_.held, *newest, id_of(*now->catalog, *newest));
  }
  return extend(std::move(wanted));
}

Result<StreamId> CatalogStore::extend(StreamSpec stream) {
  if (plan_.spec.streams.size() >= kMostStreams) {
    return Fault{FaultKind::exhausted, "source " + plan_.spec.sources[stream.source].name +
                                           " has one stream too many: a catalog holds " +
                                           std::to_string(kMostStreams)};
  }
  Plan plan = plan_;
  plan.spec.streams.push_back(stream);
  Diagnostics known_already;
  auto compiled = compiler_.compile(plan.spec, known_already);
  if (!compiled) return compiled.fault();
  const StreamId held = held_id(plan.held, stream, id_of(*(*compiled)->catalog, stream));
  if (auto published = publish(std::move(plan)); !published) return published.fault();
  return held;
}

Status CatalogStore::could_replace(std::span<const CatalogSource> sources, const CatalogRules& rules) {
  const std::lock_guard lock(compile_mutex_);
  Diagnostics told_already;  // by who read the configuration
  return planned(sources, rules, told_already).status();
}

Status CatalogStore::replace(std::span<const CatalogSource> sources, const CatalogRules& rules) {
  const std::lock_guard lock(compile_mutex_);
  Diagnostics told_already;
  auto plan = planned(sources, rules, told_already);
  if (!plan) return plan.status();
  Status published = publish(std::move(*plan));
  compiler_.forget_unused();
  return published;
}

Result<CatalogStore::Plan> CatalogStore::planned(std::span<const CatalogSource> sources,
                                                 const CatalogRules& rules, Diagnostics& diagnostics) {
  Plan plan;
  plan.spec.copies = rules.copies;
  plan.spec.aliases = rules.aliases;
  std::vector<bool> goes_on;
  if (auto placed = place_sources(plan, sources, goes_on); !placed) return placed.fault();
  if (auto placed = place_channels(plan, sources, goes_on); !placed) return placed.fault();
  auto of_frames = compiler_.compile(plan.spec, diagnostics);
  if (!of_frames) return of_frames.fault();
  place_streams(plan, goes_on, *(*of_frames)->catalog);
  plan.spec.signals = rules.signals;  // may need what was placed last
  return plan;
}

Status CatalogStore::place_sources(Plan& plan, std::span<const CatalogSource> sources,
                                   std::vector<bool>& goes_on) {
  plan.spec.sources = plan_.spec.sources;
  plan.source_dbcs.resize(plan.spec.sources.size());
  goes_on.assign(plan.spec.sources.size(), false);
  for (const CatalogSource& one : sources) {
    auto at = std::find_if(plan.spec.sources.begin(), plan.spec.sources.end(),
                           [&](const SourceInfo& known) { return known.name == one.source.name; });
    if (at == plan.spec.sources.end()) {
      if (plan.spec.sources.size() >= kMostSources) {
        return {FaultKind::exhausted,
                "sources have had " + std::to_string(kMostSources) + " names in this run; restart the node"};
      }
      at = plan.spec.sources.insert(at, one.source);
      plan.source_dbcs.emplace_back();
      goes_on.push_back(false);
    }
    at->type = one.source.type;
    const auto id = static_cast<std::size_t>(at - plan.spec.sources.begin());
    goes_on[id] = one.goes_on;
    for (const DbcText& dbc : one.dbcs) {
      plan.source_dbcs[id].push_back(index_of(plan.spec.dbcs, dbc));
    }
  }
  return {};
}

Status CatalogStore::place_channels(Plan& plan, std::span<const CatalogSource> sources,
                                    const std::vector<bool>& goes_on) {
  auto& channels = plan.spec.channels;
  channels = plan_.spec.channels;
  plan.idle = plan_.idle;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    plan.idle[i] = plan.idle[i] || !goes_on[channels[i].source];
  }
  for (const CatalogSource& one : sources) {
    for (const std::string& alias : one.channels) {
      if (auto placed = place_channel(plan, alias, one.source.name); !placed) return placed;
    }
  }
  for (std::size_t i = 0; i < channels.size(); ++i) {
    channels[i].dbcs = plan.idle[i] ? std::vector<std::uint32_t>{} : plan.source_dbcs[channels[i].source];
  }
  return {};
}

Status CatalogStore::place_channel(Plan& plan, const std::string& alias, const std::string& source) {
  auto& channels = plan.spec.channels;
  const auto named = std::find_if(plan.spec.sources.begin(), plan.spec.sources.end(),
                                  [&](const SourceInfo& known) { return known.name == source; });
  const auto id = static_cast<SourceId>(named - plan.spec.sources.begin());
  const auto at = std::find_if(channels.begin(), channels.end(),
                               [&](const ChannelInfo& known) { return known.alias == alias; });
  const auto place = static_cast<std::size_t>(at - channels.begin());
  if (at == channels.end()) {
    if (channels.size() >= kMostChannels) {
      return {FaultKind::exhausted,
              "channels have had " + std::to_string(kMostChannels) + " names in this run; restart the node"};
    }
    channels.push_back({alias, id, {}});
    plan.idle.push_back(false);
    return {};
  }
  if (!plan.idle[place] && at->source != id) {
    return {FaultKind::config, "channel '" + alias + "' of source " + source + " is what source " +
                                   plan.spec.sources[at->source].name +
                                   " has met under that name; restart the node, or give it another"};
  }
  at->source = id;
  plan.idle[place] = false;
  return {};
}

// A stream whose name a message has now is called SOURCE/NAME; one that was called so takes its name back
// where that is free.
void CatalogStore::place_streams(Plan& plan, const std::vector<bool>& goes_on, const Catalog& of_frames) {
  for (const StreamSpec& before : plan_.spec.streams) {
    if (!goes_on[before.source]) continue;
    const std::string prefix = plan.spec.sources[before.source].name + "/";
    const std::string& name = before.row->name;
    auto row = std::make_shared<RowSchema>(*before.row);
    if (name.starts_with(prefix)) row->name = name.substr(prefix.size());
    StreamSpec stream = before;
    stream.row = row;
    const bool of_another =
        std::any_of(plan.spec.streams.begin(), plan.spec.streams.end(), [&](const StreamSpec& other) {
          return other.source != stream.source && other.channel == stream.channel &&
                 other.row->name == row->name;
        });
    if (of_another || is_taken(of_frames, stream)) row->name = prefix + row->name;
    if (row->name == name) stream.row = before.row;
    stream.after_channels = static_cast<std::uint32_t>(plan.spec.channels.size());
    plan.spec.streams.push_back(stream);
    for (const auto& [id, held] : plan_.held) {
      if (is_same(held, before)) plan.held.emplace(id, stream);
    }
  }
}

Status CatalogStore::publish(Plan plan) {
  Diagnostics known_already;
  auto compiled = compiler_.compile(plan.spec, known_already);
  if (!compiled) return compiled.status();
  // Whoever decodes under it goes on: another object would be another catalog, and forget named signals.
  if (auto known = find((*compiled)->catalog->digest)) *compiled = std::move(known);
  auto renumbered = std::make_shared<Renumbered>();
  for (const auto& [id, stream] : plan.held) {
    const StreamId now = id_of(*(*compiled)->catalog, stream);
    if (now != id) renumbered->emplace(id, now);
  }
  plan_ = std::move(plan);
  remember(*compiled);
  const std::lock_guard lock(mutex_);
  newest_ = {*compiled, renumbered->empty() ? nullptr : std::move(renumbered)};
  return {};
}

void CatalogStore::remember(const CompiledCatalogPtr& compiled) {
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& entry) { return entry.second.expired(); });
  known_.insert_or_assign(compiled->catalog->digest, compiled);
}

std::optional<SourceId> CatalogStore::source(std::string_view name) const {
  const std::lock_guard lock(compile_mutex_);
  const auto& sources = plan_.spec.sources;
  const auto at = std::find_if(sources.begin(), sources.end(),
                               [&](const SourceInfo& known) { return known.name == name; });
  if (at == sources.end()) return std::nullopt;
  return static_cast<SourceId>(at - sources.begin());
}

CompiledCatalogPtr CatalogStore::current() const {
  const std::lock_guard lock(mutex_);
  return newest_.compiled;
}

CatalogStore::Newest CatalogStore::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
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
  remember(*compiled);
  return compiled;
}

}  // namespace cantrail
