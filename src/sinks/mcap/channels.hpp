// The channels and schemas of a recording, for one catalog. Numbers follow from the catalog's, so a catalog
// that grew keeps them, and so does a file that goes on under it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.hpp"
#include "encode/protobuf/record_encoder.hpp"
#include "encode/protobuf/row_encoder.hpp"
#include "encode/protobuf/stream_types.hpp"
#include "formats/mcap/records.hpp"
#include "model/catalog.hpp"

namespace cantrail::mcap_sink {

inline constexpr std::uint16_t kCursorChannel = 1;  // last in each chunk
inline constexpr std::uint16_t kGapChannel = 2;
inline constexpr std::uint16_t kLedgerChannel = 3;
inline constexpr std::uint16_t kFirstBus = 16;
inline constexpr std::uint16_t kFirstStream = 1024;
inline constexpr std::size_t kMostBuses = kFirstStream - kFirstBus;
inline constexpr std::size_t kMostStreams = 0x10000 - kFirstStream;

inline constexpr std::size_t kMostNameBytes = 256;         // of names that come from outside
inline constexpr std::string_view kProtobuf = "protobuf";  // encoding of messages and of schemas

// Immutable; any thread may read and encode.
class Channels {
 public:
  // Fault `config`: the catalog has more than MCAP can number.
  static Result<std::shared_ptr<const Channels>> of(CatalogPtr catalog);

  [[nodiscard]] const Catalog& catalog() const { return *catalog_; }
  [[nodiscard]] const encode::protobuf::FrameEncoder& frames() const { return frames_; }
  [[nodiscard]] const encode::protobuf::RowEncoder& rows() const { return rows_; }

  [[nodiscard]] static std::uint16_t of_bus(ChannelId bus) {
    return static_cast<std::uint16_t>(kFirstBus + bus);
  }
  [[nodiscard]] static std::uint16_t of_stream(StreamId stream) {
    return static_cast<std::uint16_t>(kFirstStream + stream);
  }
  // `id` is one of those above. Topics: "/can0" (raw frames), "/can0/Battery" (of a source without bus
  // "/source/Stream"), "cantrail/cursor", "cantrail/gaps", "cantrail/ledger".
  [[nodiscard]] mcap::Channel channel(std::uint16_t id) const;
  // Descriptors are made when they are asked for: milliseconds, once a channel and file.
  [[nodiscard]] mcap::Schema schema(std::uint16_t id) const;

  // Whether a file that holds `earlier` can go on with these: all of its sources, buses and streams are here
  // under the same numbers.
  [[nodiscard]] bool extend(const Channels& earlier) const;

 private:
  explicit Channels(CatalogPtr catalog)
      : catalog_(std::move(catalog)), types_(*catalog_), frames_(*catalog_), rows_(types_) {}

  CatalogPtr catalog_;
  encode::protobuf::StreamTypes types_;
  encode::protobuf::FrameEncoder frames_;
  encode::protobuf::RowEncoder rows_;
};

}  // namespace cantrail::mcap_sink
