#include "server/page_tile.hpp"

#include <gtest/gtest.h>

namespace cantrail::server {
namespace {

PageTile tile(std::string kind, std::vector<std::string> signals) {
  PageTile made;
  made.name = "one";
  made.kind = std::move(kind);
  made.signals = std::move(signals);
  return made;
}

TEST(PageTile, TakesAsManySignalsAsItsKindShows) {
  EXPECT_TRUE(tile("gauge", {"Battery.soc"}).problems().empty());
  EXPECT_TRUE(tile("chart", {"A.a", "B.b", "C.c"}).problems().empty());
  EXPECT_TRUE(tile("events", {}).problems().empty());
  EXPECT_EQ(tile("gauge", {}).problems(),
            std::vector<std::string>{"signals: a tile of kind \"gauge\" takes one signal, not 0"});
  EXPECT_EQ(tile("trail", {"Gps.lat"}).problems(),
            std::vector<std::string>{
                "signals: a tile of kind \"trail\" takes two signals: latitude, then longitude, not 1"});
  EXPECT_EQ(tile("events", {"A.a"}).problems(),
            std::vector<std::string>{"signals: a tile of kind \"events\" takes no signals, not 1"});
  EXPECT_EQ(tile("chart", std::vector<std::string>(9, "A.a")).problems(),
            std::vector<std::string>{"signals: a tile of kind \"chart\" takes 1 to 8 signals, not 9"});
}

TEST(PageLayout, TellsTilesInTheirOrderAndWhatIsLeftToThePage) {
  EXPECT_EQ(layout_json({}), R"({"tiles":[]})");
  PageTile named = tile("chart", {"A.a", "can0:B.b"});
  named.title = "Both \"of them\"";
  named.span = 8;
  const std::vector<PageTile> tiles{named, tile("number", {"C.c"})};
  EXPECT_EQ(layout_json(tiles),
            R"({"tiles":[{"name":"one","kind":"chart","signals":["A.a","can0:B.b"],)"
            R"("title":"Both \"of them\"","span":8},)"
            R"({"name":"one","kind":"number","signals":["C.c"],"title":null,"span":null}]})");
}

}  // namespace
}  // namespace cantrail::server
