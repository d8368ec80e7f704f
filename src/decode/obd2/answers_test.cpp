#include "decode/obd2/answers.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/obd2/address.hpp"

namespace cantrail::obd2 {
namespace {

TEST(Obd2, TheBuiltInDbcHasNothingToComplainAboutAndComesByIsoTp) {
  CatalogSpec spec;
  spec.sources = {{"car", "obd2"}};
  spec.dbcs = {{"obd2.dbc", built_in_dbc()}};
  spec.channels = {{"car", 0, {0}}};
  Diagnostics diagnostics;
  const auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
  ASSERT_TRUE(compiled.ok()) << compiled.fault().message;
  for (const Diagnostic& one : diagnostics) ADD_FAILURE() << to_string(one);
  EXPECT_EQ((*compiled)->transport->channels[0].isotp.size(), 10U);
  EXPECT_TRUE((*compiled)->transport->channels[0].codes);
  EXPECT_TRUE((*compiled)->transport->channels[0].identification);
}

TEST(Obd2, KnowsPidsByTheNamesOfSignals) {
  const auto names = pid_names();
  const auto has = [&](std::string_view name, std::uint8_t pid) {
    return std::any_of(names.begin(), names.end(),
                       [&](const PidName& one) { return one.name == name && one.pid == pid; });
  };
  EXPECT_TRUE(has("engine_speed", 0x0C));
  EXPECT_TRUE(has("odometer", 0xA6));
  EXPECT_TRUE(has("malfunction_lamp", 0x01));
  for (const PidName& one : names) EXPECT_NE(one.pid % kBitmapSpan, 0) << one.name;
  EXPECT_FALSE(has("freeze_engine_speed", 0x0C));
}

TEST(Obd2, BitmapsBeginWithTheHighestBit) {
  EXPECT_TRUE(is_supported(0x80000000, 0x00, 0x01));
  EXPECT_TRUE(is_supported(0x00000001, 0x00, 0x20));
  EXPECT_TRUE(is_supported(0x00100000, 0x00, 0x0C));
  EXPECT_FALSE(is_supported(0xFFFFFFFF, 0x20, 0x20));
  EXPECT_FALSE(is_supported(0xFFFFFFFF, 0x00, 0x21));
  EXPECT_TRUE(is_supported(0x80000000, 0xE0, 0xE1));
}

TEST(Obd2, IdentifiersBelongToEachOther) {
  EXPECT_EQ(to_unit(0x7E8, Width::bits11), 0x7E0U);
  EXPECT_EQ(to_unit(0x18DAF110 | kIdExtended, Width::bits29), 0x18DA10F1 | kIdExtended);
  EXPECT_TRUE(is_answer(0x7EF, Width::bits11));
  EXPECT_FALSE(is_answer(0x7F0, Width::bits11));
  EXPECT_FALSE(is_answer(0x7E8 | kIdExtended, Width::bits11));
  EXPECT_FALSE(is_answer(0x18DAF110, Width::bits29));  // without its flag it is none of 29 bits
  EXPECT_TRUE(is_answer(0x18DAF1FE | kIdExtended, Width::bits29));
  for (const std::uint32_t id :
       {0x7DFU, 0x7E0U, 0x7E7U, 0x18DB33F1U | kIdExtended, 0x18DA18F1U | kIdExtended}) {
    EXPECT_TRUE(is_request(id)) << std::hex << id;
  }
  EXPECT_FALSE(is_request(0x7E8));
  EXPECT_FALSE(is_request(0x18DAF110 | kIdExtended));
}

}  // namespace
}  // namespace cantrail::obd2
