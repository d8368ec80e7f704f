// /api/blobs/{digest}: a large value that a row names.
#include <algorithm>

#include "base/text.hpp"
#include "server/problem.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {

// Its name says what is in it, so it may be kept for ever. Nobody knows what it is: no browser shall guess.
Response answer_blob(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  const std::string& hex = request.segments.back();
  const auto bytes = from_hex(hex);
  Digest digest;
  if (!bytes || bytes->size() != digest.bytes.size()) {
    return bad_parameter("digest", "a digest is 64 hexadecimal digits, not " + printable(hex));
  }
  std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
  auto content = api.node().blob(digest);
  if (!content)
    return problem(content.fault().kind == FaultKind::rejected ? 404 : 503, content.fault().message);
  Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(*content);
  response.headers = {{"Cache-Control", "max-age=31536000, immutable"},
                      {"Content-Disposition", "attachment; filename=\"" + to_hex(digest) + "\""}};
  return response;
}

}  // namespace cantrail::server
