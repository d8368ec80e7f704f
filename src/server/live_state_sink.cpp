// Fills the live state from a live lane. Work per write is per stream and batch, not per row: of each block
// only the last row is looked at.
#include <algorithm>
#include <utility>

#include "encode/json_writer.hpp"
#include "server/live_state.hpp"

namespace cantrail::server {
namespace {

// What does not change from row to row.
struct StreamText {
  std::string key, channel, message;
  std::uint32_t id = 0;
  std::uint32_t stale_after_ms = kStaleAfterMs;
  std::shared_ptr<const std::string> units;
};

// A few missed cycles are jitter; fast messages get at least two seconds, so that a page does not flicker.
std::uint32_t stale_after_ms(const RowSchema& schema) {
  if (!schema.cycle_ms || *schema.cycle_ms == 0) return kStaleAfterMs;
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(std::uint64_t{5} * *schema.cycle_ms, 2000, 86'400'000));
}

std::string units_of(const RowSchema& schema) {
  std::string text;
  encode::JsonWriter json(text);
  json.begin_object();
  for (const FieldSchema& field : schema.fields) {
    if (field.unit.empty()) continue;
    json.key(field.name);
    json.string(field.unit);
  }
  json.end_object();
  return text;
}

StreamText text_of(const Catalog& catalog, StreamId id) {
  const StreamInfo& info = catalog.streams[id];
  StreamText text;
  text.key = catalog.qualified_name(id);
  if (info.channel) text.channel = catalog.channels[*info.channel].alias;
  text.message = info.row->name;
  text.id = info.row->can_id.value_or(0);
  text.stale_after_ms = stale_after_ms(*info.row);
  text.units = std::make_shared<const std::string>(units_of(*info.row));
  return text;
}

void append_values(LatestRow& out, const RowSchema& schema, const StreamBlock& block, std::size_t row) {
  encode::JsonWriter labels(out.labels);
  labels.begin_object();
  out.signals.assign(1, '{');
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (!block.valid(i, row)) continue;
    const FieldSchema& field = schema.fields[i];
    if (out.signals.size() > 1) out.signals += ',';
    encode::append_json_string(out.signals, field.name);
    out.signals += ':';
    encode::append_json_value(out.signals, block, i, row, field.type, encode::BigIntegers::as_string);
    if (field.labels.empty()) continue;
    if (const std::string* label = field.label_of(block.word(i, row))) {
      labels.key(field.name);
      labels.string(*label);
    }
  }
  out.signals += '}';
  labels.end_object();
}

class LiveStateSink final : public Sink {
 public:
  explicit LiveStateSink(std::shared_ptr<LiveState> state) : state_(std::move(state)) {}

  // The lane's delay decides when a group is written, never its size.
  [[nodiscard]] SinkTraits traits() const override {
    return {.durable = false, .records = 1U << 20, .bytes = 4U << 20, .delay = std::chrono::milliseconds(5)};
  }

  Result<std::optional<Position>> open(const SinkContext& context) override {
    (void)context;
    return std::optional<Position>{};
  }

  Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) override {
    (void)old_catalog;
    catalog_ = new_catalog;
    streams_.clear();
    for (StreamId id = 0; id < catalog_->streams.size(); ++id) streams_.push_back(text_of(*catalog_, id));
    newest_.assign(streams_.size(), {});
    return {};
  }

  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override {
    (void)expected;
    (void)upto;
    if (catalog_ == nullptr) return Fault{FaultKind::bug, "live state: rows came before the catalog"};
    WriteOutcome outcome;
    std::fill(newest_.begin(), newest_.end(), Newest{});
    for (const BatchPtr& batch : batches) note_newest(*batch, outcome);
    settle(outcome);
    return outcome;
  }

  Status flush() override { return {}; }
  void close() override {}

 private:
  struct Newest {
    const Batch* batch = nullptr;
    const StreamBlock* block = nullptr;
    std::uint64_t rows = 0;  // of the stream in this group
  };

  void note(const Batch& batch, const StreamBlock& block) {
    if (block.rows() == 0 || block.stream() >= newest_.size()) return;
    Newest& newest = newest_[block.stream()];
    newest = {&batch, &block, newest.rows + block.rows()};
  }

  // All decoded records count as superseded at first; settle() moves those that are kept.
  void note_newest(const Batch& batch, WriteOutcome& outcome) {
    outcome.undecoded += batch.undecoded;
    outcome.superseded += batch.raw->records() - batch.undecoded - batch.left_out.size();
    for (const StreamBlock& block : batch.blocks) note(batch, block);
    for (const StreamBlock& block : batch.rows()) note(batch, block);
  }

  // A frame may have rows in several streams and is one record; a derived row is none.
  void settle(WriteOutcome& outcome) {
    frames_.clear();
    for (StreamId id = 0; id < newest_.size(); ++id) {
      const Newest& newest = newest_[id];
      if (newest.block == nullptr) continue;
      const std::size_t row = newest.block->rows() - 1;
      publish(id, newest, row);
      if (!newest.block->frame().empty()) {
        frames_.emplace_back(newest.batch, newest.block->frame()[row]);
      } else if (is_record(*newest.batch, *newest.block)) {
        ++outcome.delivered;
        --outcome.superseded;
      }
    }
    std::sort(frames_.begin(), frames_.end());
    const auto kept =
        static_cast<std::uint64_t>(std::unique(frames_.begin(), frames_.end()) - frames_.begin());
    outcome.delivered += kept;
    outcome.superseded -= kept;
  }

  static bool is_record(const Batch& batch, const StreamBlock& block) {
    const auto rows = batch.rows();
    return std::any_of(rows.begin(), rows.end(),
                       [&](const StreamBlock& delivered) { return &delivered == &block; });
  }

  void publish(StreamId id, const Newest& newest, std::size_t row) {
    const StreamText& text = streams_[id];
    LatestRow latest;
    latest.channel = text.channel;
    latest.message = text.message;
    latest.id = text.id;
    latest.time = {newest.block->time_ns()[row]};
    latest.seen = newest.batch->raw->clock.mono;
    latest.stale_after_ms = text.stale_after_ms;
    latest.rows = newest.rows;
    latest.units = text.units;
    if (!newest.block->frame().empty()) {
      const FrameView frame = newest.batch->raw->frames[newest.block->frame()[row]];
      latest.data.assign(frame.data.begin(), frame.data.end());
    }
    append_values(latest, *catalog_->streams[id].row, *newest.block, row);
    state_->update(text.key, std::move(latest));
  }

  std::shared_ptr<LiveState> state_;
  CatalogPtr catalog_;
  std::vector<StreamText> streams_;  // by stream id, as newest_
  std::vector<Newest> newest_;
  std::vector<std::pair<const Batch*, std::uint32_t>> frames_;
};

}  // namespace

std::unique_ptr<Sink> make_live_state_sink(std::shared_ptr<LiveState> state) {
  return std::make_unique<LiveStateSink>(std::move(state));
}

}  // namespace cantrail::server
