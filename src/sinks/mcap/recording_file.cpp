#include "sinks/mcap/recording_file.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "sinks/mcap/file_notes.hpp"

namespace cantrail::mcap_sink {
namespace {

mcap::FileOptions file_options() {
  mcap::FileOptions options;
  options.library = "cantrail " CANTRAIL_VERSION;
  return options;
}

}  // namespace

Status DigestingSink::write(std::span<const std::span<const std::byte>> pieces) {
  Status status = sink_.write(pieces);
  if (!status) return status;
  for (const auto& piece : pieces) sha_.add(piece);
  return status;
}

// A write that failed halfway, or was taken back, has left another count.
Result<Digest> DigestingSink::digest(std::uint64_t bytes) {
  if (sha_.bytes() == bytes) return sha_.digest();
  auto digest = digest_of(file_);
  if (!digest) return digest.fault();
  return *digest;
}

RecordingFile::RecordingFile(const Setup& setup, std::unique_ptr<File> file, const Mark& begin,
                             const JournalId& journal, WallTime start)
    : files_(setup.files),
      clock_(setup.clock),
      path_(setup.path),
      node_(setup.node),
      lane_(setup.lane),
      sync_every_(setup.sync_every),
      journal_(journal),
      start_(start),
      file_(std::move(file)),
      sink_(*file_),
      writer_(sink_, file_options()),
      mark_(begin),
      synced_(begin),
      synced_at_(setup.clock.mono()) {}

Result<std::unique_ptr<RecordingFile>> RecordingFile::create(const Setup& setup,
                                                             std::shared_ptr<const Channels> channels,
                                                             const Mark& begin, const JournalId& journal,
                                                             WallTime start) {
  const std::string part = setup.path + std::string(kPart);
  auto file = setup.files.open(part, OpenMode::create_new);
  if (!file) return file.fault();
  (*file)->claim();  // `cantrail recover --in-place` keeps off
  std::unique_ptr<RecordingFile> recording(new RecordingFile(setup, std::move(*file), begin, journal, start));
  Status status =
      recording->writer_.add(note_of_origin(setup.node, setup.lane, journal, channels->catalog()));
  if (status && setup.cause) status = recording->writer_.add(*setup.cause);
  if (status) status = recording->describe(*channels, 0);
  if (status) status = setup.files.sync_directory(parent_path(part));
  if (!status) {
    recording.reset();
    setup.files.remove(part)
        .ignore();  // what is left of it holds nothing, and goes when the folder is opened
    return status.fault();
  }
  recording->channels_ = std::move(channels);
  return recording;
}

// The definition has everything, for programs; the DBC files are for people.
Status RecordingFile::describe(const Channels& channels, std::size_t dbcs_there) {
  const Catalog& catalog = channels.catalog();
  const auto time = static_cast<std::uint64_t>(std::max<std::int64_t>(start_.ns, 0));
  const auto attach = [&](const std::string& name, const char* media_type, const std::string& content) {
    const mcap::MemorySource data(std::as_bytes(std::span(content)));
    return written(writer_.add({time, 0, printable(name, kMostNameBytes), media_type}, data));
  };
  for (std::size_t i = dbcs_there; i < catalog.dbcs.size(); ++i) {
    const std::string& path = catalog.dbcs[i].name;
    const std::string name = path.substr(path.rfind('/') + 1);
    if (Status status = attach(name, "text/plain", catalog.dbcs[i].text); !status) return status;
  }
  if (catalog.definition.empty()) return {};
  constexpr std::size_t kDigits = 12;
  return attach("catalog-" + to_hex(catalog.digest).substr(0, kDigits) + ".json", "application/json",
                catalog.definition);
}

Status RecordingFile::written(Status status) {
  torn_ |= !status;
  return status;
}

Status RecordingFile::usable() const {
  if (!lost_sync_) return {};
  return {FaultKind::unavailable, path_ + std::string(kPart) + ": what it held could not be synced"};
}

Status RecordingFile::mend() {
  if (!torn_) return usable();
  if (Status status = file_->truncate(writer_.bytes()); !status) return status;
  torn_ = false;
  return {};
}

Status RecordingFile::use(std::shared_ptr<const Channels> channels) {
  if (channels == channels_ || channels->catalog().digest == channels_->catalog().digest) return {};
  if (Status status = mend(); !status) return status;
  if (Status status = describe(*channels, channels_->catalog().dbcs.size()); !status) return status;
  channels_ = std::move(channels);
  return {};
}

Status RecordingFile::define(const mcap::MessageTally& tally) {
  for (const mcap::ChannelCount& count : tally.channels) {
    if (defined_[count.channel]) continue;
    const mcap::Channel channel = channels_->channel(count.channel);
    Status status = writer_.summary().definitions.schema(channel.schema_id) != nullptr
                        ? Status{}
                        : writer_.add(channels_->schema(channel.schema_id));
    if (status) status = writer_.add(channel);
    if (!status) return status;
    defined_.set(count.channel);
  }
  return {};
}

Status RecordingFile::append(const mcap::FinishedChunk& chunk, const Mark& mark) {
  Status status = mend();
  if (status) status = written(define(chunk.tally));
  if (status) status = written(writer_.append(chunk));
  if (!status) return status;
  mark_ = mark;
  const bool due =
      writer_.bytes() - synced_bytes_ >= kMostUnsynced || clock_.mono() - synced_at_ >= sync_every_;
  return due ? sync() : Status{};
}

Status RecordingFile::sync() {
  if (Status good = usable(); !good) return good;
  if (synced_bytes_ == writer_.bytes() && !torn_) return {};
  if (Status status = file_->sync(); !status) {
    // The kernel may have dropped what it could not write, and will not say so again.
    lost_sync_ = true;
    cut_to_synced().ignore();
    return status;
  }
  synced_ = mark_;
  synced_bytes_ = writer_.bytes();
  synced_at_ = clock_.mono();
  return {};
}

Status RecordingFile::finish() {
  if (Status good = usable(); !good) return good;
  if (stage_ == Stage::open) {
    Status status = mend();
    if (status && !described_end_ && mark_.cursor) {
      status = written(writer_.add(note_of_end(*mark_.cursor)));
      described_end_ = status.ok();
    }
    if (status) status = written(writer_.finish());
    if (!status) return status;
    stage_ = Stage::ended;
  }
  if (stage_ == Stage::ended) {
    if (Status status = sync(); !status) return status;
    stage_ = Stage::synced;
  }
  return {};
}

Status RecordingFile::publish() {
  const std::string final_path = path_ + std::string(kFinal);
  if (!renamed_) {
    if (Status status = files_.rename(path_ + std::string(kPart), final_path); !status) return status;
    renamed_ = true;
  }
  return files_.sync_directory(parent_path(final_path));
}

}  // namespace cantrail::mcap_sink
