#include "sources/obd2/poller.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/text.hpp"

namespace cantrail::obd2 {
namespace {

// P2 of ISO 15765-4 is 50 ms; gateways and busy control units take longer.
constexpr Duration kAnswerTime = std::chrono::milliseconds(200);
constexpr Duration kPendingTime = std::chrono::seconds(5);  // P2*, after 0x78
constexpr unsigned kMostPending = 20;
constexpr Duration kLongestAnswer =
    std::chrono::minutes(1);                              // all of it: a unit that babbles holds up nobody
constexpr Duration kFrameTime = std::chrono::seconds(1);  // N_Cr, between frames of one message
constexpr Duration kAside = std::chrono::seconds(5);      // after a request of another tester
constexpr unsigned kDiscoveryTries = 2;
constexpr unsigned kSilence = 3;  // requests in a row

constexpr std::uint8_t kFirstFrame = 0x1, kConsecutiveFrame = 0x2;
constexpr std::uint8_t kFreezeCode = 0x02;  // PID of service 02: the code that stored the frame

// Refusals that are the same tomorrow: not supported (service, in any form, in this session), out of range.
bool is_for_ever(std::uint8_t why) {
  return why == 0x11 || why == 0x12 || why == 0x31 || why == 0x7E || why == 0x7F;
}

std::uint32_t bitmap_at(std::span<const std::uint8_t> bytes) {
  return static_cast<std::uint32_t>(bytes[0]) << 24 | static_cast<std::uint32_t>(bytes[1]) << 16 |
         static_cast<std::uint32_t>(bytes[2]) << 8 | bytes[3];
}

std::string hex(std::uint32_t id) {
  std::array<char, 12> text{};
  std::snprintf(text.data(), text.size(), "%X", id & kIdExtendedMask);
  return text.data();
}

Duration spacing(double per_second) {
  return Duration(static_cast<std::int64_t>(std::ceil(1e9 / per_second)));
}

}  // namespace

Poller::Poller(const PollSettings& settings, MonoTime now)
    : settings_(settings),
      apart_(spacing(settings_.most_per_second)),
      width_(settings_.width.value_or(Width::bits11)),
      schedule_(settings_.longest_pause),
      next_request_(now),
      aside_until_(now),
      next_search_(now) {}

// Requests.

std::optional<OutgoingFrame> Poller::next(MonoTime now) {
  if (!flow_control_.empty()) {
    const OutgoingFrame frame = flow_control_.front();
    flow_control_.pop_front();
    return frame;
  }
  expire(now);
  if (outstanding_ || now < next_request_ || now < aside_until_) return std::nullopt;
  steps_aside_ = false;
  if (phase_ == Phase::search) {
    if (now < next_search_) return std::nullopt;
    ask({kCurrentData, 0}, std::nullopt, now);
  } else if (phase_ == Phase::discovery) {
    ask(to_discover_.front(), std::nullopt, now);
  } else if (check_) {
    ask({kCurrentData, 0}, std::nullopt, now);
  } else if (const auto item = schedule_.due(now)) {
    schedule_.asked(*item, now);
    ask(schedule_.question(*item), item, now);
  } else {
    return std::nullopt;
  }
  const Question& question = outstanding_->question;
  std::vector<std::uint8_t> payload{question.service};
  if (question.pid) payload.push_back(*question.pid);
  if (question.service == kFreezeFrame)
    payload.push_back(0);  // the frame's number: there is one that all have
  return OutgoingFrame{to_all(width_), isotp::single_frame(payload)};
}

MonoTime Poller::due() const {
  if (!flow_control_.empty()) return {};
  if (outstanding_) return outstanding_->until;
  MonoTime at = next_request_;
  if (phase_ == Phase::search) at = std::max(at, next_search_);
  if (phase_ == Phase::polling && !check_) {
    at = std::max(at, schedule_.next_due().value_or(next_request_ + settings_.longest_pause));
  }
  return std::max(at, aside_until_);
}

void Poller::ask(const Question& question, std::optional<std::size_t> item, MonoTime now) {
  next_request_ = now + apart_;
  Outstanding& asked = outstanding_.emplace();
  asked.question = question;
  asked.item = item;
  asked.until = now + kAnswerTime;
  asked.latest = now + kLongestAnswer;
  for (const Unit& unit : units_) {
    if (is_to_answer(unit, question)) asked.waiting.push_back(unit.id);
  }
  const bool is_search = question == Question{kCurrentData, 0};
  asked.open_ended = asked.waiting.empty() || is_search;
}

bool Poller::is_to_answer(const Unit& unit, const Question& question) const {
  if (unit.is_away()) return false;
  switch (question.service) {
    case kCurrentData:
      return *question.pid == 0 || unit.has_pid(*question.pid);
    case kVehicleInformation:
      return *question.pid == 0 || unit.has_information(*question.pid);
    case kFreezeFrame:
      return !unit.codes.empty();
    default:
      return true;
  }
}

void Poller::not_sent(MonoTime now) {
  if (outstanding_) conclude(now);
}

void Poller::expire(MonoTime now) {
  if (!outstanding_ || now < outstanding_->until) return;
  // Of other services nobody knows for certain who answers.
  if (outstanding_->question.service == kCurrentData) {
    for (Unit& unit : units_) {
      const auto& waiting = outstanding_->waiting;
      if (std::find(waiting.begin(), waiting.end(), unit.id) != waiting.end()) ++unit.misses;
    }
  }
  conclude(now);
}

void Poller::conclude(MonoTime now) {
  const Outstanding done = *std::exchange(outstanding_, std::nullopt);
  for (Unit& unit : units_) unit.talks = false;
  silent_ = done.answers + done.refusals + done.pending != 0 ? 0 : silent_ + 1;
  switch (phase_) {
    case Phase::search:
      return conclude_search(done, now);
    case Phase::discovery:
      return conclude_discovery(done, now);
    case Phase::polling:
      return conclude_poll(done, now);
  }
}

void Poller::conclude_search(const Outstanding& done, MonoTime now) {
  if (done.answers != 0) {
    phase_ = Phase::discovery;
    discovery_tries_ = 0;
    to_discover_.clear();
    if (any_has_pid(kBitmapSpan)) to_discover_.push_back({kCurrentData, kBitmapSpan});
    to_discover_.push_back({kVehicleInformation, 0});
    asked_in_vain_ = 0;
    pause_ = Duration::zero();
    second_width_ = false;
    return;
  }
  units_.clear();
  ++asked_in_vain_;
  if (!settings_.width) {
    width_ = width_ == Width::bits11 ? Width::bits29 : Width::bits11;
    second_width_ = !second_width_;
    if (second_width_) return;
  }
  pause_ = std::min(std::max(2 * pause_, kFirstPause), settings_.longest_pause);
  next_search_ = now + pause_;
}

void Poller::conclude_discovery(const Outstanding& done, MonoTime now) {
  if (silent_ >= kSilence) return search_again(now);
  const bool is_done = done.answers != 0 || done.never || ++discovery_tries_ >= kDiscoveryTries;
  if (!is_done) return;
  discovery_tries_ = 0;
  to_discover_.pop_front();
  if (done.question.service == kCurrentData) {
    const unsigned next_bitmap = *done.question.pid + unsigned{kBitmapSpan};
    if (next_bitmap < 0x100 && any_has_pid(next_bitmap)) {
      to_discover_.push_front({kCurrentData, static_cast<std::uint8_t>(next_bitmap)});
    }
  }
  if (to_discover_.empty()) begin_polling(now);
}

void Poller::begin_polling(MonoTime now) {
  phase_ = Phase::polling;
  check_ = false;
  schedule_.clear();
  for (const unsigned kind : {0x02U, 0x04U, 0x06U, 0x08U, 0x0AU, 0x0BU}) {
    const bool any = std::any_of(units_.begin(), units_.end(),
                                 [&](const Unit& unit) { return unit.has_information(kind); });
    if (any) schedule_.add({kVehicleInformation, static_cast<std::uint8_t>(kind)}, Duration::zero(), now);
  }
  std::size_t pids = 0;
  for (unsigned pid = 1; pid < settings_.per_second.size(); ++pid) {
    if (pid % kBitmapSpan == 0 || settings_.per_second[pid] <= 0 || !any_has_pid(pid)) continue;
    schedule_.add({kCurrentData, static_cast<std::uint8_t>(pid)}, spacing(settings_.per_second[pid]), now);
    ++pids;
  }
  if (settings_.codes_every > Duration::zero()) {
    for (const std::uint8_t service : {kStoredCodes, kPendingCodes, kPermanentCodes}) {
      schedule_.add({service, std::nullopt}, settings_.codes_every, now);
    }
  }
  std::string names;
  for (const Unit& unit : units_) names += (names.empty() ? "" : ", ") + hex(unit.id);
  std::array<char, 96> rates{};
  std::snprintf(rates.data(), rates.size(), "%.3g requests a second wanted, %.3g allowed",
                schedule_.wanted_per_second(), settings_.most_per_second);
  news_ = counted(units_.size(), "control unit") + " (" + names + "), " + counted(pids, "PID") + ": " +
          rates.data();
}

void Poller::conclude_poll(const Outstanding& done, MonoTime now) {
  if (done.item) {
    if (done.answers != 0) {
      schedule_.answered(*done.item);
    } else if (done.never) {
      schedule_.give_up(*done.item);
    } else {
      schedule_.unanswered(*done.item, now);
    }
  } else if (silent_ != 0) {
    news_ = "no control unit answers any more";
    return search_again(now);
  }
  check_ = silent_ >= kSilence;
}

void Poller::search_again(MonoTime now) {
  phase_ = Phase::search;
  units_.clear();
  silent_ = 0;
  check_ = false;
  second_width_ = false;
  pause_ = std::min(kFirstPause, settings_.longest_pause);
  next_search_ = now + pause_;
  asked_in_vain_ = 1;
}

// Answers.

void Poller::hear(const FrameView& frame, MonoTime now) {
  if ((frame.id & (kIdRemote | kIdError)) != 0 || frame.data.empty()) return;
  if (is_request(frame.id)) {
    if ((frame.flags & kFlagTx) != 0) return;  // this machine's
    aside_until_ = now + kAside;
    steps_aside_ = true;
  } else if (is_answer(frame.id, width_)) {
    if (Unit* const unit = unit_of(frame.id)) hear_unit(*unit, frame.data, now);
  }
}

// One that nobody knew is taken while anybody may answer.
Unit* Poller::unit_of(std::uint32_t id) {
  for (Unit& unit : units_) {
    if (unit.id == id) return &unit;
  }
  if (!outstanding_ || !outstanding_->open_ended || units_.size() >= kMostUnits) return nullptr;
  return &units_.emplace_back(id);
}

void Poller::hear_unit(Unit& unit, std::span<const std::uint8_t> data, MonoTime now) {
  const unsigned kind = data[0] >> 4;
  // Flow control belongs to who asked: other testers' messages have theirs. One for each answer.
  if (kind == kFirstFrame && !unit.talks && data.size() == kMaxClassicBytes && answers(data.subspan(2))) {
    flow_control_.push_back({to_unit(unit.id, width_), isotp::continue_to_send()});
    unit.talks = true;
  }
  if (outstanding_ && unit.talks && (kind == kFirstFrame || kind == kConsecutiveFrame)) {
    outstanding_->until = std::min(std::max(outstanding_->until, now + kFrameTime), outstanding_->latest);
  }
  const auto message = unit.frames.feed(now.ns, data);
  if (message && !message->payload.empty()) take(unit, message->payload, now);
}

bool Poller::answers(std::span<const std::uint8_t> payload) const {
  if (!outstanding_ || payload.empty()) return false;
  const Question& question = outstanding_->question;
  if (payload[0] != (question.service | kPositive)) return false;
  return !question.pid || (payload.size() > 1 && payload[1] == *question.pid);
}

void Poller::take(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now) {
  unit.misses = 0;
  silent_ = 0;
  if (!outstanding_) return;  // too late, or another's
  if (payload[0] == kRefused) {
    if (payload.size() >= 3 && payload[1] == outstanding_->question.service) {
      take_refusal(unit, payload[2], now);
    }
  } else if (answers(payload)) {
    ++outstanding_->answers;
    take_answer(unit, payload, now);
    no_longer_wait_for(unit, now);
  }
}

void Poller::take_refusal(Unit& unit, std::uint8_t why, MonoTime now) {
  Outstanding& asked = *outstanding_;
  if (why == kPending && asked.pending < kMostPending) {
    ++asked.pending;
    asked.until = std::min(std::max(asked.until, now + kPendingTime), asked.latest);
    const bool is_waited_for =
        std::find(asked.waiting.begin(), asked.waiting.end(), unit.id) != asked.waiting.end();
    if (!is_waited_for) asked.waiting.push_back(unit.id);
    return;
  }
  ++asked.refusals;
  asked.never = asked.never || is_for_ever(why);
  no_longer_wait_for(unit, now);
}

void Poller::no_longer_wait_for(const Unit& unit, MonoTime now) {
  Outstanding& asked = *outstanding_;
  std::erase(asked.waiting, unit.id);
  // Who has said "pending" is waited for; for who may be there at all, the usual time.
  if (asked.waiting.empty() && !asked.open_ended) conclude(now);
}

void Poller::take_answer(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now) {
  const Question& question = outstanding_->question;
  constexpr std::size_t kBitmapAt = 2, kBitmapBytes = 4;
  const bool is_bitmap =
      question.pid && *question.pid % kBitmapSpan == 0 && payload.size() >= kBitmapAt + kBitmapBytes;
  switch (question.service) {
    case kCurrentData:
      if (is_bitmap) unit.pids[*question.pid / kBitmapSpan] = bitmap_at(payload.subspan(kBitmapAt));
      break;
    case kVehicleInformation:
      if (is_bitmap && *question.pid == 0) unit.information = bitmap_at(payload.subspan(kBitmapAt));
      break;
    case kFreezeFrame:
      take_freeze_frame(payload, now);
      break;
    case kStoredCodes:
      take_codes(unit, payload, now);
      break;
    default:
      break;
  }
}

// A code that was not there before may have brought a frame.
void Poller::take_codes(Unit& unit, std::span<const std::uint8_t> payload, MonoTime now) {
  if (payload.size() < 2) return;
  const auto codes =
      payload.subspan(2, std::min<std::size_t>(payload.size() - 2, 2 * std::size_t{payload[1]}));
  const bool is_new =
      !codes.empty() && !std::equal(codes.begin(), codes.end(), unit.codes.begin(), unit.codes.end());
  unit.codes.assign(codes.begin(), codes.end());
  if (is_new && settings_.freeze_frames) schedule_.add({kFreezeFrame, kFreezeCode}, Duration::zero(), now);
}

// 42, PID, number of the frame, data.
void Poller::take_freeze_frame(std::span<const std::uint8_t> payload, MonoTime now) {
  constexpr std::size_t kDataAt = 3;
  const std::uint8_t pid = payload[1];
  if (pid == kFreezeCode && payload.size() >= kDataAt + 2 && (payload[kDataAt] | payload[kDataAt + 1]) != 0) {
    schedule_.add({kFreezeFrame, 0}, Duration::zero(), now);
  }
  if (pid % kBitmapSpan != 0 || payload.size() < kDataAt + 4) return;
  const std::uint32_t bitmap = bitmap_at(payload.subspan(kDataAt));
  for (unsigned other = pid + 1U; other <= pid + unsigned{kBitmapSpan} && other < 0x100; ++other) {
    const bool is_wanted = other % kBitmapSpan == 0 || settings_.per_second[other] > 0;
    if (other == kFreezeCode || !is_wanted || !is_supported(bitmap, pid, other)) continue;
    schedule_.add({kFreezeFrame, static_cast<std::uint8_t>(other)}, Duration::zero(), now);
  }
}

bool Poller::any_has_pid(unsigned pid) const {
  return std::any_of(units_.begin(), units_.end(), [&](const Unit& unit) { return unit.has_pid(pid); });
}

// For people.

std::string Poller::take_news() {
  return std::exchange(news_, {});
}

std::string Poller::hint(MonoTime now) const {
  if (steps_aside_ && now < aside_until_) return "another tester asks; waits until it has been quiet for 5 s";
  if (phase_ != Phase::search || asked_in_vain_ == 0) return {};
  std::string text = "no control unit answers (asked " + counted(asked_in_vain_, "time") + ")";
  if (next_search_ > now)
    text += "; asks again in " + format_duration(std::chrono::ceil<std::chrono::seconds>(next_search_ - now));
  return text + "; is the ignition on?";
}

}  // namespace cantrail::obd2
