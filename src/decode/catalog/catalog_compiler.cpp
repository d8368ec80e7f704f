#include "decode/catalog/catalog_compiler.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

#include "base/text.hpp"
#include "decode/catalog/definition.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/derive/signal_streams.hpp"
#include "model/stream_reference.hpp"

namespace cantrail {
namespace {

// Those that say no channel, and those that say this one.
std::vector<dbc::NameAlias> aliases_on(std::string_view channel, const std::vector<dbc::NameAlias>& all) {
  std::vector<dbc::NameAlias> here;
  std::copy_if(all.begin(), all.end(), std::back_inserter(here), [&](const dbc::NameAlias& alias) {
    const std::string_view said = split_reference(alias.old_name).channel;
    return said.empty() || said == channel;
  });
  return here;
}

// No alias gives a name of its DBC to a second message; a copy or another DBC of the channel may have it.
void tell_taken(const Catalog& catalog, ChannelId channel, const std::vector<dbc::NameAlias>& all,
                Diagnostics& diagnostics) {
  const ChannelInfo& info = catalog.channels[channel];
  for (const dbc::NameAlias& alias : aliases_on(info.alias, all)) {
    const StreamReference name = split_reference(alias.old_name);
    if (!name.field.empty()) continue;
    const auto bearers =
        std::count_if(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& stream) {
          return stream.channel == channel && stream.row->can_id && stream.row->name == name.stream;
        });
    if (bearers < 2) continue;
    diagnostics.push_back(
        {Severity::warning, alias.where,
         "'" + printable(alias.old_name) + "' in [alias] is now what several messages of channel " +
             printable(info.alias) + " are called: give the other one an alias of its own"});
  }
}

}  // namespace

Result<CatalogCompiler::Plan> CatalogCompiler::plan_of(const DbcText& dbc, const CatalogSpec& spec,
                                                       const std::vector<dbc::NameAlias>& aliases,
                                                       Diagnostics& diagnostics) {
  const std::tuple key(sha256(dbc.text), write_copies(spec.copies), write_aliases(aliases), spec.protocols);
  if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
  auto parsed = dbc::parse(dbc.text, dbc.name);
  if (!parsed) return Fault{FaultKind::config, parsed.fault().message};
  diagnostics.insert(diagnostics.end(), parsed->diagnostics.begin(), parsed->diagnostics.end());
  dbc::apply_names(parsed->database, spec.copies, aliases, diagnostics);
  auto plan = dbc::DecodePlan::compile(parsed->database, diagnostics, {spec.protocols});
  plans_.emplace(key, plan);
  return plan;
}

// Of the channel's DBCs, where it has aliases of its own. What a text says of itself was told when it was
// compiled for all channels.
Status CatalogCompiler::compile_own(const ChannelInfo& channel, const CatalogSpec& spec,
                                    std::vector<Plan>& plans, Diagnostics& diagnostics) {
  const std::vector<dbc::NameAlias> aliases = aliases_on(channel.alias, spec.aliases);
  if (aliases.size() == aliases_on("", spec.aliases).size()) return {};
  Diagnostics found;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    auto plan = plan_of(spec.dbcs[channel.dbcs[i]], spec, aliases, found);
    if (!plan) return plan.status();
    plans[i] = *plan;
  }
  for (Diagnostic& one : found) {
    const bool is_told =
        std::any_of(diagnostics.begin(), diagnostics.end(),
                    [text = to_string(one)](const Diagnostic& known) { return to_string(known) == text; });
    if (!is_told) diagnostics.push_back(std::move(one));
  }
  return {};
}

Result<CompiledCatalogPtr> CatalogCompiler::compile(CatalogSpec spec, Diagnostics& diagnostics) {
  auto compiled = std::make_shared<CompiledCatalog>();
  auto catalog = std::make_shared<Catalog>();
  catalog->definition = write_definition(spec);
  catalog->digest = sha256(catalog->definition);

  const std::vector<dbc::NameAlias> of_all_channels = aliases_on("", spec.aliases);
  std::vector<Plan> plans;
  for (const DbcText& dbc : spec.dbcs) {
    auto plan = plan_of(dbc, spec, of_all_channels, diagnostics);
    if (!plan) return plan.fault();
    plans.push_back(*plan);
  }
  std::vector<std::vector<Plan>> by_channel;
  for (const ChannelInfo& channel : spec.channels) {
    std::vector<Plan>& of_channel = by_channel.emplace_back();
    for (const std::uint32_t dbc : channel.dbcs) of_channel.push_back(plans[dbc]);
    if (auto own = compile_own(channel, spec, of_channel, diagnostics); !own) return own.fault();
  }
  auto formulas = derive::read_formulas(spec.signals);
  if (!formulas) return formulas.fault();
  catalog->channels = std::move(spec.channels);
  derive::SignalStreams signals(*formulas);
  std::map<std::tuple<SourceId, std::optional<ChannelId>, std::string>, std::size_t> newest;
  auto declared = spec.streams.begin();
  const auto add_streams_after = [&](std::size_t channels) {
    for (; declared != spec.streams.end() && declared->after_channels <= channels; ++declared) {
      const auto [last, is_new] = newest.try_emplace(
          {declared->source, declared->channel, declared->row->name}, catalog->streams.size());
      if (!is_new) catalog->streams[last->second].replaced = true;
      last->second = catalog->streams.size();
      catalog->streams.push_back({declared->row, declared->channel, declared->source});
      signals.add_to(*catalog, diagnostics);
    }
  };
  auto carried = std::make_shared<transport::Plan>();
  for (std::size_t channel = 0; channel < catalog->channels.size(); ++channel) {
    add_streams_after(channel);
    dbc::ChannelPlan& channel_plan = compiled->channels.emplace_back();
    const ChannelInfo& info = catalog->channels[channel];
    for (const Plan& plan : by_channel[channel]) {
      channel_plan.plans.push_back(plan);
      channel_plan.stream_base.push_back(static_cast<StreamId>(catalog->streams.size()));
      for (const dbc::MessagePlan& message : plan->messages()) {
        catalog->streams.push_back({message.row, static_cast<ChannelId>(channel), info.source});
      }
    }
    tell_taken(*catalog, static_cast<ChannelId>(channel), spec.aliases, diagnostics);
    transport::add_channel(*carried, channel_plan, static_cast<ChannelId>(channel), *catalog,
                           spec.identification);
    signals.add_to(*catalog, diagnostics);
  }
  if (carried->lookback_ns != 0) compiled->transport = carried;
  add_streams_after(catalog->channels.size());
  compiled->derivation = signals.plan(*catalog);
  catalog->sources = std::move(spec.sources);
  catalog->dbcs = std::move(spec.dbcs);
  compiled->catalog = std::move(catalog);
  return CompiledCatalogPtr(std::move(compiled));
}

void CatalogCompiler::forget_unused() {
  std::erase_if(plans_, [](const auto& plan) { return plan.second.use_count() == 1; });
}

Result<CompiledCatalogPtr> CatalogCompiler::compile(std::string_view definition) {
  auto spec = read_definition(definition);
  if (!spec) return spec.fault();
  Diagnostics known_already;  // reported when the catalog was made
  auto compiled = compile(std::move(*spec), known_already);
  if (!compiled) return Fault{FaultKind::corrupt, compiled.fault().message};
  return compiled;
}

}  // namespace cantrail
