#include "cli/log_catalog.hpp"

#include "base/text.hpp"

namespace cantrail::cli {

Result<LogCatalog> LogCatalog::create(std::vector<DbcText> dbcs, Diagnostics& diagnostics) {
  LogCatalog log;
  log.spec_.sources = {{"log", "logfile"}};
  log.spec_.dbcs = std::move(dbcs);
  auto compiled = log.compiler_.compile(log.spec_, diagnostics);
  if (!compiled) return compiled.fault();
  log.compiled_ = std::move(*compiled);
  return log;
}

std::optional<ChannelId> LogCatalog::channel(std::string_view name) {
  for (std::size_t i = 0; i < spec_.channels.size(); ++i) {
    if (spec_.channels[i].alias == name) return static_cast<ChannelId>(i);
  }
  if (spec_.channels.size() >= kMostChannels) return refuse(name);
  ChannelInfo info{std::string(name), 0, {}};
  for (std::uint32_t dbc = 0; dbc < spec_.dbcs.size(); ++dbc) info.dbcs.push_back(dbc);
  spec_.channels.push_back(std::move(info));
  Diagnostics known_already;
  auto compiled = compiler_.compile(spec_, known_already);
  if (!compiled) return std::nullopt;
  compiled_ = std::move(*compiled);
  return static_cast<ChannelId>(spec_.channels.size() - 1);
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
