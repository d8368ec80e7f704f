// What a component is given when it is opened. Everything in it outlives the component and may be used from
// the component's own thread.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "component/blob_store.hpp"
#include "model/batch.hpp"
#include "model/catalog.hpp"
#include "model/position.hpp"

namespace cantrail {

// Where messages for the operator go. Thread-safe; rate-limits per speaker.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(Severity severity, std::string_view who, std::string_view message) = 0;
};

// Gives channels and streams of rows their dense ids. Thread-safe. A name met for the first time extends the
// catalog (a source that reads a recording learns its channels as it goes): slow then, so sources keep the
// ids they got.
class ChannelRegistry {
 public:
  virtual ~ChannelRegistry() = default;
  // Fault `exhausted` beyond 256 channels: a recording with absurd names must not grow the catalog for
  // ever.
  virtual Result<ChannelId> channel(SourceId source, std::string_view alias) = 0;

  // The same for a stream whose rows the source delivers itself; `channel` is the one that it tells about, if
  // any. A source that comes back with the same schema gets the id that it had; with another schema it gets a
  // new stream, which takes the name over (StreamInfo::replaced). Where a message of the channel's DBC, or
  // another source's stream, has the name already, the stream is called "SOURCE/NAME". Fault `exhausted`
  // beyond 4,096 streams.
  virtual Result<StreamId> stream(SourceId source, std::optional<ChannelId> channel,
                                  const std::shared_ptr<const RowSchema>& row) = 0;
};

struct SourceContext {
  std::string name;  // [source.NAME]
  SourceId id = 0;
  Clock& clock;
  FileSystem& files;
  Log& log;
  ChannelRegistry& channels;
  BlobStore* blobs = nullptr;  // nullptr: nobody keeps large values (tests)
};

struct RejectedRow;

// Where a sink leaves the rows that its store will never take. Called before the commit that moves the cursor
// behind them, so that a crash in between can double such a row here, but not lose it. The lane's thread.
class RejectedRows {
 public:
  virtual ~RejectedRows() = default;
  // Durable when it returns ok; otherwise the sink must not commit.
  virtual Status set_aside(std::span<const BatchPtr> batches, std::span<const RejectedRow> rows) = 0;
};

struct SinkContext {
  std::string name;  // [sink.NAME]
  std::string node;
  JournalId journal;
  Clock& clock;
  FileSystem& files;
  Log& log;
  RejectedRows* rejected = nullptr;  // nullptr: nobody keeps them (live lanes, tests)
};

}  // namespace cantrail
