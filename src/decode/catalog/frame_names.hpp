// Which message raw frames are of, for those who show them: by the identifiers as the decoder matches them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string_view>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/dbc/identifier_table.hpp"

namespace cantrail {

// One thread. Costs memory and time for the channels that are asked for, so it is made when it is wanted.
class FrameNames {
 public:
  explicit FrameNames(CompiledCatalogPtr compiled) : compiled_(std::move(compiled)) {}

  // Empty: no DBC knows it. `id` in Linux form, flags included: remote and error frames have no name. A frame
  // of trouble codes has their stream's, packets of a transport protocol none.
  [[nodiscard]] std::string_view of(ChannelId channel, std::uint32_t id);

 private:
  static constexpr StreamId kNone = std::numeric_limits<StreamId>::max();
  using Table = dbc::IdentifierTable<StreamId, kNone>;

  [[nodiscard]] Table table_of(ChannelId channel) const;

  CompiledCatalogPtr compiled_;
  std::map<ChannelId, Table> channels_;
};

}  // namespace cantrail
