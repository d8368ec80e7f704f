#include "model/stream_reference.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

StreamInfo stream(const std::string& name, const std::vector<std::string>& fields,
                  std::optional<ChannelId> channel) {
  auto row = std::make_shared<RowSchema>();
  row->name = name;
  for (const std::string& field : fields) {
    row->fields.emplace_back();
    row->fields.back().name = field;
  }
  return {row, channel, 0};
}

Catalog two_cars() {
  Catalog catalog;
  catalog.channels = {{"can0", 0, {}}, {"can1", 0, {}}};
  catalog.streams = {stream("Battery", {"soc", "voltage"}, 0), stream("Motor", {"rpm"}, 0),
                     stream("Battery", {"soc"}, 1), stream("Air", {"temperature"}, std::nullopt)};
  return catalog;
}

std::string refused(const std::string& text) {
  const auto place = resolve_field(two_cars(), text);
  return place ? "" : place.fault().message;
}

TEST(StreamReference, IsSplitAtColonAndDot) {
  const StreamReference whole = split_reference("can0:Battery.soc");
  EXPECT_EQ(whole.channel, "can0");
  EXPECT_EQ(whole.stream, "Battery");
  EXPECT_EQ(whole.field, "soc");
  const StreamReference short_one = split_reference("Gps*");
  EXPECT_EQ(short_one.channel, "");
  EXPECT_EQ(short_one.stream, "Gps*");
  EXPECT_EQ(short_one.field, "");
}

TEST(ResolveField, FindsTheOneFieldThatIsMeant) {
  const Catalog catalog = two_cars();
  const auto rpm = resolve_field(catalog, "Motor.rpm");
  ASSERT_TRUE(rpm);
  EXPECT_EQ(rpm->stream, 1U);
  const auto soc = resolve_field(catalog, "can1:Battery.soc");
  ASSERT_TRUE(soc);
  EXPECT_EQ(soc->stream, 2U);
  const auto voltage = resolve_field(catalog, "Battery.voltage");  // only one of the two has it
  ASSERT_TRUE(voltage);
  EXPECT_EQ(voltage->stream, 0U);
  EXPECT_EQ(voltage->field, 1U);
  EXPECT_TRUE(resolve_field(catalog, "Air.temperature"));
}

TEST(ResolveField, SaysWhatIsAmbiguousOrMissing) {
  EXPECT_EQ(refused("Battery.soc"), "'Battery.soc' is ambiguous: can0:Battery.soc, can1:Battery.soc");
  EXPECT_EQ(refused("Batery.soc"), "there is no stream 'Batery'; did you mean 'Battery'?");
  EXPECT_EQ(refused("can1:Motor.rpm"), "there is no stream 'Motor'");
  EXPECT_EQ(refused("Battery.sco"), "stream 'Battery' has no field 'sco'; did you mean 'soc'?");
  EXPECT_EQ(refused("can3:Battery.soc"), "there is no channel 'can3'; did you mean 'can0'?");
  EXPECT_EQ(refused("Battery"), "'Battery' names no field: write [channel:]Stream.field");
}

TEST(FitsAny, IsOfStreamsOrOfFields) {
  const Catalog catalog = two_cars();
  EXPECT_TRUE(fits_any("Bat*", catalog));
  EXPECT_TRUE(fits_any("Battery.s?c", catalog));
  EXPECT_TRUE(fits_any("*.rpm", catalog));
  EXPECT_FALSE(fits_any("bat*", catalog));  // case counts
  EXPECT_FALSE(fits_any("Battery.rpm", catalog));
  EXPECT_FALSE(fits_any("Gps*", catalog));
  EXPECT_FALSE(fits_any("can1:Motor", catalog));
}

TEST(NearestStream, IsOfAStreamOrAField) {
  EXPECT_EQ(nearest_stream("Moter", two_cars()), "Motor");
  EXPECT_EQ(nearest_stream("Motor.rmp", two_cars()), "Motor.rpm");
  EXPECT_EQ(nearest_stream("Gps*", two_cars()), std::nullopt);
}

}  // namespace
}  // namespace cantrail
