// /api/recordings: the files that sinks have finished.
#include "encode/json_writer.hpp"
#include "server/api.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {

Response answer_recordings(Api& api, const Request& request) {
  if (auto wrong = QueryReader(request).problem()) return *wrong;
  Response response;
  encode::JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("recordings");
  json.begin_array();
  for (const auto& [sink, list] : api.node().recordings()) {
    for (const RecordedFile& file : list->recordings()) {
      json.begin_object();
      json.key("sink");
      json.string(sink);
      json.key("path");
      json.string(file.path);
      json.key("bytes");
      json.unsigned_integer(file.bytes);
      json.key("messages");
      json.unsigned_integer(file.messages);
      json.key("sha256");
      if (file.digest.is_zero()) {
        json.null();
      } else {
        json.string(to_hex(file.digest));
      }
      write_time(json, "from", file.from);
      write_time(json, "to", file.to);
      write_time(json, "finished", file.finished);
      json.end_object();
    }
  }
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
