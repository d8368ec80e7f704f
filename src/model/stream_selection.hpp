// Which streams and fields two lists of patterns let through: the keys `only` and `except` of a lane.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/catalog.hpp"
#include "model/stream_pattern.hpp"

namespace cantrail {

class StreamSelection {
 public:
  // Patterns as in stream_pattern.hpp. No `only`: everything.
  StreamSelection(const std::vector<std::string>& only, const std::vector<std::string>& except)
      : only_(only.begin(), only.end()), except_(except.begin(), except.end()) {}

  [[nodiscard]] bool takes_all() const { return only_.empty() && except_.empty(); }

  struct Fields {        // indexes into RowSchema::fields
    bool wanted = true;  // false: no row of the stream goes through
    std::vector<std::size_t> kept, cut;
  };
  [[nodiscard]] Fields fields_of(const Catalog& catalog, const StreamInfo& stream) const;

 private:
  std::vector<StreamPattern> only_, except_;
};

}  // namespace cantrail
