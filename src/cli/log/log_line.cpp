#include "cli/log/log_line.hpp"

#include "base/text.hpp"
#include "encode/json_writer.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kMostOfWho = 300;
constexpr std::size_t kMostOfText = 2000;

struct Level {
  const char* word;
  char priority;  // of syslog(3)
};

Level level_of(Severity severity) {
  switch (severity) {
    case Severity::note:
      return {"info", '6'};
    case Severity::warning:
      return {"warning", '4'};
    case Severity::error:
      break;
  }
  return {"error", '3'};
}

// RFC 3339 in UTC, to the millisecond.
std::string moment(WallTime time) {
  constexpr std::size_t kToMilliseconds = std::string_view("2026-11-21T07:49:00.123").size();
  return to_rfc3339(time).substr(0, kToMilliseconds) + "Z";
}

}  // namespace

std::optional<LogFormat> log_format(std::string_view word) {
  if (word == "text") return LogFormat::text;
  if (word == "json") return LogFormat::json;
  if (word == "journald") return LogFormat::journald;
  return std::nullopt;
}

std::string text_line(const LogMessage& message) {
  std::string line = printable(message.who, kMostOfWho) + ": " + printable(message.text, kMostOfText);
  if (message.left_out != 0) line += " (and " + counted(message.left_out, "more line") + " left out)";
  return line;
}

std::string journald_line(const LogMessage& message) {
  return std::string("<") + level_of(message.severity).priority + ">" + text_line(message);
}

std::string json_line(const LogMessage& message) {
  std::string line;
  encode::JsonWriter json(line);
  json.begin_object();
  json.key("time");
  json.string(moment(message.time));
  json.key("level");
  json.string(level_of(message.severity).word);
  json.key("who");
  json.string(printable(message.who, kMostOfWho));
  json.key("message");
  json.string(printable(message.text, kMostOfText));
  json.key("left_out");
  json.unsigned_integer(message.left_out);
  json.end_object();
  return line;
}

std::string dated_line(const LogMessage& message) {
  return moment(message.time) + " " + level_of(message.severity).word + ": " + text_line(message);
}

}  // namespace cantrail::cli
