// `cantrail obd2`: what a person does to a car by OBD-II. A node never clears codes; this does, when told to.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "decode/isotp/sender.hpp"
#include "decode/obd2/address.hpp"
#include "decode/obd2/answers.hpp"
#include "sources/can_interface/target.hpp"

namespace cantrail::cli {
namespace {

using obd2::Width;

constexpr Duration kAnswerTime = std::chrono::milliseconds(500);
constexpr Duration kPendingTime = std::chrono::seconds(5);
constexpr Duration kLongest = std::chrono::seconds(30);
constexpr int kMostOldReads = 1000;
constexpr std::uint8_t kMonitorStatus = 0x01;  // PID of service 01: how many codes

struct ClearArguments {
  std::string interface, addressing = "auto";
  bool yes = false;
};

// Of a single frame.
struct Answer {
  std::uint32_t id = 0;
  std::vector<std::uint8_t> payload;
};

std::string unit_name(std::uint32_t id) {
  char text[12] = {};
  std::snprintf(text, sizeof text, "%X", id & kIdExtendedMask);
  return text;
}

// Asks all control units once, and takes the last answer of each: one that says "pending" has more time.
Result<std::vector<Answer>> ask(FramePort& port, const Clock& clock, Width width,
                                std::vector<std::uint8_t> request) {
  const isotp::ClassicFrame data = isotp::single_frame(request);
  FrameBlock frames;
  for (int i = 0; i < kMostOldReads; ++i) {  // what came while nobody listened is no answer
    frames.clear();
    if (const Status status = port.receive(frames, clock.mono()); !status) return status.fault();
    if (frames.empty()) break;
  }
  frames.clear();
  frames.append({{}, obd2::to_all(width), 0, 0, static_cast<std::uint8_t>(data.size()), data});
  if (const Status sent = port.send(frames, 0, 1, {}); !sent) return sent.fault();
  std::vector<Answer> answers;
  const MonoTime end = clock.mono() + kLongest;
  MonoTime until = clock.mono() + kAnswerTime;
  while (clock.mono() < std::min(until, end)) {
    frames.clear();
    if (const Status status = port.receive(frames, std::min(until, end)); !status) return status.fault();
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const FrameView frame = frames[i];
      if (!obd2::is_answer(frame.id, width) || frame.data.empty()) continue;
      const std::size_t size = frame.data[0];
      if (size == 0 || size >= frame.data.size()) continue;
      const auto payload = frame.data.subspan(1, size);
      const bool refuses = size >= 3 && payload[0] == obd2::kRefused && payload[1] == request[0];
      // A node may ask at the same time: its answers are of other PIDs.
      const bool answers_this = payload[0] == (request[0] | obd2::kPositive) &&
                                (request.size() < 2 || (size >= 2 && payload[1] == request[1]));
      if (!refuses && !answers_this) continue;
      if (refuses && payload[2] == obd2::kPending) until = std::max(until, clock.mono() + kPendingTime);
      std::erase_if(answers, [&](const Answer& one) { return one.id == frame.id; });
      answers.push_back({frame.id, {payload.begin(), payload.end()}});
    }
    const auto is_pending = [](const Answer& one) {
      return one.payload[0] == obd2::kRefused && one.payload[2] == obd2::kPending;
    };
    const bool any_pending = std::any_of(answers.begin(), answers.end(), is_pending);
    if (!any_pending) until = std::min(until, clock.mono() + kAnswerTime);
  }
  std::sort(answers.begin(), answers.end(), [](const Answer& a, const Answer& b) { return a.id < b.id; });
  return answers;
}

std::string why_refused(std::uint8_t why) {
  constexpr std::uint8_t kConditions = 0x22;
  if (why == obd2::kPending) return "has not finished; perhaps its codes are not cleared";
  if (why == kConditions) return "refused: conditions are not right; stop the engine, leave the ignition on";
  char text[32] = {};
  std::snprintf(text, sizeof text, "refused (0x%02X)", static_cast<unsigned>(why));
  return text;
}

bool confirmed(const ClearArguments& arguments) {
  if (arguments.yes) return true;
  if (::isatty(STDIN_FILENO) == 0) {
    std::fputs("cantrail: nobody to ask; --yes clears without asking\n", stderr);
    return false;
  }
  std::fputs(
      "This clears stored and pending codes and their freeze frames, and sets all monitors back: until they "
      "have\n"
      "run again, an inspection may refuse the car. Clear? Type yes: ",
      stderr);
  std::string text;
  return std::getline(std::cin, text) && trim(text) == "yes";
}

int failed(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

int clear(const ClearArguments& arguments) {
  const SystemClock clock;
  const auto port = socketcan::open_port(arguments.interface, clock);
  if (!port) return failed(port.fault());
  std::vector<Width> widths;
  if (arguments.addressing != "29-bit") widths.push_back(Width::bits11);
  if (arguments.addressing != "11-bit") widths.push_back(Width::bits29);
  std::optional<Width> width;
  std::vector<std::uint32_t> units;
  for (const Width one : widths) {
    const auto found = ask(**port, clock, one, {obd2::kCurrentData, kMonitorStatus});
    if (!found) return failed(found.fault());
    for (const Answer& answer : *found) {
      if (answer.payload.size() < 3 || answer.payload[0] == obd2::kRefused) continue;
      width = one;
      units.push_back(answer.id);
      std::fprintf(stderr, "%s: %s\n", unit_name(answer.id).c_str(),
                   counted(answer.payload[2] & 0x7FU, "stored code").c_str());
    }
    if (width) break;
  }
  if (!width) {
    std::fprintf(stderr, "cantrail: no control unit answers on %s; is the ignition on?\n",
                 arguments.interface.c_str());
    return kFailed;
  }
  if (!confirmed(arguments)) {
    std::fputs("nothing was cleared\n", stderr);
    return kFailed;
  }
  const auto answers = ask(**port, clock, *width, {obd2::kClearCodes});
  if (!answers) return failed(answers.fault());
  bool all = true;
  for (const std::uint32_t unit : units) {
    const auto answer =
        std::find_if(answers->begin(), answers->end(), [&](const Answer& one) { return one.id == unit; });
    const bool cleared = answer != answers->end() && answer->payload[0] != obd2::kRefused;
    all = all && cleared;
    std::printf("%s: %s\n", unit_name(unit).c_str(),
                cleared                    ? "cleared"
                : answer == answers->end() ? "no answer; perhaps its codes are not cleared"
                                           : why_refused(answer->payload[2]).c_str());
  }
  return all ? kOk : kFailed;
}

}  // namespace

void add_obd2(CLI::App& app, Run& chosen) {
  CLI::App* group = app.add_subcommand("obd2", "A car's trouble codes");
  group->require_subcommand(1);
  auto arguments = std::make_shared<ClearArguments>();
  CLI::App* command = group->add_subcommand("clear", "Clear the trouble codes of a car, after a question");
  command->add_option("INTERFACE", arguments->interface, "the CAN interface, like can0")->required();
  command->add_flag("--yes", arguments->yes, "do not ask");
  command->add_option("--addressing", arguments->addressing, "identifiers of the control units")
      ->check(CLI::IsMember({"auto", "11-bit", "29-bit"}))
      ->capture_default_str();
  command->footer(
      "\nService 04 of OBD-II, to all control units. Their freeze frames go as well, and all monitors have "
      "to run\n"
      "again; permanent codes stay until the car finds that they are no more. A node asks for codes and "
      "never\n"
      "clears them.\n"
      "Example: cantrail obd2 clear can0");
  command->callback([arguments, &chosen] { chosen = [arguments] { return clear(*arguments); }; });
}

}  // namespace cantrail::cli
