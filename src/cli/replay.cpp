// `cantrail replay`: a log onto a bus.
#include <memory>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/frame_output.hpp"
#include "cli/pace.hpp"
#include "cli/stop_signal.hpp"
#include "formats/candump_reader.hpp"
#include "formats/text_input.hpp"

namespace cantrail::cli {
namespace {

struct ReplayArguments {
  std::string log, target;
  std::string speed = "1";
  bool loop = false;
};

class Replay {
 public:
  Replay(const ReplayArguments& arguments, Speed speed, FrameTarget& target)
      : arguments_(arguments), pace_(speed), target_(target) {}

  Status run() {
    do {
      pace_.restart();
      if (auto played = play_once(); !played) return played;
    } while (arguments_.loop && sent_ != 0 && !StopSignal::came());
    return target_.flush();
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t malformed() const { return malformed_; }

 private:
  static constexpr std::size_t kBlock = 1U << 18;
  static constexpr std::size_t kBatch = 1024;

  std::optional<ChannelId> channel(std::string_view name) {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      if (channels_[i] == name) return static_cast<ChannelId>(i);
    }
    channels_.emplace_back(name);
    return static_cast<ChannelId>(channels_.size() - 1);
  }

  Status play_once() {
    auto input = TextInput::open(arguments_.log);
    if (!input) return input.status();
    candump::Reader reader([this](std::string_view name) { return channel(name); });
    std::vector<char> text(kBlock);
    std::size_t held = 0;
    for (bool at_end = false; !at_end && !StopSignal::came();) {
      const auto got = (*input)->read(std::span(text).subspan(held));
      if (!got) return got.status();
      at_end = *got == 0;
      held += *got;
      std::size_t used = 0;
      for (std::size_t consumed = 1; consumed != 0 && !StopSignal::came(); used += consumed) {
        frames_.clear();
        consumed = reader.parse({text.data() + used, held - used}, at_end, kBatch, frames_);
        if (auto sent = send_paced(); !sent) return sent;
      }
      std::copy(text.begin() + static_cast<std::ptrdiff_t>(used),
                text.begin() + static_cast<std::ptrdiff_t>(held), text.begin());
      held -= used;
    }
    malformed_ = reader.stats().malformed;
    return {};
  }

  Status send_paced() {
    for (std::size_t from = 0; from < frames_.size();) {
      const Duration wait = pace_.until_due(WallTime{frames_.time_ns()[from]}, clock_.mono());
      if (wait > Duration::zero() && StopSignal::wait_for(wait)) return {};
      const MonoTime now = clock_.mono();
      std::size_t to = from + 1;
      while (to < frames_.size() && pace_.until_due(WallTime{frames_.time_ns()[to]}, now) <= Duration::zero())
        ++to;
      if (auto sent = target_.send(frames_, from, to, channels_); !sent) return sent;
      sent_ += to - from;
      from = to;
    }
    return {};
  }

  ReplayArguments arguments_;
  Pace pace_;
  FrameTarget& target_;
  SystemClock clock_;
  std::vector<std::string> channels_;
  FrameBlock frames_;
  std::uint64_t sent_ = 0, malformed_ = 0;
};

int replay(const ReplayArguments& arguments) {
  const auto speed = parse_speed(arguments.speed);
  if (!speed) {
    std::fprintf(stderr, "cantrail: --speed takes a factor (1, 10, 0.5) or max, not '%s'\n",
                 arguments.speed.c_str());
    return kUsage;
  }
  const StopSignal stop;
  auto target = open_frame_output(arguments.target);
  if (!target) {
    std::fprintf(stderr, "cantrail: %s\n", target.fault().message.c_str());
    return target.fault().kind == FaultKind::config ? kUsage : kFailed;
  }
  Replay replay(arguments, *speed, **target);
  const Status done = replay.run();
  std::fprintf(stderr, "%s sent", counted(replay.sent(), "frame").c_str());
  if (replay.malformed() != 0)
    std::fprintf(stderr, ", %s skipped", counted(replay.malformed(), "malformed line").c_str());
  std::fputc('\n', stderr);
  if (done) return kOk;
  std::fprintf(stderr, "cantrail: %s\n", done.fault().message.c_str());
  return exit_code_of(done.fault());
}

}  // namespace

void add_replay(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command = app.add_subcommand("replay", "Send a log onto a bus, at its own pace or another");
  command->add_option("LOG", arguments->log, "candump log, also .xz .gz .zst; - is standard input")
      ->required();
  command->add_option("--to", arguments->target, kFrameOutputs)->required();
  command
      ->add_option("--speed", arguments->speed,
                   "1 is the recorded pace, 10 ten times as fast, max without waiting")
      ->capture_default_str();
  command->add_flag("--loop", arguments->loop, "begin again at the end");
  command->footer(
      "\nExamples:\n"
      "  cantrail replay drive.log --to socketcan:vcan0\n"
      "  cantrail replay drive.log.xz --to cannelloni:127.0.0.1:20000 --speed 10 --loop");
  command->callback([arguments, &chosen] { chosen = [arguments] { return replay(*arguments); }; });
}

}  // namespace cantrail::cli
