// Who asks: which request is due, and what a frame of the bus means for it. Requests go to all control units
// at once (functional addressing), one at a time: the next goes out when all those have answered that support
// the PID, or when their time is up. Pure: no clock, no socket.
//
// After SAE J1979 and ISO 15765-4 (times, addresses, who answers what), ISO 14229-1 (negative answers).
//
// The bus is never flooded: two requests are at least 1 / most_per_second apart, whatever happens. A question
// that nobody answers waits for twice as long each time. Where nobody answers anything only 01 00 is asked,
// after pauses that double up to the longest; with an answer all begins anew.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "decode/isotp/sender.hpp"
#include "decode/obd2/address.hpp"
#include "model/frame.hpp"
#include "sources/obd2/schedule.hpp"
#include "sources/obd2/units.hpp"

namespace cantrail::obd2 {

struct PollSettings {
  std::optional<Width> width;  // none: one after the other is tried
  double most_per_second = 30;
  std::array<double, 256> per_second{};            // of service 01, by PID; 0: never asked
  Duration codes_every = std::chrono::minutes(1);  // 0: never asked
  bool freeze_frames = true;
  Duration longest_pause = std::chrono::minutes(1);
};

struct OutgoingFrame {
  std::uint32_t id = 0;
  isotp::ClassicFrame data{};
};

// The request that is on its way.
struct Outstanding {
  Question question;
  std::optional<std::size_t> item;     // of the schedule
  MonoTime until, latest;              // latest: whatever comes in between
  std::vector<std::uint32_t> waiting;  // identifiers of those that are to answer
  bool open_ended = false;             // nobody knows who is there
  unsigned answers = 0, refusals = 0, pending = 0;
  bool never = false;  // a refusal that will not change
};

// One thread. Times do not go back.
class Poller {
 public:
  Poller(const PollSettings& settings, MonoTime now);

  // Every frame of the bus, in the order in which they came, also those of this machine.
  void hear(const FrameView& frame, MonoTime now);

  // What is to be sent now, one frame a call, until there is none.
  [[nodiscard]] std::optional<OutgoingFrame> next(MonoTime now);
  // The last frame of next() could not be sent.
  void not_sent(MonoTime now);
  // When next() has something, unless a frame comes before; later than the `now` at which it had nothing.
  [[nodiscard]] MonoTime due() const;

  // What the operator is to know: control units found or gone; empty: nothing new.
  [[nodiscard]] std::string take_news();
  // Why no data comes; empty while some does.
  [[nodiscard]] std::string hint(MonoTime now) const;

 private:
  enum class Phase : std::uint8_t { search, discovery, polling };

  void ask(const Question& question, std::optional<std::size_t> item, MonoTime now);
  [[nodiscard]] bool is_to_answer(const Unit& unit, const Question& question) const;
  void expire(MonoTime now);
  void conclude(MonoTime now);
  void conclude_search(const Outstanding& done, MonoTime now);
  void conclude_discovery(const Outstanding& done, MonoTime now);
  void conclude_poll(const Outstanding& done, MonoTime now);
  void search_again(MonoTime now);
  void begin_polling(MonoTime now);

  [[nodiscard]] Unit* unit_of(std::uint32_t id);
  void hear_unit(Unit& unit, std::span<const std::uint8_t> data, MonoTime now);
  void take(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now);
  void take_refusal(Unit& unit, std::uint8_t why, MonoTime now);
  void take_answer(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now);
  void take_freeze_frame(std::span<const std::uint8_t> payload, MonoTime now);
  void take_codes(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now);
  void no_longer_wait_for(const Unit& unit, MonoTime now);
  [[nodiscard]] bool answers(std::span<const std::uint8_t> payload) const;
  [[nodiscard]] bool any_has_pid(unsigned pid) const;

  const PollSettings settings_;
  const Duration apart_;  // two requests
  Phase phase_ = Phase::search;
  Width width_;
  std::vector<Unit> units_;
  Schedule schedule_;
  std::optional<Outstanding> outstanding_;
  std::deque<OutgoingFrame> flow_control_;
  MonoTime next_request_;  // not before
  MonoTime aside_until_;   // another tester asks

  MonoTime next_search_;
  Duration pause_{0};          // after the last search
  bool second_width_ = false;  // of this search
  std::uint64_t asked_in_vain_ = 0;
  std::deque<Question> to_discover_;
  unsigned discovery_tries_ = 0;
  unsigned silent_ = 0;  // requests in a row without any answer
  bool check_ = false;   // whether anybody is there still
  bool steps_aside_ = false;
  std::string news_;
};

}  // namespace cantrail::obd2
