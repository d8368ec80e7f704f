#include "cli/log_catalog.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::cli {

Result<LogCatalog> LogCatalog::create(LogDecoding decoding, Diagnostics& diagnostics) {
  LogCatalog log;
  log.spec_.sources = {{"log", "logfile"}};
  log.spec_.dbcs = std::move(decoding.dbcs);
  log.spec_.copies = std::move(decoding.copies);
  log.spec_.aliases = std::move(decoding.aliases);
  log.spec_.signals = std::move(decoding.signals);
  log.known_ = std::move(decoding.channels);
  auto compiled = log.compiler_.compile(log.spec_, diagnostics);
  if (!compiled) return compiled.fault();
  log.compiled_ = std::move(*compiled);
  return log;
}

std::optional<ChannelId> LogCatalog::channel(std::string_view name) {
  const auto find = [&]() -> std::optional<ChannelId> {
    for (std::size_t i = 0; i < spec_.channels.size(); ++i) {
      if (spec_.channels[i].alias == name) return static_cast<ChannelId>(i);
    }
    return std::nullopt;
  };
  if (const auto id = find()) return id;
  if (spec_.channels.size() >= kMostChannels) return refuse(name);
  add_channels(name);
  Diagnostics known_already;
  auto compiled = compiler_.compile(spec_, known_already);
  if (!compiled) return std::nullopt;
  compiled_ = std::move(*compiled);
  return find();
}

void LogCatalog::add_channels(std::string_view name) {
  const auto is_it = [&](const auto& known) { return known.first == name; };
  const bool first = spec_.channels.empty();
  if (first && std::any_of(known_.begin(), known_.end(), is_it)) {
    for (const auto& [alias, dbcs] : known_) spec_.channels.push_back({alias, 0, dbcs});
    return;
  }
  ChannelInfo info{std::string(name), 0, {}};
  const auto known = std::find_if(known_.begin(), known_.end(), is_it);
  if (known != known_.end()) {
    info.dbcs = known->second;
  } else {
    for (std::uint32_t dbc = 0; dbc < spec_.dbcs.size(); ++dbc) info.dbcs.push_back(dbc);
  }
  spec_.channels.push_back(std::move(info));
}

std::nullopt_t LogCatalog::refuse(std::string_view name) {
  if (refused_.contains(name)) return std::nullopt;
  if (refused_.size() < kMostCounted) {
    refused_.emplace(name);
  } else {
    refused_more_ = true;
  }
  return std::nullopt;
}

std::string LogCatalog::left_out() const {
  return (refused_more_ ? "more than " : "") + counted(refused_.size(), "channel");
}

}  // namespace cantrail::cli
