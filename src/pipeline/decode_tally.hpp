// What became of each source's records at the decoder: where of many none is known, or messages of several
// frames are lost, somebody should hear of it. Thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "model/batch.hpp"

namespace cantrail {

class DecodeTally {
 public:
  // The main chain's thread, once for each batch.
  void add(const Batch& batch);

  // Empty unless frames came, enough of them to judge, and no DBC knew one.
  [[nodiscard]] std::string complaint(SourceId source) const;

  // By the channel's name, of those that lost something.
  [[nodiscard]] std::map<std::string, TransportLosses> transport_losses() const;

 private:
  struct Count {
    std::uint64_t records = 0, undecoded = 0;
  };
  mutable std::mutex mutex_;
  std::vector<Count> counts_;  // by source
  std::map<std::string, TransportLosses> losses_;
};

}  // namespace cantrail
