// A node with its server: what `run` and `demo` have in common.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "component/context.hpp"
#include "pipeline/node.hpp"
#include "server/http_server.hpp"

namespace cantrail::cli {

class ServingNode {
 public:
  // Adds the live state to the node's sinks.
  ServingNode(NodeParts parts, server::ServerOptions options, FileSystem& files, Clock& clock, Log& log);
  ~ServingNode();

  // The server first, so that a taken port is found before anything is recorded.
  Status start();
  // True: everything accepted reached its sinks.
  bool stop(Duration deadline = std::chrono::seconds(10));
  // Sources and sinks, beside the live state.
  ReloadReport reload(NodeParts parts);

  [[nodiscard]] const Node& node() const { return *node_; }
  [[nodiscard]] Node& node() { return *node_; }
  [[nodiscard]] std::string url() const { return server_ ? server_->url() : std::string(); }

 private:
  std::shared_ptr<Node> node_;
  server::ServerOptions options_;
  std::shared_ptr<server::LiveState> state_;
  std::vector<std::string> without_bus_;  // sources, at the start
  std::unique_ptr<server::HttpServer> server_;
  Clock& clock_;
  Log& log_;
};

}  // namespace cantrail::cli
