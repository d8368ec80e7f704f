// All sources, channels and streams of a configuration, named by a digest. Dense ids (indexes into these
// lists) are valid within one digest. A catalog grows when a source meets a new channel (the log of a second
// bus): then a new catalog, with another digest, holds all of the old one's entries under the same ids and
// some more behind them. After a reload of the configuration another one takes its place: sources and
// channels of this run keep their ids (those that are gone are left without streams), streams need not.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "model/frame.hpp"
#include "model/schema.hpp"

namespace cantrail {

using StreamId = std::uint32_t;  // dense, index into Catalog::streams
using SourceId = std::uint16_t;  // dense, index into Catalog::sources

inline constexpr SourceId kNoSource = 0xFFFF;  // the node itself: tick batches

struct SourceInfo {
  std::string name;  // [source.NAME]
  std::string type;
};

struct ChannelInfo {
  std::string alias;  // persistent, unique in the node
  SourceId source = 0;
  std::vector<std::uint32_t> dbcs;  // indexes into Catalog::dbcs; the first that knows an id decodes it
};

struct DbcText {
  std::string name;  // as the configuration names it, for messages
  std::string text;  // the bytes of the file
};

struct StreamInfo {
  std::shared_ptr<const RowSchema> row;
  std::optional<ChannelId> channel;  // whose frames it is decoded from, or which it tells about
  SourceId source = 0;
  // A later stream has the same name: the source's type has changed. Batches on their way still have this
  // one; who looks for a name means the later.
  bool replaced = false;
  bool named_signal = false;  // computed of other streams: decode/derive
};

struct Catalog {
  Digest digest;  // SHA-256 of `definition`
  std::string
      definition;  // canonical JSON from which decode/catalog rebuilds all of this; what the journal stores
  std::vector<SourceInfo> sources;
  std::vector<DbcText> dbcs;
  std::vector<ChannelInfo> channels;
  std::vector<StreamInfo> streams;

  // "can0:Battery": unique among the streams that are not replaced; "Battery" for a stream without channel.
  [[nodiscard]] std::string qualified_name(StreamId stream) const;
};

using CatalogPtr = std::shared_ptr<const Catalog>;

}  // namespace cantrail
