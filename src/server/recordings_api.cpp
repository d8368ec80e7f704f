// /api/recordings: the files that sinks have finished, and the calls that have more recorded.
#include <algorithm>

#include "encode/json_writer.hpp"
#include "server/api.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"
#include "server/row_json.hpp"

namespace cantrail::server {
namespace {

constexpr std::size_t kMostFiles = 1'000'000;

void write_file(encode::JsonWriter& json, const std::string& sink, const RecordedFile& file) {
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

void write_triggers(encode::JsonWriter& json, const std::string& sink, const CallTriggers& triggers) {
  if (!triggers.any && triggers.names.empty()) return;
  json.begin_object();
  json.key("sink");
  json.string(sink);
  json.key("any");
  json.boolean(triggers.any);
  json.key("names");
  json.begin_array();
  for (const std::string& name : triggers.names) json.string(name);
  json.end_array();
  json.key("before_ms");
  json.integer(triggers.before / std::chrono::milliseconds(1));
  json.key("after_ms");
  json.integer(triggers.after / std::chrono::milliseconds(1));
  json.end_object();
}

}  // namespace

Response answer_recordings(Api& api, const Request& request) {
  QueryReader query(request);
  const std::size_t limit = query.count("limit", kMostFiles, 1, kMostFiles);
  if (auto wrong = query.problem()) return *wrong;
  const std::vector<SinkRecordings> sinks = api.node().recordings();
  bool more = false;
  Response response;
  encode::JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("recordings");
  json.begin_array();
  for (const auto& [sink, list] : sinks) {
    const std::vector<RecordedFile> files = list->recordings();
    more = more || files.size() > limit;
    for (std::size_t i = files.size() - std::min(limit, files.size()); i < files.size(); ++i) {
      write_file(json, sink, files[i]);
    }
  }
  json.end_array();
  json.key("more");
  json.boolean(more);
  json.key("triggers");
  json.begin_array();
  for (const auto& [sink, list] : sinks) write_triggers(json, sink, list->triggers());
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
