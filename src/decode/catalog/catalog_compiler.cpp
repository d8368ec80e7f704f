#include "decode/catalog/catalog_compiler.hpp"

#include <tuple>

#include "decode/catalog/definition.hpp"
#include "decode/dbc/parser.hpp"
#include "decode/derive/signal_streams.hpp"

namespace cantrail {

Result<std::shared_ptr<const dbc::DecodePlan>> CatalogCompiler::plan_of(const DbcText& dbc,
                                                                        const CatalogSpec& spec,
                                                                        Diagnostics& diagnostics) {
  const std::tuple key(sha256(dbc.text), write_copies(spec.copies), spec.protocols);
  if (const auto known = plans_.find(key); known != plans_.end()) return known->second;
  auto parsed = dbc::parse(dbc.text, dbc.name);
  if (!parsed) return Fault{FaultKind::config, parsed.fault().message};
  diagnostics.insert(diagnostics.end(), parsed->diagnostics.begin(), parsed->diagnostics.end());
  dbc::apply_copies(parsed->database, spec.copies, diagnostics);
  auto plan = dbc::DecodePlan::compile(parsed->database, diagnostics, {spec.protocols});
  plans_.emplace(key, plan);
  return plan;
}

Result<CompiledCatalogPtr> CatalogCompiler::compile(CatalogSpec spec, Diagnostics& diagnostics) {
  auto compiled = std::make_shared<CompiledCatalog>();
  auto catalog = std::make_shared<Catalog>();
  catalog->definition = write_definition(spec);
  catalog->digest = sha256(catalog->definition);

  std::vector<std::shared_ptr<const dbc::DecodePlan>> plans;
  for (const DbcText& dbc : spec.dbcs) {
    auto plan = plan_of(dbc, spec, diagnostics);
    if (!plan) return plan.fault();
    plans.push_back(*plan);
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
    for (const std::uint32_t dbc : info.dbcs) {
      channel_plan.plans.push_back(plans[dbc]);
      channel_plan.stream_base.push_back(static_cast<StreamId>(catalog->streams.size()));
      for (const dbc::MessagePlan& message : plans[dbc]->messages()) {
        catalog->streams.push_back({message.row, static_cast<ChannelId>(channel), info.source});
      }
    }
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
