#include "cli/serving_node.hpp"

#include <algorithm>
#include <atomic>

#include <sys/resource.h>

#include "cli/version.hpp"
#include "pipeline/config/component_section.hpp"

namespace cantrail::cli {
namespace {

// The node as the server sees it: ready only when the last known values are back as well.
class View final : public server::NodeView {
 public:
  explicit View(std::shared_ptr<Node> node) : node_(std::move(node)) {}
  void set_restored() { restored_ = true; }

  [[nodiscard]] NodeStatus status() const override {
    NodeStatus status = node_->status();
    status.ready = status.ready && restored_;
    return status;
  }
  [[nodiscard]] CompiledCatalogPtr compiled_catalog() const override { return node_->compiled_catalog(); }
  [[nodiscard]] std::shared_ptr<HistoryReader> history() const override { return node_->history(); }
  [[nodiscard]] std::vector<SinkRecordings> recordings() const override { return node_->recordings(); }
  Result<std::vector<std::string>> trigger(std::string name, std::string reason) override {
    return node_->trigger(std::move(name), std::move(reason));
  }
  [[nodiscard]] Result<std::string> blob(const Digest& digest) const override { return node_->blob(digest); }

 private:
  std::shared_ptr<Node> node_;
  std::atomic<bool> restored_{false};
};

// Sources, journal, stores and server open more than a few files; where they cannot, it is better said
// before anything is begun.
Status enough_descriptors() {
  constexpr rlim_t kLeast = 64;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kLeast) return {};
  return {FaultKind::exhausted, "a node needs " + std::to_string(kLeast) + " open files or more, and " +
                                    std::to_string(limit.rlim_cur) + " are allowed (ulimit -n)"};
}

// Without a channel that is known and a DBC: what they deliver comes from no bus.
std::vector<std::string> sources_without_bus(const std::vector<SourcePart>& sources) {
  std::vector<std::string> names;
  for (const SourcePart& source : sources) {
    if (source.channels.empty() && source.dbcs.empty()) names.push_back(source.name);
  }
  return names;
}

// A history names the source where a row came from no bus; such a row has no channel.
std::vector<HistoryRow> without_sources(std::vector<HistoryRow> rows,
                                        const std::vector<std::string>& sources) {
  for (HistoryRow& row : rows) {
    if (std::find(sources.begin(), sources.end(), row.channel) != sources.end()) row.channel.clear();
  }
  return rows;
}

SinkPart live_part(const std::shared_ptr<server::LiveState>& state) {
  SinkPart part;
  part.name = kLiveLane;
  part.type = kLiveLane;
  part.make = [state] { return server::make_live_state_sink(state); };
  return part;
}

}  // namespace

ServingNode::ServingNode(NodeParts parts, server::ServerOptions options, FileSystem& files, Clock& clock,
                         Log& log)
    : options_(std::move(options)),
      state_(std::make_shared<server::LiveState>(options_.components)),
      without_bus_(sources_without_bus(parts.sources)),
      clock_(clock),
      log_(log) {
  if (options_.enabled) parts.sinks.push_back(live_part(state_));
  node_ = std::make_shared<Node>(std::move(parts), files, clock, log);
}

ServingNode::~ServingNode() {
  stop(Duration::zero());
}

Status ServingNode::start() {
  if (auto enough = enough_descriptors(); !enough) return enough;
  const auto view = std::make_shared<View>(node_);
  if (options_.enabled) {
    auto server =
        server::HttpServer::start(options_, view, state_, clock_, log_, kVersion, options_.limits());
    if (!server) return server.status();
    server_ = std::move(*server);
  }
  if (auto started = node_->start(); !started) return started;
  if (const auto history = node_->history()) {
    if (auto latest = history->latest()) {
      state_->restore(without_sources(std::move(*latest), without_bus_));
    } else {
      log_.write(Severity::warning, "history", latest.fault().message);
    }
  }
  view->set_restored();
  return {};
}

ReloadReport ServingNode::reload(NodeParts parts) {
  if (options_.enabled) parts.sinks.push_back(live_part(state_));
  return node_->reload(std::move(parts));
}

bool ServingNode::stop(Duration deadline) {
  const bool drained = node_->stop(deadline);
  if (server_) server_->stop();
  return drained;
}

}  // namespace cantrail::cli
