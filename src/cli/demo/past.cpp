#include "cli/demo/past.hpp"

#include <charconv>
#include <memory>
#include <thread>

#include "base/text.hpp"

namespace cantrail::cli::demo {
namespace {

constexpr Duration kPatience = std::chrono::seconds(60);

std::string mark_of(const std::string& folder) {
  return join_path(folder, "filled-in");
}

// Hands over frames that are there already, and ends.
class PastSource final : public FrameSource {
 public:
  explicit PastSource(std::shared_ptr<const FrameBlock> frames) : frames_(std::move(frames)) {}

  [[nodiscard]] SourceTraits traits() const override { return {.can_wait = true, .resumes = false}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>&) override {
    const auto channel = context.channels.channel(context.id, "can0");
    if (!channel) return channel.status();
    channel_ = *channel;
    return {};
  }
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    for (; next_ < frames_->size(); ++next_) {
      FrameView frame = (*frames_)[next_];
      frame.channel = channel_;
      if (!builder.append(frame)) return ReadOutcome::more;
    }
    return ReadOutcome::ended;
  }
  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  std::shared_ptr<const FrameBlock> frames_;
  ChannelId channel_ = 0;
  std::size_t next_ = 0;
};

}  // namespace

std::optional<TimeSpan> filled_in(FileSystem& files, const std::string& folder) {
  const auto text = read_file(files, mark_of(folder));
  if (!text) return std::nullopt;
  TimeSpan span;
  const char* end = text->data() + text->size();
  const auto from = std::from_chars(text->data(), end, span.from.ns);
  if (from.ec != std::errc{} || from.ptr == end) return std::nullopt;
  if (std::from_chars(from.ptr + 1, end, span.to.ns).ec != std::errc{}) return std::nullopt;
  return span;
}

Status fill_in(NodeParts parts, Car& car, const std::string& folder, FileSystem& files, Clock& clock,
               Log& log) {
  const auto frames = std::make_shared<const FrameBlock>(car.past());
  if (frames->empty()) return {};
  SourcePart past;
  past.name = "can0";
  past.type = "simulate";
  past.channels = {"can0"};
  past.dbcs = {{"leaf.dbc", simulate::leaf_dbc()}};
  past.make = [frames] { return std::make_unique<PastSource>(frames); };
  parts.sources.push_back(std::move(past));
  Node node(std::move(parts), files, clock, log);
  if (auto started = node.start(); !started) return started;
  const MonoTime deadline = clock.mono() + kPatience;
  while (!node.finished() && clock.mono() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  node.stop();
  const auto times = frames->time_ns();
  return write_file_atomically(files, mark_of(folder),
                               std::to_string(times.front()) + " " + std::to_string(times.back()) + "\n");
}

}  // namespace cantrail::cli::demo
