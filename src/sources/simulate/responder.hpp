// What is simulated and answers: it hears a bus. Pure: no clock, no I/O.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.hpp"
#include "decode/obd2/address.hpp"
#include "model/frame.hpp"

namespace cantrail::simulate {

// One thread. Times do not go back.
class Responder {
 public:
  virtual ~Responder() = default;

  // A frame that another has sent.
  virtual void hear(const FrameView& frame, MonoTime now) = 0;
  // Appends the frames that are due, channel 0.
  virtual void answer(MonoTime now, FrameBlock& out) = 0;
  // When answer() has frames, unless another is heard before.
  [[nodiscard]] virtual MonoTime due() const = 0;
};

// The name of the scenario below.
inline constexpr std::string_view kObd2Ecu = "obd2-ecu";

struct Obd2EcuOptions {
  std::uint64_t seed = 7;
  obd2::Width width = obd2::Width::bits11;
  double speed = 1;  // simulated seconds per second, of the car: answers keep their times
};

// The engine and the transmission of a car that idles and drives, as they answer OBD-II.
[[nodiscard]] std::unique_ptr<Responder> make_obd2_ecu(const Obd2EcuOptions& options, MonoTime now);

}  // namespace cantrail::simulate
