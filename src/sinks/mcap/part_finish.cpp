#include "sinks/mcap/part_finish.hpp"

#include "base/text.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/salvage.hpp"
#include "sinks/mcap/file_notes.hpp"
#include "sinks/mcap/recording_file.hpp"

namespace cantrail::mcap_sink {
namespace {

class StoppableSource final : public mcap::ByteSource {
 public:
  StoppableSource(const mcap::ByteSource& source, const std::atomic<bool>& stop)
      : source_(source), stop_(stop) {}
  [[nodiscard]] std::uint64_t size() const override { return source_.size(); }
  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (stop_) return Fault{FaultKind::unavailable, "stopped"};
    return source_.read_at(offset, out);
  }

 private:
  const mcap::ByteSource& source_;
  const std::atomic<bool>& stop_;
};

std::string file_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

Recording described(const std::string& path, std::uint64_t bytes, const mcap::Summary& summary) {
  return {file_name(path) + std::string(kFinal),
          bytes,
          static_cast<std::int64_t>(summary.statistics.start_ns),
          static_cast<std::int64_t>(summary.statistics.end_ns),
          0,
          summary.statistics.messages,
          {}};
}

// What came before had been synced. An end that the disk may not have is taken off again.
Status sync_end(File& file, std::uint64_t end) {
  Status status = file.sync();
  if (!status) file.truncate(end).ignore();
  return status;
}

Status add_end(File& file, mcap::FileState state, const Position& cursor, std::uint64_t& bytes) {
  const std::uint64_t end = state.bytes;
  if (Status cut = file.truncate(state.bytes); !cut) return cut;
  mcap::FileSink sink(file);
  mcap::FileWriter writer(sink, {}, std::move(state));
  Status status = writer.add(note_of_end(cursor));
  if (status) status = writer.finish();
  if (!status) return status;
  bytes = writer.bytes();
  return sync_end(file, end);
}

// A file of all that can be read takes the place of the part.
Status salvage_part(FileSystem& files, const std::string& part, const mcap::ByteSource& source,
                    std::uint64_t& bytes) {
  const std::string temporary = part + ".tmp";
  if (files.exists(temporary)) {
    if (Status removed = files.remove(temporary); !removed) return removed;
  }
  auto file = files.open(temporary, OpenMode::create_new);
  if (!file) return file.status();
  mcap::FileSink sink(**file);
  if (const auto saved = mcap::salvage(source, sink); !saved) return saved.status();
  if (Status synced = (*file)->sync(); !synced) return synced;
  const auto size = (*file)->size();
  if (!size) return size.status();
  bytes = *size;
  return files.rename(temporary, part);
}

Result<Recording> give_an_end(const SinkContext& context, const LeftPart& part,
                              const std::atomic<bool>& stop) {
  const std::string path = part.path + std::string(kPart);
  const auto file = context.files.open(path, OpenMode::append);
  if (!file) return file.fault();
  const auto all = mcap::FileSource::on(**file);
  if (!all) return all.fault();
  const mcap::RangeSource whole(*all, 0, std::min(part.end.bytes, all->size()));
  const StoppableSource source(whole, stop);
  auto found = mcap::examine(source);
  if (!found) return found.fault();
  std::uint64_t bytes = source.size();
  Recording recording = described(part.path, bytes, found->readable);
  Status status;
  if (found->good_is_all()) {  // an end that is there already is written anew: its sync may have failed
    status = add_end(**file, std::move(found->good), *part.end.cursor, bytes);
  } else {
    context.log.write(Severity::error, context.name,
                      path + " is damaged (" + to_string(found->damage.first().front()) + ", " +
                          counted(found->damage.count(), "place") + ", " +
                          format_bytes(found->damage.lost_bytes()) +
                          " in all): what can be read is kept, the rest is lost. Is its disk failing?");
    status = salvage_part(context.files, path, source, bytes);
  }
  if (!status) return status.fault();
  recording.bytes = bytes;
  const auto whole_file = context.files.open(path, OpenMode::read);  // a salvaged one is another
  if (!whole_file) return whole_file.fault();
  const auto digest = digest_of(**whole_file);
  if (!digest) return digest.fault();
  recording.digest = *digest;
  return recording;
}

}  // namespace

Result<std::optional<LeftPart>> cut_part(FileSystem& files, const std::string& path) {
  const std::string name = path + std::string(kPart);
  LeftPart part{path, {}};
  {
    const auto file = files.open(name, OpenMode::append);
    if (!file) return file.fault();
    const auto source = mcap::FileSource::on(**file);
    if (!source) return source.fault();
    const auto end = find_end(*source);
    if (!end) return end.fault();
    part.end = *end;
    Status status;
    if (end->cursor && end->bytes < source->size()) status = (*file)->truncate(end->bytes);
    if (!status) return status.fault();
    if (end->cursor) status = (*file)->sync();
    if (!status) {  // nobody knows what the disk has now: what may be missing comes again from the journal
      (*file)->truncate(end->synced_bytes).ignore();
      return status.fault();
    }
  }
  if (part.end.cursor) return std::optional(std::move(part));
  if (Status removed = files.remove(name); !removed) return removed.fault();
  return std::optional<LeftPart>();
}

// As a recording ends by itself: synced, listed with its cursor, then renamed.
Status finish_part(const SinkContext& context, Recordings& recordings, const LeftPart& part,
                   const std::atomic<bool>& stop) {
  Result<Recording> recording = give_an_end(context, part, stop);
  if (!recording) return recording.status();
  if (Status listed = recordings.add(std::move(*recording), part.end.cursor); !listed) return listed;
  const std::string final_path = part.path + std::string(kFinal);
  if (Status named = context.files.rename(part.path + std::string(kPart), final_path); !named) return named;
  return context.files.sync_directory(parent_path(final_path));
}

}  // namespace cantrail::mcap_sink
