// Recordings of real vehicles, compressed as they are kept.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "formats/candump_reader.hpp"
#include "formats/text_input.hpp"
#include "shared_data.hpp"

namespace cantrail::candump {
namespace {

// Reads as the node does: in pieces, whole lines off the front.
ReadStats read_log(const std::string& path, std::size_t buffer_bytes) {
  Reader reader([](std::string_view) { return ChannelId{0}; });
  FrameBlock block;
  auto input = TextInput::open(path);
  EXPECT_TRUE(input) << path;
  std::vector<char> buffer(buffer_bytes);
  std::size_t held = 0;
  for (bool at_end = !input.ok(); !at_end;) {
    const auto got = (*input)->read(std::span(buffer).subspan(held));
    EXPECT_TRUE(got) << got.fault().message;
    at_end = !got || *got == 0;
    if (got) held += *got;
    std::size_t used = 0;
    do {
      block.clear();
      used += reader.parse({buffer.data() + used, held - used}, at_end, 4096, block);
    } while (block.size() == 4096);
    std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(used),
              buffer.begin() + static_cast<std::ptrdiff_t>(held), buffer.begin());
    held -= used;
  }
  return reader.stats();
}

struct RealLog {
  const char* path;
  std::uint64_t frames;
  std::uint64_t malformed = 0;
};

class RealLogs : public testing::TestWithParam<RealLog> {};

TEST_P(RealLogs, ParseWhole) {
  const auto data = shared_data();
  if (!data) GTEST_SKIP() << "the shared data is not there (CANTRAIL_SHARED_DATA)";
  for (const std::size_t buffer : {std::size_t{8'192}, std::size_t{1} << 20}) {
    const ReadStats stats = read_log(*data + "/logs/" + GetParam().path, buffer);
    EXPECT_EQ(stats.frames, GetParam().frames);
    EXPECT_EQ(stats.malformed, GetParam().malformed);
    for (const MalformedLine& line : stats.first_malformed) {
      if (GetParam().malformed == 0) ADD_FAILURE() << line.line << ": " << line.reason << ": " << line.text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Candump, RealLogs,
    testing::Values(
        RealLog{"css/truck-j1939-2ch.log.xz", 150'411}, RealLog{"css/nissan-uds-17BD1DB7.log.xz", 2'010},
        RealLog{"css/gnss-uds-2F6913DB-1.log.xz", 4'024}, RealLog{"css/gnss-uds-2F6913DB-2.log.xz", 3'587},
        RealLog{"css/car-obd-gnss-3BA199E2-1.log.xz", 65'296},
        RealLog{"css/car-obd-gnss-3BA199E2-2.log.xz", 73'785},
        RealLog{"css/car-obd-gnss-3BA199E2-3.log.xz", 73'765},
        RealLog{"css/car-obd-gnss-3BA199E2-4.log.xz", 73'774},
        RealLog{"css/car-obd-gnss-3BA199E2-5.log.xz", 5'477}, RealLog{"savvycan/candump.log", 12'974},
        RealLog{"mdf4-converters/multiple_CAN.log", 164},
        RealLog{"mdf4-converters/multiGeneratorCAN.log", 164}, RealLog{"pretty_j1939/candump.log", 3},
        RealLog{"pretty_j1939/test_dm1.log", 2}, RealLog{"pretty_j1939/test_mfr_spec.log", 1},
        RealLog{"pretty_j1939/test_priority.log", 3}, RealLog{"pretty_j1939/test_propa2.log", 1},
        RealLog{"pretty_j1939/test_requests.log", 1}, RealLog{"pretty_j1939/test_unknown_real.log", 1},
        RealLog{"pretty_j1939/test_tp_frames.txt", 3},
        // Another tool's form, with the data behind an arrow.
        RealLog{"pretty_j1939/truckdevil-forcompare.txt", 0, 2}));

}  // namespace
}  // namespace cantrail::candump
