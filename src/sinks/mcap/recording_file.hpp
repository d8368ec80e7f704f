// One recording while it is written: NAME.mcap.part, which becomes NAME.mcap when it is whole.
#pragma once

#include <bitset>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "formats/mcap/chunk_compressor.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/file_writer.hpp"
#include "sinks/mcap/channels.hpp"
#include "sinks/mcap/mark.hpp"

namespace cantrail::mcap_sink {

inline constexpr std::string_view kFinal = ".mcap";
inline constexpr std::string_view kPart = ".mcap.part";

// What is not synced is at most that, and one chunk: recovery verifies more than that (part_end.hpp).
inline constexpr std::uint64_t kMostUnsynced = std::uint64_t{8} << 20U;

// A file's sink, and the digest of what went into it.
class DigestingSink final : public mcap::ByteSink {
 public:
  explicit DigestingSink(File& file) : file_(file), sink_(file) {}
  Status write(std::span<const std::span<const std::byte>> pieces) override;
  // Of the file, which has that many bytes. Reads it only where a write has failed on the way.
  Result<Digest> digest(std::uint64_t bytes);

 private:
  File& file_;
  mcap::FileSink sink_;
  Sha256 sha_;
};

// One thread at a time: the lane's, or while chunks are compressed the worker's.
//
// After a fault of a write the file stands where it stood: the next call cuts off what was written of it and
// goes on. After a failed sync (lost_sync()) it is of no use any more: what was not synced is cut off, and
// recovery finishes the rest.
class RecordingFile {
 public:
  struct Setup {
    FileSystem& files;
    Clock& clock;
    std::string path;  // without .mcap
    std::string node, lane;
    Duration sync_every;
    std::optional<mcap::Metadata> cause = std::nullopt;  // why it is recorded
  };
  // Makes the file, its name durable, with the configuration in it. `begin`: where it begins. Leaves no file
  // behind where it fails.
  static Result<std::unique_ptr<RecordingFile>> create(const Setup& setup,
                                                       std::shared_ptr<const Channels> channels,
                                                       const Mark& begin, const JournalId& journal,
                                                       WallTime start);

  // The channels that the chunks from now on have: an extension of those before, whose definition and DBCs
  // are added. Does nothing where they are the same.
  Status use(std::shared_ptr<const Channels> channels);
  // Syncs as well, where that is due.
  Status append(const mcap::FinishedChunk& chunk, const Mark& mark);
  Status sync();

  // Whether it has its name still: what is written to a file that somebody removed is lost.
  [[nodiscard]] bool is_there() const {
    return files_.exists(path_ + std::string(renamed_ ? kFinal : kPart));
  }

  // The end, in two steps, both of which can be repeated: what is left to be done is done. finish(): the file
  // is whole and synced. publish(): it has its final name, durably.
  Status finish();
  Status publish();

  [[nodiscard]] const Channels& channels() const { return *channels_; }
  [[nodiscard]] const Mark& mark() const { return mark_; }      // behind the last chunk
  [[nodiscard]] const Mark& synced() const { return synced_; }  // what a power cut leaves
  [[nodiscard]] bool lost_sync() const { return lost_sync_; }
  // After that: cuts off what was not synced, as was tried at once. Nothing of it may be believed.
  Status cut_to_synced() { return file_->truncate(synced_bytes_); }
  [[nodiscard]] std::uint64_t bytes() const { return writer_.bytes(); }
  Result<Digest> digest() { return sink_.digest(writer_.bytes()); }
  [[nodiscard]] const mcap::Summary& summary() const { return writer_.summary(); }
  [[nodiscard]] const std::string& path() const { return path_; }  // without .mcap
  [[nodiscard]] WallTime start() const { return start_; }
  [[nodiscard]] const JournalId& journal() const { return journal_; }

 private:
  enum class Stage : std::uint8_t { open, ended, synced };

  RecordingFile(const Setup& setup, std::unique_ptr<File> file, const Mark& begin, const JournalId& journal,
                WallTime start);
  Status describe(const Channels& channels, std::size_t dbcs_there);
  Status define(const mcap::MessageTally& tally);
  [[nodiscard]] Status usable() const;  // fault: lost_sync()
  Status mend();
  // A fault of a write: its bytes are to be cut off.
  Status written(Status status);

  FileSystem& files_;
  Clock& clock_;
  std::string path_, node_, lane_;
  Duration sync_every_;
  JournalId journal_;
  WallTime start_;
  std::unique_ptr<File> file_;
  DigestingSink sink_;
  mcap::FileWriter writer_;
  std::shared_ptr<const Channels> channels_;
  std::bitset<65536> defined_;  // channels
  Mark mark_, synced_;
  std::uint64_t synced_bytes_ = 0;
  MonoTime synced_at_;
  Stage stage_ = Stage::open;
  bool torn_ = false;  // something may stand behind writer_.bytes()
  bool described_end_ = false;
  bool renamed_ = false;
  bool lost_sync_ = false;
};

}  // namespace cantrail::mcap_sink
