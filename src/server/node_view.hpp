// What the server asks of a node. The node behind it may be replaced by a fake in tests. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "component/history.hpp"
#include "component/recording_list.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "pipeline/status.hpp"

namespace cantrail::server {

class NodeView {
 public:
  virtual ~NodeView() = default;
  [[nodiscard]] virtual NodeStatus status() const = 0;
  // The newest; nullptr before start.
  [[nodiscard]] virtual CompiledCatalogPtr compiled_catalog() const = 0;
  [[nodiscard]] CatalogPtr catalog() const {
    const CompiledCatalogPtr compiled = compiled_catalog();
    return compiled ? compiled->catalog : nullptr;
  }
  [[nodiscard]] virtual std::shared_ptr<HistoryReader> history() const = 0;  // nullptr: nothing keeps one
  // Of the sinks that write files, by sink.
  [[nodiscard]] virtual std::vector<SinkRecordings> recordings() const = 0;
  // As Node::trigger().
  virtual Result<std::vector<std::string>> trigger(std::string name, std::string reason) = 0;
  // The content of a blob that a row names. Faults: rejected (there is none), unavailable.
  [[nodiscard]] virtual Result<std::string> blob(const Digest& digest) const = 0;
};

}  // namespace cantrail::server
