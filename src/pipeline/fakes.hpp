// Sources and sinks made for the tests of the pipeline: they do what they are told and remember what
// happened.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstring>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "component/frame_source.hpp"
#include "component/sink.hpp"

namespace cantrail::fakes {

class QuietLog final : public Log {
 public:
  void write(Severity severity, std::string_view who, std::string_view message) override {
    const std::lock_guard lock(mutex_);
    if (severity != Severity::note) lines_.push_back(std::string(who) + ": " + std::string(message));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline const char* const kDbc =
    "VERSION \"\"\nBU_: A\nBO_ 256 Counter: 8 A\n SG_ number : 0|32@1+ (1,0) [0|0] \"\" A\n";

// Frame k of a counting source: id 0x100 with k in its data; every seventh has an id that the DBC does not
// know.
[[nodiscard]] inline FrameView counting_frame(std::uint32_t k, std::vector<std::uint8_t>& data) {
  data.assign(8, 0);
  std::memcpy(data.data(), &k, sizeof k);
  return {WallTime{1'700'000'000'000'000'000 + std::int64_t{k} * 1'000},
          k % 7 == 6 ? 0x7FFU : 0x100U,
          0,
          0,
          8,
          data};
}

struct Counting {
  std::uint32_t total = 10'000;
  std::uint32_t per_read = 64;
  bool resumes = true;
  bool can_wait = true;
  Duration pause{0};  // between reads
  FrameView (*frame)(std::uint32_t k, std::vector<std::uint8_t>& data) = counting_frame;
};

// Delivers frames 0 … total-1, then ends; its position is the next number.
class CountingSource final : public FrameSource {
 public:
  explicit CountingSource(Counting how) : how_(how) {}

  [[nodiscard]] SourceTraits traits() const override {
    return {.can_wait = how_.can_wait, .resumes = how_.resumes};
  }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override {
    const auto channel = context.channels.channel(context.id, "can0");
    if (!channel) return channel.status();
    channel_ = *channel;
    if (resume_at && how_.resumes) next_ = static_cast<std::uint32_t>(std::stoul(*resume_at));
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    if (how_.pause > Duration::zero()) std::this_thread::sleep_for(how_.pause);
    for (std::uint32_t i = 0; i < how_.per_read && next_ < how_.total; ++i) {
      FrameView frame = how_.frame(next_, data_);
      frame.channel = channel_;
      if (!builder.append(frame)) break;
      ++next_;
    }
    if (how_.resumes) builder.set_source_position(std::to_string(next_));
    return next_ == how_.total ? ReadOutcome::ended : ReadOutcome::more;
  }
  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  Counting how_;
  ChannelId channel_ = 0;
  std::uint32_t next_ = 0;
  std::vector<std::uint8_t> data_;
};

// What outlives a sink: the store behind it.
struct Store {
  std::mutex mutex;
  std::vector<std::uint32_t> numbers;  // of the Counter rows, in order of arrival
  std::vector<std::string> rows;       // that a source delivered itself: "can0:Level 3"
  std::vector<std::string> signals;    // rows of named signals: "sum 1700000000000000000 3.5", or the quality
  std::vector<GapRecord> gaps;
  std::optional<Position> cursor;
  std::uint64_t writes = 0;

  std::shared_ptr<RecordingList> recordings;  // that its sink tells of
  std::optional<StoreCheck> check;            // likewise

  // Behaviour:
  std::atomic<int> fail_writes{0};   // that many writes say `unavailable` and do nothing
  std::atomic<int> lose_answers{0};  // that many commit, then say `unavailable`
  std::atomic<int> cut_groups{0};    // that many commit the first half of their batches, then the same
  std::atomic<bool> down{false};     // open() and write() fail
  std::atomic<std::int64_t> write_takes_us{0};
};

class StoreSink final : public Sink {
 public:
  StoreSink(Store& store, SinkTraits traits) : store_(store), traits_(traits) {}

  [[nodiscard]] SinkTraits traits() const override { return traits_; }
  Result<std::optional<Position>> open(const SinkContext& context) override {
    if (store_.down) return Fault{FaultKind::unavailable, "the store is away"};
    const std::lock_guard lock(store_.mutex);
    const bool ours = store_.cursor && store_.cursor->journal == context.journal;
    return traits_.durable && ours ? store_.cursor : std::optional<Position>{};
  }
  Status catalog(const CatalogPtr&, const CatalogPtr&) override { return {}; }
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override {
    if (const auto us = store_.write_takes_us.load())
      std::this_thread::sleep_for(std::chrono::microseconds(us));
    if (store_.down || take(store_.fail_writes)) return Fault{FaultKind::unavailable, "the store is away"};
    const std::lock_guard lock(store_.mutex);
    WriteOutcome outcome;
    const bool ours = store_.cursor && store_.cursor->journal == expected.journal;
    if (traits_.durable && ours && *store_.cursor != expected) {
      outcome.durable = store_.cursor;
      return outcome;
    }
    const bool cut = batches.size() > 1 && take(store_.cut_groups);
    if (cut) batches = batches.first(batches.size() / 2);
    for (const BatchPtr& batch : batches) {
      store_.gaps.insert(store_.gaps.end(), batch->raw->gaps.begin(), batch->raw->gaps.end());
      for (const StreamBlock& block : batch->blocks) {
        if (batch->raw->catalog->streams[block.stream()].named_signal) {
          add_signals(*batch->raw->catalog, block);
          continue;
        }
        for (const std::int64_t number : block.i64(0))
          store_.numbers.push_back(static_cast<std::uint32_t>(number));
        outcome.delivered += block.rows();
      }
      for (const StreamBlock& block : batch->raw->rows) {
        const Catalog& catalog = *batch->raw->catalog;
        for (const std::int64_t value : block.i64(0)) {
          store_.rows.push_back(catalog.qualified_name(block.stream()) + " " + std::to_string(value));
        }
        outcome.delivered += block.rows();
      }
      outcome.undecoded += batch->undecoded;
      outcome.delivered += batch->parts.size();
    }
    ++store_.writes;
    if (traits_.durable) outcome.durable = store_.cursor = cut ? batches.back()->end() : upto;
    if (cut || take(store_.lose_answers)) return Fault{FaultKind::unavailable, "the answer did not come"};
    return outcome;
  }
  Status flush() override { return {}; }
  void close() override {}
  [[nodiscard]] std::shared_ptr<RecordingList> recordings() override { return store_.recordings; }
  [[nodiscard]] std::optional<StoreCheck> check() const override {
    const std::lock_guard lock(store_.mutex);
    return store_.check;
  }

 private:
  void add_signals(const Catalog& catalog, const StreamBlock& block) {
    for (std::size_t row = 0; row < block.rows(); ++row) {
      store_.signals.push_back(catalog.qualified_name(block.stream()) + " " +
                               std::to_string(block.time_ns()[row]) + " " +
                               (block.valid(0, row) ? std::to_string(block.f64(0)[row])
                                                    : std::string(to_string(block.quality(0, row)))));
    }
  }

  static bool take(std::atomic<int>& left) {
    int now = left.load();
    while (now > 0 && !left.compare_exchange_weak(now, now - 1)) {
    }
    return now > 0;
  }

  Store& store_;
  SinkTraits traits_;
};

}  // namespace cantrail::fakes
