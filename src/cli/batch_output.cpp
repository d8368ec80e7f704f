#include "cli/batch_output.hpp"

#include <algorithm>

#include "base/clock.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/batch_copy.hpp"
#include "cli/history_output.hpp"
#include "cli/standard_log.hpp"
#include "formats/candump.hpp"
#include "journal/journal.hpp"
#include "sinks/mcap/chunk_line.hpp"
#include "sinks/mcap/filler.hpp"
#include "sinks/mcap/recording_file.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;

class CandumpOutput final : public BatchOutput {
 public:
  CandumpOutput(std::string path, std::unique_ptr<File> part, LogStyle style)
      : path_(std::move(path)), file_(std::move(part)), fraction_digits_(style.nanoseconds ? 9 : 6) {}

  Status write(const BatchPtr& batch) override {
    const RawBatch& raw = *batch->raw;
    for (std::size_t i = 0; i < raw.frames.size(); ++i) {
      const FrameView frame = raw.frames[i];
      candump::append_frame(text_, frame, raw.catalog->channels[frame.channel].alias,
                            {.fraction_digits = fraction_digits_});
    }
    return text_.size() < kPieceBytes ? Status{} : put();
  }

  Status finish() override {
    if (Status written = put(); !written) return written;
    if (Status synced = file_->sync(); !synced) return synced;
    return real_file_system().rename(path_ + ".part", path_);
  }

  void discard() override { real_file_system().remove(path_ + ".part").ignore(); }

 private:
  Status put() {
    const auto bytes = std::as_bytes(std::span(text_));
    Status written = file_->append(std::span(&bytes, 1));
    text_.clear();
    return written;
  }

  std::string path_;
  std::unique_ptr<File> file_;
  int fraction_digits_;
  std::string text_;
};

// As the sink records, but for the cursors: nobody goes on behind this. A catalog that is not the one before
// with more in it begins another file.
class McapOutput final : public BatchOutput {
 public:
  McapOutput(std::string path, const std::optional<JournalId>& journal)
      : path_(std::move(path)), journal_(journal.value_or(JournalId{})) {}

  Status write(const BatchPtr& batch) override {
    if (batch->raw->catalog != catalog_) {
      if (Status used = use(*batch); !used) return used;
    }
    WriteOutcome outcome;
    const mcap_sink::Part part{*batch, 0, batch->raw->records()};
    if (Status filled = filler_.fill(*channels_, part, builder_, outcome); !filled) return filled;
    return builder_.bytes() < kPieceBytes ? Status{} : end_chunk();
  }

  Status finish() override {
    if (!file_) return {FaultKind::rejected, "there is nothing in it: no file was made"};
    return end_file();
  }

  void discard() override {
    if (!file_) return;
    const std::string part = file_->path() + std::string(mcap_sink::kPart);
    file_.reset();
    real_file_system().remove(part).ignore();
  }

  [[nodiscard]] std::vector<std::string> files() const override {
    return finished_.size() < 2 ? std::vector<std::string>() : finished_;
  }

  // Without .mcap.
  [[nodiscard]] static std::string numbered(const std::string& path, std::uint64_t number) {
    if (number == 1) return path;
    const std::string digits = std::to_string(number);
    return path + "_" + std::string(4 - std::min<std::size_t>(4, digits.size()), '0') + digits;
  }

 private:
  Status use(const Batch& batch) {
    auto channels = mcap_sink::Channels::of(batch.raw->catalog);
    if (!channels) return channels.status();
    if (file_) {
      if (Status ended = end_chunk(); !ended) return ended;
      if (!(*channels)->extend(file_->channels())) {
        if (Status ended = end_file(); !ended) return ended;
      }
    }
    channels_ = std::move(*channels);
    catalog_ = batch.raw->catalog;
    return file_ ? file_->use(channels_) : begin_file(time_span(*batch.raw).from);
  }

  Status begin_file(WallTime start) {
    const std::string path = numbered(path_, finished_.size() + 1);
    if (const std::string final = path + std::string(mcap_sink::kFinal); real_file_system().exists(final)) {
      return {FaultKind::rejected, final + " is there already: it is not written over"};
    }
    auto file = mcap_sink::RecordingFile::create(
        {real_file_system(), clock_, path, "", "convert", std::chrono::hours(1)}, channels_, {}, journal_,
        start);
    if (!file) return file.status();
    file_ = std::move(*file);
    return {};
  }

  Status end_chunk() {
    if (!builder_.empty()) line_.submit(builder_, *file_, {});
    filler_.restart();
    return line_.drain();
  }

  Status end_file() {
    if (Status ended = end_chunk(); !ended) return ended;
    if (Status finished = file_->finish(); !finished) return finished;
    if (Status published = file_->publish(); !published) return published;
    file_.reset();
    finished_.push_back(numbered(path_, finished_.size() + 1) + std::string(mcap_sink::kFinal));
    return {};
  }

  std::string path_;  // without .mcap
  JournalId journal_;
  SystemClock clock_;
  std::vector<std::string> finished_;
  CatalogPtr catalog_;
  std::shared_ptr<const mcap_sink::Channels> channels_;
  std::unique_ptr<mcap_sink::RecordingFile> file_;
  mcap_sink::ChunkLine line_{mcap::ChunkOptions{}};  // works on file_
  mcap_sink::Filler filler_{mcap_sink::Selection{}};
  mcap::ChunkBuilder builder_;
};

// A journal of its own, with an identity of its own: one run, which ended in order.
class JournalOutput final : public BatchOutput {
 public:
  Status open(const std::string& folder) {
    JournalOptions options;
    options.folder = folder;
    options.cap_bytes = std::uint64_t{1} << 60U;  // all of it
    auto opened = Journal::open(options, "{}", real_file_system(), clock_, log_);
    if (!opened) return opened.status();
    journal_ = std::move(*opened);
    return {};
  }

  Status write(const BatchPtr& batch) override {
    const auto raw = copy_of(*batch->raw);
    raw->position = {journal_->id(), journal_->epoch(), ++seq_, 0};
    raw->first_record = records_;
    records_ += raw->records();
    return journal_->append(*raw);
  }

  Status finish() override { return journal_->close_cleanly(); }

 private:
  SystemClock clock_;
  StandardErrorLog log_;
  std::unique_ptr<Journal> journal_;
  std::uint64_t seq_ = 0, records_ = 0;
};

// Somebody who writes drive.log.xz does not mean a folder.
bool is_name_of_a_file(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.find('.', 1) != std::string::npos;
}

bool is_empty_or_absent(FileSystem& files, const std::string& folder) {
  if (!files.exists(folder)) return true;
  const auto names = files.list(folder);
  return names && names->empty();
}

}  // namespace

std::string files_text(const BatchOutput& output) {
  const std::vector<std::string> files = output.files();
  if (files.empty()) return {};
  std::string text = counted(files.size(), "file") + ", since a file has one catalog:";
  for (const std::string& file : files) text += "\n  " + file;
  return text + "\n";
}

Result<std::unique_ptr<BatchOutput>> open_batch_output(const std::string& path,
                                                       const std::optional<JournalId>& journal,
                                                       LogStyle style) {
  FileSystem& files = real_file_system();
  const Fault taken{FaultKind::rejected, path + " is there already: it is not written over"};
  if (files.exists(path + ".part")) {
    return Fault{FaultKind::rejected, path +
                                          ".part is there: another run is writing it, or one was "
                                          "interrupted; then remove it first"};
  }
  if (path.ends_with(mcap_sink::kFinal)) {
    if (files.exists(path)) return taken;
    const std::string stem = path.substr(0, path.size() - mcap_sink::kFinal.size());
    if (const std::string second = McapOutput::numbered(stem, 2) + std::string(mcap_sink::kFinal);
        files.exists(second)) {
      return Fault{
          FaultKind::rejected,
          second + " is there already, and may be needed: a catalog that is another one begins another file"};
    }
    return std::unique_ptr<BatchOutput>(std::make_unique<McapOutput>(stem, journal));
  }
  if (path.ends_with(kHistorySuffix)) return open_history_output(path, journal);
  if (path.ends_with(".log")) {
    if (files.exists(path)) return taken;
    auto part = files.open(path + ".part", OpenMode::create_new);
    if (!part) return part.fault();
    return std::unique_ptr<BatchOutput>(std::make_unique<CandumpOutput>(path, std::move(*part), style));
  }
  if (!files.exists(path) && is_name_of_a_file(path)) {
    return Fault{FaultKind::rejected,
                 path + ": a name ends in .log, .mcap or .db; of a journal's folder in /"};
  }
  if (!is_empty_or_absent(files, path)) return taken;
  auto output = std::make_unique<JournalOutput>();
  if (Status opened = output->open(path); !opened) return opened.fault();
  return std::unique_ptr<BatchOutput>(std::move(output));
}

}  // namespace cantrail::cli
