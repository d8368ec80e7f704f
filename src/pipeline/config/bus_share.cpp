#include "pipeline/config/bus_share.hpp"

#include <algorithm>

namespace cantrail {
namespace {

constexpr int kShares = 100;

struct Offer {
  double share = 0;  // of the bus
  double gain = 0;
};

// What a user makes of a share of that size, or of the part of it that it can use.
Offer offer_of(const BusUser& user, double frames_per_s, double share) {
  const double usable = std::min(share, (user.most_per_s - frames_per_s) * user.frame_seconds);
  if (usable <= 0) return {};
  return {usable, user.cost(frames_per_s + usable / user.frame_seconds) - user.cost(frames_per_s)};
}

}  // namespace

std::vector<double> fill_bus(double free, std::span<const BusUser> users) {
  std::vector<double> rates(users.size(), 0);
  if (free <= 0 || users.empty()) return rates;
  const double share = free / kShares;
  std::vector<Offer> offers;
  for (const BusUser& user : users) offers.push_back(offer_of(user, 0, share));
  for (double left = free; left > share / 2;) {
    // By gain for its share: who can use only a part of one is not pushed back for that.
    const auto best = std::max_element(offers.begin(), offers.end(), [](const Offer& a, const Offer& b) {
      return a.gain * b.share < b.gain * a.share || (a.share <= 0 && b.share > 0);
    });
    if (best->share <= 0) break;
    const auto i = static_cast<std::size_t>(best - offers.begin());
    const double taken = std::min(best->share, left);
    rates[i] += taken / users[i].frame_seconds;
    left -= taken;
    offers[i] = offer_of(users[i], rates[i], share);
  }
  return rates;
}

}  // namespace cantrail
