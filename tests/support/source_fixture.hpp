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
  std::vector<std::string> names;

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

struct Delivered {
  std::vector<Frame> frames;
  std::vector<GapRecord> gaps;  // before_index counts from the first frame of all
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

  [[nodiscard]] SourceContext context() { return {name_, 0, clock_, real_file_system(), log, channels}; }

  // One read() into a batch of its own.
  ReadOutcome read(FrameSource& source, Delivered& into, Duration wait = {}, BatchLimits limits = {}) {
    RawBatch batch;
    FrameBuilder builder(limits);
    builder.begin(batch);
    const Result<ReadOutcome> outcome = source.read(builder, clock_.mono() + wait);
    take(batch, into);
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
    if (!batch.source_position.empty()) into.position = batch.source_position;
  }

  Clock& clock_;
  std::string name_;
};

}  // namespace cantrail::testing
