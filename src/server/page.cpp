#include "server/page.hpp"

#include <array>

#include "formats/decompressor.hpp"
#include "server/query.hpp"

namespace cantrail::server {
namespace {

// The page loads nothing from elsewhere and runs in no frame.
Response page_file(const Request& request, std::string_view type, embedded::Bytes gzip) {
  if (auto wrong = QueryReader(request).problem(); wrong && request.path != "/") return *wrong;
  Response response;
  response.content_type = type;
  response.headers = {{"Cache-Control", "no-cache"},
                      {"Vary", "Accept-Encoding"},
                      {"Content-Security-Policy",
                       "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                      {"Referrer-Policy", "no-referrer"}};
  if (request.takes_gzip) {
    response.body.assign(gzip.begin(), gzip.end());
    response.headers.push_back({"Content-Encoding", "gzip"});
  } else {
    response.body = unpacked(gzip);
  }
  return response;
}

}  // namespace

std::string unpacked(embedded::Bytes gzip) {
  std::string text;
  const auto decompressor = make_decompressor(Compression::gzip);
  if (!decompressor) return text;
  std::array<char, 16384> piece{};
  for (bool more = true; more;) {
    const auto step = (*decompressor)->step(gzip, true, piece);
    text.append(piece.data(), step.produced);
    gzip = gzip.subspan(step.consumed);
    more = !step.ended && !step.problem && (step.consumed > 0 || step.produced > 0);
  }
  return text;
}

Response answer_page(Api&, const Request& request) {
  return page_file(request, "text/html; charset=utf-8", embedded::index_html);
}
Response answer_style(Api&, const Request& request) {
  return page_file(request, "text/css; charset=utf-8", embedded::style_css);
}
Response answer_script(Api&, const Request& request) {
  return page_file(request, "text/javascript; charset=utf-8", embedded::app_js);
}
Response answer_icon(Api&, const Request& request) {
  return page_file(request, "image/svg+xml", embedded::icon_svg);
}

}  // namespace cantrail::server
