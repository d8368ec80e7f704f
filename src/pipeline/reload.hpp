// One reload of a running node: what is to be done, the doing, and the way back where something does not
// open. Sinks change before sources, as they do at a start. The lock of Running::changing_ is held meanwhile.
//
// Nothing here touches what goes on: its threads, sockets and queues stay as they are. Parts are taken out of
// the node's lists before they are stopped, so that nobody waits for a reload who only asks how the node is.
#pragma once

#include <string>
#include <vector>

#include "pipeline/node_running.hpp"

namespace cantrail {

class Reload {
 public:
  Reload(Node::Running& node, NodeParts next);

  ReloadReport run();

 private:
  template <class Part>
  struct Stopped {
    Part part;
    bool was_open = false;
  };

  void compare();
  [[nodiscard]] std::vector<CatalogSource> catalog_sources(const std::vector<SourcePart>& parts) const;
  [[nodiscard]] bool goes_on(const SourcePart& part) const;

  Status change_sinks();
  Status start_lane(const SinkPart& part, bool must_open);
  void stop_lanes(const std::vector<std::string>& names, std::vector<Stopped<SinkPart>>* stopped);
  Status change_sources();
  Status start_sources(const std::vector<SourcePart>& parts);
  void stop_sources(const std::vector<std::string>& names, std::vector<Stopped<SourcePart>>* stopped);

  ReloadReport undo(const Fault& why);
  void take_over();

  Node::Running& node_;
  NodeParts next_;
  ReloadReport report_;
  std::vector<SourcePart> old_sources_;  // as they ran
  std::vector<SinkPart> old_sinks_;
  std::vector<Stopped<SinkPart>> stopped_sinks_;
  std::vector<Stopped<SourcePart>> stopped_sources_;
  std::vector<std::string> started_sinks_, started_sources_;
  bool catalog_replaced_ = false;
};

}  // namespace cantrail
