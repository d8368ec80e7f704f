// The car's control units on the bus: who is asked, when they answer, messages of several frames.
#include <algorithm>
#include <array>
#include <random>

#include "decode/isotp/sender.hpp"
#include "decode/obd2/answers.hpp"
#include "sources/simulate/obd2_unit.hpp"
#include "sources/simulate/responder.hpp"

namespace cantrail::simulate {
namespace {

using obd2::Width;

constexpr Duration kWhileIdle = std::chrono::seconds(1);
constexpr std::size_t kMostAnswers = 4;
constexpr Duration kClearingTakes = std::chrono::milliseconds(300);

struct UnitOnBus {
  Obd2Unit unit;
  std::uint32_t id = 0;  // of its answers
  Duration quickest{0}, slowest{0};
  isotp::Sender sender = {};
  // What it says next; more requests than kMostAnswers at a time are not heard.
  struct Answer {
    MonoTime at;
    Obd2Unit::Bytes payload;
  };
  std::vector<Answer> answers = {};  // ascending
};

std::uint32_t answers_by(Width width, unsigned number) {
  constexpr std::array<std::uint32_t, 2> kAddresses{0x10, 0x18};  // engine, transmission
  return width == Width::bits11 ? 0x7E8U + number : 0x18DAF100U | kAddresses.at(number) | kIdExtended;
}

UnitIdentity engine() {
  return {.vin = "WVWZZZ1KZ6W123456",
          .calibration = "06F906056BK 4711",
          .name = "ECM-EngineControl",
          .verification = 0x1791BC82,
          .pids = {0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x0B, 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x11, 0x1C,
                   0x1F, 0x21, 0x2F, 0x30, 0x31, 0x33, 0x42, 0x46, 0x49, 0x51, 0x5C, 0x5E, 0xA6}};
}

UnitIdentity transmission() {
  return {.vin = "",
          .calibration = "02E300052Q 1207",
          .name = "TCM-TransmisCtrl",
          .verification = 0x0000A1F3,
          .pids = {0x01, 0x0D, 0x1C, 0x42}};
}

class Obd2Ecu final : public Responder {
 public:
  Obd2Ecu(const Obd2EcuOptions& options, MonoTime now)
      : options_(options), random_(options.seed), car_(options.seed), car_is_at_(now) {
    using std::chrono::milliseconds;
    units_.push_back({Obd2Unit(engine()), answers_by(options.width, 0), milliseconds(2), milliseconds(20)});
    units_.push_back(
        {Obd2Unit(transmission()), answers_by(options.width, 1), milliseconds(5), milliseconds(35)});
    // Too lean, misfire in cylinder 2, catalyst; and one of the transmission's.
    for (const unsigned code : {0x0171U, 0x0302U, 0x0420U})
      units_[0].unit.fail(static_cast<std::uint16_t>(code), car_.state());
    units_[1].unit.fail(0x0741, car_.state());
  }

  void hear(const FrameView& frame, MonoTime now) override {
    if ((frame.id & (kIdRemote | kIdError)) != 0 || frame.data.empty()) return;
    move_car(now);
    const bool to_all = frame.id == obd2::to_all(options_.width);
    for (UnitOnBus& one : units_) {
      if (!to_all && frame.id != obd2::to_unit(one.id, options_.width)) continue;
      if ((frame.data[0] & 0xF0) == 0) {
        hear_request(one, frame.data, to_all, now);
      } else if (!to_all) {
        one.sender.hear(frame.data, now);
      }
    }
  }

  void answer(MonoTime now, FrameBlock& out) override {
    move_car(now);
    for (UnitOnBus& one : units_) {
      if (one.sender.is_idle() && !one.answers.empty() && one.answers.front().at <= now) {
        one.sender.begin(std::move(one.answers.front().payload), now);
        one.answers.erase(one.answers.begin());
      }
      while (const auto frame = one.sender.next(now)) {
        out.append({{}, one.id, 0, 0, static_cast<std::uint8_t>(frame->size()), *frame});
      }
    }
  }

  [[nodiscard]] MonoTime due() const override {
    MonoTime first = car_is_at_ + kWhileIdle;
    for (const UnitOnBus& one : units_) {
      if (const auto due = one.sender.due()) first = std::min(first, *due);
      if (one.sender.is_idle() && !one.answers.empty()) first = std::min(first, one.answers.front().at);
    }
    return first;
  }

 private:
  void move_car(MonoTime now) {
    car_.advance(static_cast<double>((now - car_is_at_).count()) * 1e-9 * options_.speed);
    car_is_at_ = now;
  }

  void hear_request(UnitOnBus& one, std::span<const std::uint8_t> data, bool to_all, MonoTime now) {
    const std::size_t size = data[0];
    if (size == 0 || size >= data.size() || one.answers.size() >= kMostAnswers) return;
    const auto request = data.subspan(1, size);
    auto payload = one.unit.answer(request, to_all, car_.state());
    if (!payload) return;
    MonoTime at = now + one.quickest +
                  Duration(static_cast<std::int64_t>(
                      random_() % static_cast<std::uint64_t>((one.slowest - one.quickest).count())));
    if (!one.answers.empty()) at = std::max(at, one.answers.back().at);
    if (request[0] == obd2::kClearCodes) {
      car_.forget_distance();
      one.answers.push_back({at, {obd2::kRefused, obd2::kClearCodes, obd2::kPending}});
      at = at + kClearingTakes;
    }
    one.answers.push_back({at, std::move(*payload)});
  }

  const Obd2EcuOptions options_;
  std::mt19937_64 random_;
  CarModel car_;
  MonoTime car_is_at_;
  std::vector<UnitOnBus> units_;
};

}  // namespace

std::unique_ptr<Responder> make_obd2_ecu(const Obd2EcuOptions& options, MonoTime now) {
  return std::make_unique<Obd2Ecu>(options, now);
}

}  // namespace cantrail::simulate
