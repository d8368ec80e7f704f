// What is simulated: frames in the order of their time, the same for the same seed. Pure: no clock, no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/status.hpp"
#include "base/time.hpp"
#include "component/forecast.hpp"
#include "model/frame.hpp"

namespace cantrail::simulate {

// One thread.
class Scenario {
 public:
  virtual ~Scenario() = default;

  // Appends the frames due at simulated times (since the scenario's start) before `until`, oldest first, at
  // most `limit`. Their time is `start` plus their simulated time divided by `rate`; their channel is
  // `channel`. Returns the simulated time of the first frame that was not appended.
  virtual Duration produce(Duration until, std::size_t limit, FrameBlock& out) = 0;

  // How many frames of each identifier there are in a simulated second.
  [[nodiscard]] virtual std::vector<FrameRate> rates() const = 0;

  struct Stamp {
    WallTime start;
    double rate = 1;  // simulated seconds per second
    ChannelId channel = 0;
  };
  Stamp stamp;
};

struct ScenarioOptions {
  std::string name = "leaf";  // "leaf", "grow-room", or the path of a DBC (whose text is `dbc_text`)
  std::string dbc_text = {};  // of the DBC to encode with; empty takes the built-in one, where there is one
  std::uint64_t seed = 7;
  std::optional<double> charge =
      std::nullopt;       // leaf: of its battery at the beginning, 0…1; else the seed says
  double bus_factor = 1;  // cycle times are divided by this: 2 = twice as many frames a second
};

// Faults: config for an unknown scenario, or a DBC that lacks what the scenario needs.
[[nodiscard]] Result<std::unique_ptr<Scenario>> make_scenario(const ScenarioOptions& options,
                                                              Diagnostics& diagnostics);

// "leaf", "grow-room": those that need no DBC file.
[[nodiscard]] bool is_built_in(std::string_view scenario);
// What to say of one that there is not.
[[nodiscard]] std::string no_such_scenario(const std::string& name);

// examples/leaf/leaf.dbc and examples/grow-room/grow-room.dbc, built in.
[[nodiscard]] const std::string& leaf_dbc();
[[nodiscard]] const std::string& grow_room_dbc();

}  // namespace cantrail::simulate
