// What a source under test is given, and what it delivered.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "component/frame_source.hpp"

namespace cantrail::testing {

class CollectedLog final : public Log {
 public:
  void write(Severity, std::string_view who, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    lines_.push_back(std::string(who) + ": " + std::string(message));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

class CollectedChannels final : public ChannelRegistry {
 public:
  explicit CollectedChannels(std::size_t limit = 4096) : limit_(limit) {}
  Result<ChannelId> channel(SourceId, std::string_view alias) override {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == alias) return static_cast<ChannelId>(i);
    }
    if (names.size() >= limit_) return Fault{FaultKind::exhausted, "too many channels"};
    names.emplace_back(alias);
    return static_cast<ChannelId>(names.size() - 1);
  }
  // Streams have their own numbers here: there are no messages.
  Result<StreamId> stream(SourceId, std::optional<ChannelId> channel,
                          const std::shared_ptr<const RowSchema>& row) override {
    StreamInfo* newest = nullptr;
    for (StreamInfo& known : streams) {
      if (known.channel == channel && known.row->name == row->name) newest = &known;
    }
    if (newest != nullptr && *newest->row == *row) return static_cast<StreamId>(newest - streams.data());
    if (streams.size() >= limit_) return Fault{FaultKind::exhausted, "too many streams"};
    if (newest != nullptr) newest->replaced = true;
    streams.push_back({row, channel, 0});
    return static_cast<StreamId>(streams.size() - 1);
  }
  std::vector<std::string> names;
  std::vector<StreamInfo> streams;

 private:
  std::size_t limit_;
};

// One frame with a copy of its data, comparable.
struct Frame {
  WallTime time;
  std::uint32_t id = 0;
  FrameFlags flags = 0;
  std::string channel;
  std::uint8_t length = 0;
  std::vector<std::uint8_t> data;
  bool operator==(const Frame&) const = default;
};

// One row as text: "can0:Bus state=1 rx_errors=96", absent fields left out.
struct Row {
  WallTime time;
  std::string text;
};

struct Delivered {
  std::vector<Frame> frames;
  std::vector<GapRecord> gaps;  // before_index counts from the first frame of all
  std::vector<Row> rows;        // that the source delivered itself
  std::vector<Digest> blobs;    // that its rows name
  SourcePosition position;      // the last one
  ReadOutcome outcome = ReadOutcome::more;
  std::optional<Fault> fault;

  [[nodiscard]] std::uint64_t lost() const {
    std::uint64_t sum = 0;
    for (const GapRecord& gap : gaps) sum += gap.count.value_or(0);
    return sum;
  }
};

// A source opened as the pipeline opens it.
class SourceFixture {
 public:
  explicit SourceFixture(Clock& clock, std::string name = "test") : clock_(clock), name_(std::move(name)) {}

  [[nodiscard]] SourceContext context() {
    return {name_, 0, clock_, real_file_system(), log, channels, blobs};
  }

  // One read() into a batch of its own.
  ReadOutcome read(FrameSource& source, Delivered& into, Duration wait = {}, BatchLimits limits = {}) {
    RawBatch batch;
    FrameBuilder builder(limits);
    builder.begin(batch);
    const Result<ReadOutcome> outcome = source.read(builder, clock_.mono() + wait);
    take(batch, into);
    for (const Digest& digest : builder.take_blobs()) into.blobs.push_back(digest);
    if (!outcome) into.fault = outcome.fault();
    into.outcome = outcome ? *outcome : ReadOutcome::ended;
    return into.outcome;
  }

  // Reads until `enough` frames are there, the source is idle for `wait`, ends or fails.
  Delivered read_all(FrameSource& source, std::size_t enough = SIZE_MAX, Duration wait = {},
                     BatchLimits limits = {}) {
    Delivered delivered;
    while (delivered.frames.size() < enough && read(source, delivered, wait, limits) == ReadOutcome::more) {
    }
    return delivered;
  }

  CollectedLog log;
  CollectedChannels channels;
  BlobStore* blobs = nullptr;

 private:
  void take(const RawBatch& batch, Delivered& into) {
    for (GapRecord gap : batch.gaps) {
      gap.before_index += static_cast<std::uint32_t>(into.frames.size());
      into.gaps.push_back(gap);
    }
    for (std::size_t i = 0; i < batch.frames.size(); ++i) {
      const FrameView frame = batch.frames[i];
      into.frames.push_back({frame.time,
                             frame.id,
                             frame.flags,
                             channels.names.at(frame.channel),
                             frame.length,
                             {frame.data.begin(), frame.data.end()}});
    }
    for (const StreamBlock& block : batch.rows) {
      for (std::size_t row = 0; row < block.rows(); ++row) into.rows.push_back(text_of(block, row));
    }
    if (!batch.source_position.empty()) into.position = batch.source_position;
  }

  [[nodiscard]] Row text_of(const StreamBlock& block, std::size_t row) const {
    const StreamInfo& stream = channels.streams.at(block.stream());
    std::string text = (stream.channel ? channels.names.at(*stream.channel) + ":" : "") + stream.row->name;
    for (std::size_t i = 0; i < stream.row->fields.size(); ++i) {
      if (!block.valid(i, row)) continue;
      const FieldSchema& field = stream.row->fields[i];
      text += " " + field.name + "=";
      text += value_of(block, i, row, field.type);
    }
    return {{block.time_ns()[row]}, std::move(text)};
  }

  static std::string value_of(const StreamBlock& block, std::size_t field, std::size_t row, FieldType type) {
    if (type == FieldType::f64) return std::to_string(block.f64(field)[row]);
    if (type == FieldType::text) return std::string(block.text(field, row));
    if (type != FieldType::blob) return std::to_string(block.word(field, row));
    const Blob blob = block.blob(field, row);
    return blob.reference ? "sha256:" + to_hex(blob.reference->digest) : std::string(blob.bytes);
  }

  Clock& clock_;
  std::string name_;
};

}  // namespace cantrail::testing
