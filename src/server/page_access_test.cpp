// Who gets the page, how it comes, and what it may load.
#include "server/api_fixture.hpp"
#include "server/page.hpp"

namespace cantrail::server {
namespace {

TEST_F(ApiTest, AnswersOnLoopbackToNoForeignName) {
  auto request = parse_target("GET", "/api/status");
  for (const std::string host :
       {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "", "[::1]x"}) {
    request->host = host;
    EXPECT_EQ(api.handle(*request).status, 403) << host;
  }
  for (const std::string host : {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080"}) {
    request->host = host;
    EXPECT_EQ(api.handle(*request).status, 200) << host;
  }
  Api open(node, state, clock, "0.1.0", Access{});
  request->host = "car.local:8080";
  EXPECT_EQ(open.handle(*request).status, 200);
}

TEST_F(ApiTest, LetsNoPageOfAnotherOriginOpenTheLiveFeed) {
  auto request = parse_target("GET", "/api/live?interval=50ms&message=B*");
  request->host = "localhost:8080";
  request->origin = "http://evil.example";
  EXPECT_EQ(std::get<Response>(api.open_live(*request)).status, 403);
  request->origin = "http://localhost:8080";
  const auto opened = api.open_live(*request);
  ASSERT_TRUE(std::holds_alternative<LiveOptions>(opened));
  EXPECT_EQ(std::get<LiveOptions>(opened).interval, std::chrono::milliseconds(50));
  request->query[0].value = "1ms";
  EXPECT_EQ(std::get<Response>(api.open_live(*request)).status, 400);
}

TEST_F(ApiTest, ForbidsThePageToLoadAnythingFromElsewhere) {
  const Response page = get("/");
  EXPECT_NE(header(page, "Content-Security-Policy").find("default-src 'self'"), std::string::npos);
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(header(get("/api/status"), "Cache-Control"), "no-store");
}

TEST_F(ApiTest, SendsThePageCompressedToThoseWhoTakeIt) {
  std::size_t bytes = 0;
  for (const Route& route : routes()) {
    if (!route.is_page) continue;
    auto request = parse_target("GET", route.path);
    request->host = "localhost:8080";
    const Response plain = api.handle(*request);
    request->takes_gzip = true;
    const Response packed = api.handle(*request);
    EXPECT_EQ(header(plain, "Content-Encoding"), "");
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(header(packed, "Vary"), "Accept-Encoding");
    const std::vector<std::uint8_t> stream(packed.body.begin(), packed.body.end());
    EXPECT_EQ(unpacked(stream), plain.body);
    EXPECT_GT(plain.body.size(), 100U) << route.path;
    bytes += packed.body.size();
  }
  EXPECT_LT(bytes, 200'000U);
}

TEST_F(ApiTest, ThePageKeepsToItsOwnPolicy) {
  const std::string page = get("/").body;
  EXPECT_EQ(page.find(" style="), std::string::npos) << "the policy forbids inline style";
  EXPECT_EQ(page.find("<script>"), std::string::npos) << "and inline scripts";
  EXPECT_EQ(page.find("=\"/"), std::string::npos) << "it may be served below another path";
}

TEST(AcceptEncoding, NamesGzipOrDoesNot) {
  EXPECT_TRUE(takes_gzip("gzip, deflate, br"));
  EXPECT_TRUE(takes_gzip("br;q=1.0, GZIP;q=0.5"));
  EXPECT_TRUE(takes_gzip("*"));
  EXPECT_FALSE(takes_gzip(""));
  EXPECT_FALSE(takes_gzip("identity, br"));
  EXPECT_FALSE(takes_gzip("gzip;q=0"));
  EXPECT_FALSE(takes_gzip("gzip; q=0.000"));
}

}  // namespace
}  // namespace cantrail::server
