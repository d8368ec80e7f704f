// A source's poller and simulated control units on a bus without sockets, in a time that is made here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/frame.hpp"
#include "sources/obd2/poller.hpp"
#include "sources/simulate/responder.hpp"

namespace cantrail::obd2 {

// One row: "OBD2_7E8", its time, and what its cells say.
struct Row {
  std::string stream;
  WallTime time;
  std::map<std::string, double> numbers;
  std::string text;  // of the first column of text
};

class Bench {
 public:
  explicit Bench(PollSettings settings, Width width = Width::bits11, std::uint64_t seed = 7);

  // The settings of a source whose options are the defaults.
  [[nodiscard]] static PollSettings defaults();

  void run(Duration time);
  [[nodiscard]] std::vector<Row> decode() const;

  double lost = 0;         // of all frames, each for itself
  bool ignition = true;    // false: nobody answers
  std::uint32_t mute = 0;  // of this identifier nothing comes
  MonoTime now{1'000'000'000};
  std::string news;                // all, a line each
  std::vector<MonoTime> requests;  // when they were sent
  std::size_t flow_controls = 0, first_frames = 0;
  Poller poller;

 private:
  void record(std::uint32_t id, FrameFlags flags, std::span<const std::uint8_t> data);
  [[nodiscard]] bool is_lost();

  std::unique_ptr<simulate::Responder> car_;
  std::mt19937_64 random_;
  FrameBlock frames_;  // of the bus
};

}  // namespace cantrail::obd2
