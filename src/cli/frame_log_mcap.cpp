// Frames of MCAP files: messages of type cantrail.Frame, in the order of their log times.
#include <algorithm>

#include "base/text.hpp"
#include "cli/frame_log.hpp"
#include "encode/protobuf/record_decoder.hpp"
#include "encode/protobuf/recording_types.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::cli {
namespace {

// One file that is being read.
class OpenFile {
 public:
  static Result<std::unique_ptr<OpenFile>> open(const std::string& path) {
    auto file = real_file_system().open(path, OpenMode::read);
    if (!file) return file.fault();
    auto source = mcap::FileSource::on(**file);
    if (!source) return source.fault();
    auto summary = mcap::read_summary(*source);
    std::optional<std::uint64_t> damaged;
    if (!summary && summary.fault().kind == FaultKind::corrupt) {
      auto found = mcap::examine(*source);  // it was not finished: read from its start
      if (!found) return Fault{found.fault().kind, path + ": " + found.fault().message};
      summary = std::move(found->readable);
      damaged =
          found->damage.lost_bytes() == 0 ? 0 : found->damage.count();  // an end that is not there is none
    }
    if (!summary) return summary.fault();
    std::unique_ptr<OpenFile> opened(new OpenFile(std::move(*file), *source, std::move(*summary)));
    opened->damaged_before_ = damaged;
    return opened;
  }

  [[nodiscard]] bool has_frames() const {
    const auto& channels = summary_.definitions.channels();
    return std::any_of(channels.begin(), channels.end(),
                       [this](const mcap::Channel& one) { return holds_frames(one); });
  }
  Result<std::span<const mcap::Message>> next() {
    auto some = reader_.next();
    if (some) read_ += some->size();
    return some;
  }
  // Of all messages, of which those of frames are some.
  [[nodiscard]] double progress() const {
    const std::uint64_t all = summary_.statistics.messages;
    return all == 0 ? 1 : static_cast<double>(read_) / static_cast<double>(all);
  }
  // Places that could not be read.
  [[nodiscard]] std::uint64_t damaged() const {
    return damaged_before_.value_or(0) + reader_.damage().count();
  }
  [[nodiscard]] bool has_end() const { return !damaged_before_; }
  // Messages that are no frames.
  [[nodiscard]] std::uint64_t others() const {
    const auto& counts = summary_.statistics.messages_of;
    std::uint64_t others = summary_.statistics.messages;
    for (const mcap::Channel& channel : summary_.definitions.channels()) {
      if (holds_frames(channel) && channel.id < counts.size()) others -= std::min(others, counts[channel.id]);
    }
    return others;
  }

 private:
  OpenFile(std::unique_ptr<File> file, const mcap::FileSource& source, mcap::Summary summary)
      : file_(std::move(file)),
        source_(source),
        summary_(std::move(summary)),
        reader_(source_, summary_, selection()) {}

  [[nodiscard]] bool holds_frames(const mcap::Channel& channel) const {
    const mcap::Schema* schema = summary_.definitions.schema(channel.schema_id);
    return schema != nullptr && schema->name == encode::protobuf::kFrameType &&
           channel.message_encoding == "protobuf";
  }
  [[nodiscard]] mcap::Selection selection() const {
    mcap::Selection selection;
    selection.channels = [this](const mcap::Channel& channel) { return holds_frames(channel); };
    return selection;
  }

  std::unique_ptr<File> file_;
  mcap::FileSource source_;
  mcap::Summary summary_;
  mcap::OrderedReader reader_;
  std::uint64_t read_ = 0;
  std::optional<std::uint64_t> damaged_before_;  // found while looking for what it holds, where it has no end
};

class McapLog final : public FrameLog {
 public:
  explicit McapLog(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  Status begin() {
    while (!file_ && next_ < paths_.size()) {
      if (Status opened = open_next(); !opened) return opened;
    }
    if (file_) return {};
    return {FaultKind::rejected,
            (paths_.size() == 1 ? paths_.front() + " holds" : "these files hold") +
                " no frames (messages of type cantrail.Frame, of a sink with raw = true)"};
  }

  Status next(FrameBlock& frames) override {
    frames.clear();
    while (frames.empty() && (file_ || next_ < paths_.size())) {
      if (!file_) {
        if (Status opened = open_next(); !opened) return opened;
        continue;
      }
      const auto some = file_->next();
      if (!some) return some.status();
      for (const mcap::Message& message : *some) take(message, frames);
      if (some->empty()) leave();
    }
    return {};
  }

  [[nodiscard]] std::string skipped() const override {
    std::string text = unreadable_ == 0 ? std::string() : counted(unreadable_, "unreadable message");
    if (damaged_ != 0) text += (text.empty() ? "" : " and ") + counted(damaged_, "damaged place");
    return text;
  }
  [[nodiscard]] bool is_damaged() const override { return unreadable_ + damaged_ != 0; }

  [[nodiscard]] std::vector<std::string> remarks() const override {
    std::vector<std::string> lines = without_end_;
    if (others_ != 0) {
      lines.push_back(counted(others_, "message") + " left out that " + (others_ == 1 ? "is" : "are") +
                      " no frames (decoded rows, gaps): of MCAP files frames are read");
    }
    return lines;
  }

  [[nodiscard]] std::optional<double> progress() const override {
    const double whole = static_cast<double>(next_) - (file_ ? 1 : 0);
    return (whole + (file_ ? file_->progress() : 0)) / static_cast<double>(paths_.size());
  }

 private:
  Status open_next() {
    const std::string& path = paths_[next_++];
    auto opened = OpenFile::open(path);
    if (!opened) return opened.status();
    others_ += (*opened)->others();
    if (!(*opened)->has_end()) without_end_.push_back(path + " has no end, and was read as far as it goes");
    file_ = std::move(*opened);
    if (!file_->has_frames()) leave();
    return {};
  }

  void leave() {
    damaged_ += file_->damaged();
    file_.reset();
  }

  void take(const mcap::Message& message, FrameBlock& frames) {
    const auto decoded = encode::protobuf::decode_frame(
        {reinterpret_cast<const char*>(message.data.data()), message.data.size()});
    const auto id = decoded ? channel(decoded->channel) : std::nullopt;
    if (!id) {
      ++unreadable_;
      return;
    }
    FrameView frame = decoded->frame;
    frame.channel = *id;
    frames.append(frame);
  }

  std::vector<std::string> paths_;
  std::size_t next_ = 0;
  std::unique_ptr<OpenFile> file_;
  std::uint64_t unreadable_ = 0, damaged_ = 0, others_ = 0;
  std::vector<std::string> without_end_;
};

}  // namespace

Result<std::unique_ptr<FrameLog>> open_mcap_log(std::vector<std::string> paths) {
  auto log = std::make_unique<McapLog>(std::move(paths));
  if (Status begun = log->begin(); !begun) return begun.fault();
  return std::unique_ptr<FrameLog>(std::move(log));
}

}  // namespace cantrail::cli
