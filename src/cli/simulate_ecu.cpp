#include "cli/simulate_ecu.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/stop_signal.hpp"
#include "sources/can_interface/target.hpp"
#include "sources/simulate/responder.hpp"

namespace cantrail::cli {
namespace {

constexpr Duration kLookForStop = std::chrono::milliseconds(50);

Status answer(simulate::Responder& ecu, FramePort& port, const Clock& clock, MonoTime end,
              std::uint64_t& sent) {
  FrameBlock out, in;
  while (!StopSignal::came() && clock.mono() < end) {
    out.clear();
    ecu.answer(clock.mono(), out);
    if (Status status = port.send(out, 0, out.size(), {}); !status) return status;
    sent += out.size();
    in.clear();
    const MonoTime until = std::min({ecu.due(), end, clock.mono() + kLookForStop});
    if (Status status = port.receive(in, until); !status) return status;
    for (std::size_t i = 0; i < in.size(); ++i) ecu.hear(in[i], clock.mono());
  }
  return {};
}

}  // namespace

int answer_as_ecu(const EcuArguments& arguments) {
  constexpr std::string_view kSocketCan = "socketcan:";
  if (!arguments.target.starts_with(kSocketCan) || arguments.target.size() == kSocketCan.size()) {
    std::fputs("cantrail: obd2-ecu has to hear who asks: --to socketcan:vcan0, or another CAN interface\n",
               stderr);
    return kUsage;
  }
  const SystemClock clock;
  auto port = socketcan::open_port(arguments.target.substr(kSocketCan.size()), clock);
  if (!port) {
    std::fprintf(stderr, "cantrail: %s\n", port.fault().message.c_str());
    return exit_code_of(port.fault());
  }
  const StopSignal stop;
  const MonoTime now = clock.mono();
  simulate::Obd2EcuOptions options;
  options.seed = arguments.seed;
  options.speed = arguments.speed;
  if (arguments.addressing == "29-bit") options.width = obd2::Width::bits29;
  const auto ecu = simulate::make_obd2_ecu(options, now);
  const bool is_endless = arguments.length >= MonoTime{INT64_MAX} - now;
  std::uint64_t sent = 0;
  const Status done =
      answer(*ecu, **port, clock, is_endless ? MonoTime{INT64_MAX} : now + arguments.length, sent);
  std::fprintf(stderr, "%s sent\n", counted(sent, "frame").c_str());
  if (done) return kOk;
  std::fprintf(stderr, "cantrail: %s\n", done.fault().message.c_str());
  return exit_code_of(done.fault());
}

}  // namespace cantrail::cli
