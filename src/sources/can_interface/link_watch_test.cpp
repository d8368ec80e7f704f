// Without CAN: what the watch does on any machine. tests/vm shows it with interfaces.
#include "sources/can_interface/link_watch.hpp"

#include <gtest/gtest.h>

#include "sources/can_interface/hardware_clock.hpp"

namespace cantrail::socketcan {
namespace {

using namespace std::chrono_literals;

TEST(SocketCanLinkWatch, StartsStopsAndKnowsNoInterfaceThatIsNotThere) {
  SystemClock clock;
  const MonoTime before = clock.mono();
  {
    LinkWatch watch(clock);
    EXPECT_FALSE(watch.find("nosuch0"));
    EXPECT_FALSE(watch.wait_for("nosuch0", clock.mono() + 30ms, [](const LinkInfo&) { return true; }));
    for (const WatchedLink& link : watch.links()) EXPECT_NE(link.info.name, "lo");
  }
  EXPECT_LT(clock.mono() - before, 5s);  // it does not wait out its second
}

TEST(SocketCanHardwareClock, AnInterfaceThatStampsNothingHasNone) {
  EXPECT_EQ(receive_clock(-1, "lo"), std::nullopt);
  EXPECT_EQ(receive_clock(-1, "a-name-that-is-too-long"), std::nullopt);
  EXPECT_FALSE(shows_wall_time(9999));
}

}  // namespace
}  // namespace cantrail::socketcan
