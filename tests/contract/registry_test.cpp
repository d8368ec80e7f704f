#include "component/registry.hpp"

#include <gtest/gtest.h>

namespace cantrail {
namespace {

TEST(Registry, IsSortedByKindAndTypeAndNamesWhatIsMissing) {
  ASSERT_EQ(components().size(), 3U);
  EXPECT_EQ(components()[0].type, "video");
  EXPECT_EQ(components()[0].kind, ComponentKind::source);
  EXPECT_EQ(components()[1].type, "kafka");
  EXPECT_EQ(components()[2].type, "redis");
  EXPECT_EQ(components()[2].not_built, "libhiredis-dev");
  EXPECT_EQ(components()[2].make_sink, nullptr);
}

TEST(Registry, FindsAComponentByKindAndType) {
  EXPECT_EQ(find_component(components(), ComponentKind::sink, "redis"), &components()[2]);
  EXPECT_EQ(find_component(components(), ComponentKind::source, "redis"), nullptr);
}

}  // namespace
}  // namespace cantrail
