// `cantrail convert`: a recording in another form.
#include <cmath>
#include <memory>

#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/batch_log.hpp"
#include "cli/batch_output.hpp"
#include "cli/command.hpp"
#include "cli/dbc_files.hpp"
#include "cli/exit_code.hpp"
#include "cli/frame_log.hpp"
#include "cli/stop_signal.hpp"

namespace cantrail::cli {
namespace {

struct ConvertArguments {
  std::string in, out;
  std::vector<std::string> dbcs;
  bool nanoseconds = false;
};

int tell(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

// On a terminal, a few times a second.
class ProgressBar {
 public:
  explicit ProgressBar(Clock& clock) : clock_(clock), shown_at_(clock.mono()) {}
  ~ProgressBar() { clear(); }

  void show(std::optional<double> part, std::uint64_t frames) {
    constexpr Duration kEvery = std::chrono::milliseconds(200);
    if (!on_terminal_ || clock_.mono() - shown_at_ < kEvery) return;
    shown_at_ = clock_.mono();
    std::string bar;
    if (part) {
      constexpr int kWidth = 40;
      const int done = static_cast<int>(std::lround(std::min(std::max(*part, 0.0), 1.0) * kWidth));
      bar = "[" + std::string(static_cast<std::size_t>(done), '#') +
            std::string(static_cast<std::size_t>(kWidth - done), ' ') + "] ";
    }
    std::fprintf(stderr, "\r%s%s\033[K", bar.c_str(), counted(frames, "frame").c_str());
    drawn_ = true;
  }
  void clear() {
    if (std::exchange(drawn_, false)) std::fputs("\r\033[K", stderr);
  }

 private:
  Clock& clock_;
  MonoTime shown_at_;
  bool on_terminal_ = ::isatty(STDERR_FILENO) == 1;
  bool drawn_ = false;
};

Status copy(BatchLog& from, BatchOutput& to, std::uint64_t& frames, std::uint64_t& rows) {
  SystemClock clock;
  ProgressBar bar(clock);
  while (!StopSignal::came()) {
    const auto batch = from.next();
    if (!batch) return batch.status();
    if (!*batch && frames + rows == 0 && !from.skipped().empty()) {
      return {FaultKind::rejected, "nothing in it can be read as a frame"};
    }
    if (!*batch) return to.finish();
    if (Status written = to.write(*batch); !written) return written;
    frames += (*batch)->raw->frames.size();
    rows += (*batch)->raw->records() - (*batch)->raw->frames.size();
    bar.show(from.progress(), frames);
  }
  return {FaultKind::unavailable,
          "stopped before the end; what is written ends in .part, or is a journal without its end"};
}

int convert(const ConvertArguments& arguments) {
  const StopSignal stop;
  auto dbcs = read_dbc_files(arguments.dbcs, real_file_system());
  if (!dbcs) return tell(dbcs.fault());
  Diagnostics diagnostics;
  auto in = open_batch_log(arguments.in, std::move(*dbcs), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  if (!in) return tell(in.fault());
  auto out = open_batch_output(arguments.out, (*in)->journal(), {arguments.nanoseconds});
  if (!out) return tell(out.fault());
  std::uint64_t frames = 0, rows = 0;
  const Status done = copy(**in, **out, frames, rows);
  std::fprintf(stderr, "%s", counted(frames, "frame").c_str());
  if (rows != 0) std::fprintf(stderr, ", %s", counted(rows, "row").c_str());
  if (!(*in)->skipped().empty()) std::fprintf(stderr, ", %s skipped", (*in)->skipped().c_str());
  std::fputc('\n', stderr);
  for (const std::string& remark : (*in)->remarks()) std::fprintf(stderr, "%s\n", remark.c_str());
  std::fputs(files_text(**out).c_str(), stderr);
  if (!done && !StopSignal::came()) (*out)->discard();
  if (!done) return tell(done.fault());
  return (*in)->is_damaged() ? kBadData : kOk;
}

}  // namespace

void add_convert(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<ConvertArguments>();
  CLI::App* command = app.add_subcommand("convert", "Write a recording in another form");
  command->add_option("IN", arguments->in, kFrameLogs)->required();
  command
      ->add_option("OUT", arguments->out,
                   "NAME.log (candump, whose times are microseconds), NAME.mcap, NAME.db (history, of a "
                   "journal), or a new "
                   "folder for a journal; nothing is written over")
      ->required();
  command->add_option("--dbc", arguments->dbcs,
                      "DBC files that decode the frames for MCAP, and describe them in a journal; a journal "
                      "as IN brings its own");
  command->add_flag("--nanoseconds", arguments->nanoseconds,
                    "whole times in NAME.log; can-utils older than 2023 misread them, as Debian 12's");
  command->footer(
      "\nExamples:\n"
      "  cantrail convert drive.log.xz drive.mcap --dbc car.dbc     for Foxglove\n"
      "  cantrail convert data/journal drive.mcap                   with rows and gaps, as it was captured\n"
      "  cantrail convert recordings drive.log                      the frames of all files, as text\n"
      "The same input gives the same bytes; only a journal gets an identity of its own.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return convert(*arguments); }; });
}

}  // namespace cantrail::cli
