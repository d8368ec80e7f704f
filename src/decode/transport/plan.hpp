// What is put together and decoded above frames under one catalog: packets of J1939, ISO-TP, trouble codes.
// Immutable; shared by the threads that decode under it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

#include "decode/dbc/decoder.hpp"
#include "decode/dbc/identifier_table.hpp"
#include "model/catalog.hpp"

namespace cantrail::transport {

// A DBC message and the stream of its rows.
struct Target {
  StreamId stream = 0;
  const dbc::MessagePlan* message = nullptr;
};

struct IsoTpTarget {
  std::uint32_t id = 0;  // with kIdExtended
  Target target;
};

struct ChannelPlan {
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  // J1939: nothing of it where there are no groups.
  std::vector<std::uint32_t> groups;                 // that packets may carry
  dbc::IdentifierTable<std::uint32_t, kNone> j1939;  // index into targets
  std::vector<Target> targets;
  std::optional<StreamId> active, previous;  // trouble codes: DM1, DM2

  std::vector<IsoTpTarget> isotp;          // ascending by id
  std::optional<StreamId> codes;           // trouble codes that UDS and OBD-II answers carry
  std::optional<StreamId> identification;  // what they say of the vehicle in text
};

struct Plan {
  std::vector<ChannelPlan> channels;  // by ChannelId
  // How far back frames reach that can still be part of a message; 0: nothing is put together.
  std::int64_t lookback_ns = 0;
};

inline constexpr std::uint32_t kActiveCodes = 0xFECA, kPreviousCodes = 0xFECB;  // groups of DM1, DM2

// Whether a stream is of trouble codes or identification: its rows come of frames, though no message of a DBC
// describes them.
[[nodiscard]] bool is_made_here(const RowSchema& row);

// Adds the next channel: `channel` has its plans and streams, and gets what the decoder is to set aside;
// `catalog` gets the streams of trouble codes and, with `identification`, of what vehicles say of themselves.
void add_channel(Plan& plan, dbc::ChannelPlan& channel, ChannelId id, Catalog& catalog, bool identification);

}  // namespace cantrail::transport
