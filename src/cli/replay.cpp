// `cantrail replay`: a recording onto a bus; or a journal decoded again (replay_again).
#include <memory>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/frame_log.hpp"
#include "cli/frame_output.hpp"
#include "cli/pace.hpp"
#include "cli/replay_again.hpp"
#include "cli/stop_signal.hpp"

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
  [[nodiscard]] const std::string& skipped() const { return skipped_; }  // of the last pass, as the next two
  [[nodiscard]] const std::vector<std::string>& remarks() const { return remarks_; }
  [[nodiscard]] bool is_damaged() const { return is_damaged_; }

 private:
  Status play_once() {
    auto log = open_frame_log(arguments_.log);
    if (!log) return log.status();
    Status read;
    while (read && !StopSignal::came()) {
      read = (*log)->next(frames_);
      if (frames_.empty()) break;
      if (auto sent = send_paced((*log)->channels()); !sent) return sent;
    }
    skipped_ = (*log)->skipped();
    remarks_ = (*log)->remarks();
    is_damaged_ = (*log)->is_damaged();
    return read;
  }

  Status send_paced(const std::vector<std::string>& channels) {
    for (std::size_t from = 0; from < frames_.size();) {
      const Duration wait = pace_.until_due(WallTime{frames_.time_ns()[from]}, clock_.mono());
      if (wait > Duration::zero() && StopSignal::wait_for(wait)) return {};
      const MonoTime now = clock_.mono();
      std::size_t to = from + 1;
      while (to < frames_.size() && pace_.until_due(WallTime{frames_.time_ns()[to]}, now) <= Duration::zero())
        ++to;
      if (auto sent = target_.send(frames_, from, to, channels); !sent) return sent;
      sent_ += to - from;
      from = to;
    }
    return {};
  }

  ReplayArguments arguments_;
  Pace pace_;
  FrameTarget& target_;
  SystemClock clock_;
  FrameBlock frames_;
  std::uint64_t sent_ = 0;
  std::string skipped_;
  std::vector<std::string> remarks_;
  bool is_damaged_ = false;
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
  if (!replay.skipped().empty()) std::fprintf(stderr, ", %s skipped", replay.skipped().c_str());
  std::fputc('\n', stderr);
  for (const std::string& remark : replay.remarks()) std::fprintf(stderr, "%s\n", remark.c_str());
  if (done) return replay.is_damaged() ? kBadData : kOk;
  std::fprintf(stderr, "cantrail: %s\n", done.fault().message.c_str());
  return exit_code_of(done.fault());
}

}  // namespace

void add_replay(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<ReplayArguments>();
  auto again = std::make_shared<ReplayAgainArguments>();
  CLI::App* command = app.add_subcommand(
      "replay", "Send a recording onto a bus, at its own pace or another; or decode a journal again");
  command->add_option("LOG", arguments->log, kFrameLogs)->required();
  command
      ->add_option("--to", arguments->target,
                   std::string(kFrameOutputs) + "; decoded again: NAME.mcap, or NAME.db for a history")
      ->required();
  auto* speed = command
                    ->add_option("--speed", arguments->speed,
                                 "1 is the recorded pace, 10 ten times as fast, max without waiting")
                    ->capture_default_str();
  auto* loop = command->add_flag("--loop", arguments->loop, "begin again at the end");
  const auto of_decoding = [speed, loop](CLI::Option* option) {
    return option->excludes(speed)->excludes(loop)->group("Decode a journal again");
  };
  auto* dbc = of_decoding(command->add_option(
      "--dbc", again->dbcs, "DBC files that decode from now on; CHANNEL=FILE for one channel of several"));
  auto* config = of_decoding(command->add_option("--config", again->config,
                                                 "a node's configuration: its DBC files (unless --dbc names "
                                                 "others), [copies], [alias], [signal], and what the "
                                                 "sink that writes the target is to get"));
  of_decoding(command->add_option("--from", again->from, "only records from this time on"));
  of_decoding(command->add_option("--until", again->until, "only records before this time"));
  of_decoding(command->add_flag("--replace", again->replace,
                                "the history is there: put what is decoded again in place of its rows"));
  of_decoding(command->add_flag("--remove-gone", again->remove_gone,
                                "with --replace: also remove the rows of messages that the new DBC files "
                                "do not have; no later run brings them back"));
  of_decoding(command->add_flag("--json", again->json, "the report for programs"));
  command->footer(
      "\nExamples:\n"
      "  cantrail replay drive.log --to socketcan:vcan0\n"
      "  cantrail replay drive.log.xz --to cannelloni:127.0.0.1:20000 --speed 10 --loop\n"
      "  cantrail replay recordings --to socketcan:vcan0         every file of the folder, by name\n"
      "  cantrail replay data/journal --dbc corrected.dbc --to november.mcap\n"
      "  cantrail replay data/journal --dbc corrected.dbc --to history.db --replace --from "
      "2026-11-01T00:00:00Z\n"
      "Decoding again says on standard output what is different then. The node may run meanwhile.");
  command->callback([arguments, again, dbc, config, &chosen] {
    const bool decodes = !dbc->empty() || !config->empty();
    const bool is_data_set = arguments->target.ends_with(".db") || arguments->target.ends_with(".mcap");
    const bool has_range = !again->from.empty() || !again->until.empty();
    if (!decodes && (is_data_set || has_range || again->replace || again->json)) {
      throw CLI::RequiredError("--dbc or --config");
    }
    again->journal = arguments->log;
    again->target = arguments->target;
    chosen = [arguments, again, decodes] { return decodes ? replay_again(*again) : replay(*arguments); };
  });
}

}  // namespace cantrail::cli
