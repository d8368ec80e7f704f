#include "server/reload_json.hpp"

namespace cantrail::server {
namespace {

using encode::JsonWriter;

void write_texts(JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  json.key(key);
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_names(JsonWriter& json, std::string_view key, const NamesChanged& names) {
  json.key(key);
  json.begin_object();
  write_texts(json, "added", names.added);
  write_texts(json, "changed", names.changed);
  write_texts(json, "removed", names.removed);
  json.end_object();
}

}  // namespace

void write_reload(JsonWriter& json, const ReloadReport& report, std::uint64_t number) {
  json.begin_object();
  json.key("number");
  json.unsigned_integer(number);
  json.key("time");
  json.string(to_rfc3339(report.at));
  json.key("outcome");
  json.string(to_string(report.outcome));
  write_texts(json, "problems", report.problems);
  write_names(json, "sources", report.sources);
  write_names(json, "sinks", report.sinks);
  json.key("streams");
  json.begin_object();
  write_texts(json, "added", report.streams.added);
  write_texts(json, "removed", report.streams.removed);
  write_texts(json, "renamed", report.streams.renamed);
  write_texts(json, "retyped", report.streams.retyped);
  json.end_object();
  write_texts(json, "needs_restart", report.needs_restart);
  json.end_object();
}

std::string reload_answer(const ReloadReport& report, std::uint64_t number, std::int64_t process) {
  std::string out;
  JsonWriter json(out, encode::BigIntegers::as_string);
  json.begin_object();
  json.key("process");
  json.integer(process);
  json.key("reload");
  write_reload(json, report, number);
  write_texts(json, "lines", to_lines(report));
  json.end_object();
  return out + "\n";
}

}  // namespace cantrail::server
