#include "sources/simulate/obd2_unit.hpp"

#include <algorithm>
#include <cmath>

#include "decode/obd2/answers.hpp"

namespace cantrail::simulate {
namespace {

using Bytes = Obd2Unit::Bytes;

constexpr std::uint8_t kServiceNotSupported = 0x11, kNotSupported = 0x12;
constexpr std::uint8_t kFreezeCode = 0x02;
constexpr double kKmh = 3.6;

// `bytes` bytes, the highest first; what is beyond them is the largest that they can say.
Bytes number(double value, std::size_t bytes = 1) {
  const double most = std::exp2(8 * static_cast<double>(bytes)) - 1;
  auto raw = static_cast<std::uint64_t>(std::llround(std::clamp(value, 0.0, most)));
  Bytes result(bytes);
  for (std::size_t i = bytes; i-- > 0; raw >>= 8) result[i] = static_cast<std::uint8_t>(raw);
  return result;
}

Bytes share(double of_one) {
  return number(255 * of_one);
}
Bytes celsius(double value) {
  return number(value + 40);
}

Bytes codes_of(std::uint8_t service, const std::vector<std::uint16_t>& codes) {
  Bytes answer{static_cast<std::uint8_t>(service | obd2::kPositive), static_cast<std::uint8_t>(codes.size())};
  for (const std::uint16_t code : codes) {
    answer.push_back(static_cast<std::uint8_t>(code >> 8));
    answer.push_back(static_cast<std::uint8_t>(code));
  }
  return answer;
}

// The bitmap that the answer to `first` holds; nullopt: no PID from there on is supported.
std::optional<Bytes> bitmap(std::span<const std::uint8_t> supported, std::uint8_t first) {
  std::uint32_t bits = 0;
  for (const unsigned pid : supported) {
    if (pid <= first) continue;
    // The last bit says that there is a next bitmap.
    const unsigned bit = std::min(pid - first, unsigned{obd2::kBitmapSpan});
    bits |= 1U << (unsigned{obd2::kBitmapSpan} - bit);
  }
  if (bits == 0 && first != 0) return std::nullopt;
  return number(bits, 4);
}

Bytes text_of(const std::string& text, std::size_t bytes) {
  Bytes result(bytes, 0);
  std::copy_n(text.begin(), std::min(text.size(), bytes), result.begin());
  return result;
}

Bytes refusal(std::uint8_t service, std::uint8_t why) {
  return {obd2::kRefused, service, why};
}

}  // namespace

void Obd2Unit::fail(std::uint16_t code, const CarState& car) {
  for (auto* list : {&stored_, &pending_, &permanent_}) {
    if (std::find(list->begin(), list->end(), code) == list->end()) list->push_back(code);
  }
  if (!freeze_) freeze_ = {code, car};
}

void Obd2Unit::clear() {
  stored_.clear();
  pending_.clear();
  freeze_.reset();
}

std::optional<Bytes> Obd2Unit::answer(std::span<const std::uint8_t> request, bool to_all,
                                      const CarState& car) {
  if (request.empty()) return std::nullopt;
  const std::uint8_t service = request[0];
  std::optional<Bytes> answer;
  std::uint8_t why = kNotSupported;
  switch (service) {
    case obd2::kCurrentData:
      if (request.size() == 2) answer = current(request[1], car);
      break;
    case obd2::kFreezeFrame:
      if (request.size() == 3 && request[2] == 0) answer = frozen(request[1]);
      break;
    case obd2::kVehicleInformation:
      if (request.size() == 2) answer = information(request[1]);
      break;
    case obd2::kStoredCodes:
      answer = codes_of(service, stored_);
      break;
    case obd2::kPendingCodes:
      answer = codes_of(service, pending_);
      break;
    case obd2::kPermanentCodes:
      answer = codes_of(service, permanent_);
      break;
    case obd2::kClearCodes:
      clear();
      answer = Bytes{obd2::kClearCodes | obd2::kPositive};
      break;
    default:
      why = kServiceNotSupported;
  }
  if (!answer && !to_all) return refusal(service, why);
  return answer;
}

std::optional<Bytes> Obd2Unit::current(std::uint8_t pid, const CarState& car) const {
  Bytes answer{obd2::kCurrentData | obd2::kPositive, pid};
  Bytes data;
  if (pid % obd2::kBitmapSpan == 0) {
    auto bits = bitmap(identity_.pids, pid);
    if (!bits) return std::nullopt;
    data = std::move(*bits);
  } else if (std::binary_search(identity_.pids.begin(), identity_.pids.end(), pid)) {
    data = values(pid, car);
  } else {
    return std::nullopt;
  }
  answer.insert(answer.end(), data.begin(), data.end());
  return answer;
}

std::optional<Bytes> Obd2Unit::frozen(std::uint8_t pid) const {
  static constexpr std::uint8_t kFrozen[]{kFreezeCode, 0x04, 0x05, 0x0B, 0x0C, 0x0D,
                                          0x0F,        0x10, 0x11, 0x1F, 0x2F};
  const auto supported = std::span(kFrozen).first(freeze_ ? std::size(kFrozen) : 1);
  Bytes answer{obd2::kFreezeFrame | obd2::kPositive, pid, 0};
  Bytes data;
  if (pid % obd2::kBitmapSpan == 0) {
    auto bits = bitmap(supported, pid);
    if (!bits) return std::nullopt;
    data = std::move(*bits);
  } else if (pid == kFreezeCode) {
    data = number(freeze_ ? freeze_->code : 0, 2);
  } else if (std::find(supported.begin(), supported.end(), pid) != supported.end()) {
    data = values(pid, freeze_->car);
  } else {
    return std::nullopt;
  }
  answer.insert(answer.end(), data.begin(), data.end());
  return answer;
}

std::optional<Bytes> Obd2Unit::information(std::uint8_t kind) const {
  enum : std::uint8_t { kVin = 2, kCalibration = 4, kVerification = 6, kUse = 8, kName = 10 };
  Bytes answer{obd2::kVehicleInformation | obd2::kPositive, kind};
  const auto add = [&answer](const Bytes& bytes) { answer.insert(answer.end(), bytes.begin(), bytes.end()); };
  Bytes supported{kCalibration, kVerification, kUse, kName};
  if (!identity_.vin.empty()) supported.insert(supported.begin(), kVin);
  if (kind == 0) {
    add(*bitmap(supported, 0));
    return answer;
  }
  if (std::find(supported.begin(), supported.end(), kind) == supported.end()) return std::nullopt;
  constexpr std::uint8_t kCounters = 16;
  answer.push_back(kind == kUse ? kCounters : 1);
  if (kind == kVin) add(text_of(identity_.vin, 17));
  if (kind == kCalibration) add(text_of(identity_.calibration, 16));
  if (kind == kVerification) add(number(identity_.verification, 4));
  if (kind == kName) add(text_of(identity_.name, 20));
  // Drives, ignitions, then how often each monitor ran and could have.
  for (unsigned i = 0; kind == kUse && i < kCounters; ++i)
    add(number(i == 0 ? 812 : i == 1 ? 1290 : 300 + 7 * i, 2));
  return answer;
}

Bytes Obd2Unit::values(std::uint8_t pid, const CarState& car) const {
  switch (pid) {
    case 0x01:
      return {static_cast<std::uint8_t>((stored_.empty() ? 0 : 0x80) | stored_.size()), 0x07, 0x65, 0x00};
    case 0x03:
      return {static_cast<std::uint8_t>(car.coolant_c < 40 ? 1 : 2), 0};
    case 0x04:
      return share(car.load);
    case 0x05:
      return celsius(car.coolant_c);
    case 0x06:
      return number(128 + 3 * std::sin(car.run_time_s / 7));
    case 0x07:
      return number(131);
    case 0x0B:
      return number(car.intake_kpa);
    case 0x0C:
      return number(4 * car.engine_rpm, 2);
    case 0x0D:
      return number(car.speed_mps * kKmh);
    case 0x0E:
      return number(2 * (64 + 10 + 15 * (1 - car.load)));
    case 0x0F:
      return celsius(car.intake_c);
    case 0x10:
      return number(100 * car.air_gps, 2);
    case 0x11:
      return share(car.throttle);
    case 0x1C:
      return {6};  // EOBD
    case 0x1F:
      return number(car.run_time_s, 2);
    case 0x21:
      return number(stored_.empty() ? 0 : car.metres / 1000, 2);
    case 0x2F:
      return share(car.fuel_litres / CarState::kTankLitres);
    case 0x30:
      return {12};
    case 0x31:
      return number(car.metres / 1000, 2);
    case 0x33:
      return number(car.barometric_kpa);
    case 0x42:
      return number(1000 * car.voltage, 2);
    case 0x46:
      return celsius(car.ambient_c);
    case 0x49:
      return share(car.pedal);
    case 0x51:
      return {1};  // petrol
    case 0x5C:
      return celsius(car.oil_c);
    case 0x5E:
      return number(20 * car.fuel_lph, 2);
    case 0xA6:
      return number(car.odometer_m / 100, 4);
    default:
      return {};
  }
}

}  // namespace cantrail::simulate
