// What the pipeline sees of a folder of recordings.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/keep.hpp"
#include "component/sink.hpp"
#include "component/template.hpp"
#include "sinks/mcap/chunk_line.hpp"
#include "sinks/mcap/filler.hpp"
#include "sinks/mcap/finisher.hpp"
#include "sinks/mcap/recording_file.hpp"
#include "sinks/mcap/recordings.hpp"
#include "sinks/mcap/split.hpp"
#include "sinks/mcap/triggering.hpp"

namespace cantrail::mcap_sink {

struct Options {
  std::string folder;
  std::vector<TemplatePart> name;
  Split split;
  Keep keep;
  mcap::ChunkOptions chunk;
  std::size_t chunk_bytes = std::size_t{1} << 20U;
  Selection selection;
  Duration delay = std::chrono::seconds(10);
  std::optional<Condition> trip;
  // Triggers, with windows; none: everything is recorded.
  std::optional<Trigger> trigger;
  Duration before{}, after{};
};

inline constexpr Duration kSyncEvery = std::chrono::seconds(30);

// Durable: a write() ends with a chunk that is in the file, and its cursor with it. A power cut takes back at
// most what was not synced; the cursor found then is older, and the journal fills in. Lane's thread only.
class McapSink final : public Sink {
 public:
  explicit McapSink(Options options)
      : options_(std::move(options)),
        recordings_(std::make_shared<Recordings>(options_.folder, calls_of(options_))),
        finisher_(*recordings_),
        line_(options_.chunk),
        filler_(options_.selection) {
    if (options_.trigger) {
      triggering_.emplace(std::move(*options_.trigger), options_.before, options_.after);
    }
  }

  [[nodiscard]] SinkTraits traits() const override;
  // What a crash has left is cut to its last whole chunk here, and finished here or beside (finisher.hpp).
  Result<std::optional<Position>> open(const SinkContext& context) override;
  Status catalog(const CatalogPtr& old_catalog, const CatalogPtr& new_catalog) override;
  // After a fault the file at hand stays open: the next write goes on with it.
  Result<WriteOutcome> write(std::span<const BatchPtr> batches, const Position& expected,
                             const Position& upto) override;
  // Ends the file whose time is over, and sees to calls.
  Result<std::optional<Position>> idle() override;
  Status flush() override;
  // Finishes the file, unless the last write failed.
  void close() override;
  [[nodiscard]] std::optional<std::uint64_t> written_bytes() const override { return written_bytes_; }
  [[nodiscard]] std::shared_ptr<RecordingList> recordings() override { return recordings_; }

 private:
  [[nodiscard]] static CallTriggers calls_of(const Options& options) {
    if (!options.trigger) return {};
    CallTriggers calls = options.trigger->api();
    calls.before = options.before;
    calls.after = options.after;
    return calls;
  }

  Status claim_folder();
  Status recover_left();
  Status still_there();
  [[nodiscard]] bool is_over() const;
  [[nodiscard]] bool must_end() const;
  [[nodiscard]] bool ends_before(const Batch& batch);
  Status begin_file(const Batch& first, std::size_t number);  // which one of its group
  Status end_file();
  Status write_all(std::span<const BatchPtr> batches, const Position& expected, const Position& upto,
                   WriteOutcome& outcome);
  Status write_batch(const Part& part, WriteOutcome& outcome);
  Status leave_out(const Part& part, bool in_window, WriteOutcome& outcome);
  Status end_open_file();
  Status look_from(const std::optional<Position>& position);
  void look_from_here();
  // The chunk at hand goes to the worker; everything before `cursor` is in it.
  Status end_chunk(const Position& cursor);
  Result<WriteOutcome> move_cursor(const Position& upto);
  void settle_after_fault();
  void hold_to_limits();
  void count_written();
  [[nodiscard]] std::string name_of(WallTime start) const;

  Options options_;
  std::shared_ptr<Recordings> recordings_;
  Finisher finisher_;
  std::optional<SinkContext> context_;  // of the last open()
  std::unique_ptr<File> claim_;         // on the folder, from the first open() on
  std::shared_ptr<const Channels> channels_;
  std::unique_ptr<RecordingFile> file_;
  ChunkLine line_;  // works on file_
  Filler filler_;
  mcap::ChunkBuilder builder_;
  // What the store holds; of a triggered recording how far it has looked, which a restart does not know.
  std::optional<Position> cursor_;
  Mark next_;                                   // behind what is filled
  bool loaded_ = false;                         // recordings_
  bool failed_ = false;                         // the last write
  WallTime began_{};                            // when the first batch of file_ was sealed
  std::optional<WallTime> last_frames_{};       // when the last one with frames was
  std::optional<bool> on_trip_, next_on_trip_;  // as the condition stood last
  std::optional<Triggering> triggering_;
  MonoTime quiet_since_{}, looked_at_{};  // the last write; when it was last made durable from where to look
  std::uint64_t written_bytes_ = 0;
  std::uint64_t counted_bytes_ = 0;  // of file_
};

}  // namespace cantrail::mcap_sink
