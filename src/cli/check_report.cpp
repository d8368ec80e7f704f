#include "cli/check_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "base/text.hpp"
#include "encode/json_writer.hpp"

namespace cantrail::cli {
namespace {

using encode::JsonWriter;

std::string count_text(double count) {
  return format_count(static_cast<std::uint64_t>(std::llround(std::min(count, 1e18))));
}

// Three digits, or all of them before the point.
std::string megabytes(double bytes) {
  const double value = bytes / 1e6;
  if (value >= 99.95) return count_text(value) + " MB";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), value >= 9.995 ? "%.1f MB" : "%.2f MB", value);
  return text.data();
}

// A bound is no measurement: three digits of it, rounded up.
double rounded_up(double value) {
  if (value < 1000) return std::ceil(value);
  const double step = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::ceil(value / step - 1e-9) * step;
}

std::string hedged(const Amount& amount, std::string (*show)(double)) {
  if (amount.unlimited) return amount.known > 0 ? "over " + show(amount.known) : "unknown";
  return amount.is_exact() ? show(amount.known) : "at most " + show(rounded_up(amount.at_most));
}

std::string how_long(const LaneForecast& lane) {
  if (!lane.bytes || lane.bytes->unlimited) return "";
  if (!lane.holds) return "for ever";
  const std::string time = (lane.bytes->is_exact() ? "" : "at least ") + format_duration(*lane.holds);
  return parse_duration(lane.limit) == lane.holds ? time : time + " (" + lane.limit + ")";
}

using Row = std::array<std::string, 4>;

void append_row(std::string& text, const Row& row, const std::array<std::size_t, 4>& widths) {
  std::string line = "  " + row[0] + std::string(widths[0] - row[0].size(), ' ');
  for (std::size_t i = 1; i < 3; ++i) line += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
  if (!row[3].empty()) line += "  " + row[3];
  text += line + "\n";
}

void write_amount(JsonWriter& json, const Amount& amount) {
  json.begin_object();
  json.key("known");
  json.number(amount.known);
  json.key("at_most");
  amount.unlimited ? json.null() : json.number(amount.at_most);
  json.end_object();
}

void write_lane(JsonWriter& json, const LaneForecast& lane) {
  json.begin_object();
  json.key("kind");
  json.string(lane.is_journal ? "journal" : "sink");
  json.key("name");
  json.string(lane.name);
  json.key("rows_per_day");
  write_amount(json, lane.rows);
  json.key("bytes_per_day");
  lane.bytes ? write_amount(json, *lane.bytes) : json.null();
  json.key("holds_seconds");
  lane.holds ? json.number(std::chrono::duration<double>(*lane.holds).count()) : json.null();
  json.key("limit");
  lane.limit.empty() ? json.null() : json.string(lane.limit);
  json.end_object();
}

void write_findings(JsonWriter& json, const Diagnostics& findings) {
  json.begin_array();
  for (const Diagnostic& one : findings) {
    json.begin_object();
    json.key("severity");
    json.string(one.severity == Severity::error ? "error" : "warning");
    json.key("file");
    json.string(one.where.file);
    json.key("line");
    one.where.line != 0 ? json.unsigned_integer(one.where.line) : json.null();
    json.key("column");
    one.where.column != 0 ? json.unsigned_integer(one.where.column) : json.null();
    json.key("message");
    json.string(one.message);
    json.end_object();
  }
  json.end_array();
}

void write_strings(JsonWriter& json, const std::vector<std::string>& texts) {
  json.begin_array();
  for (const std::string& text : texts) json.string(text);
  json.end_array();
}

void write_forecast(JsonWriter& json, const Forecast& forecast) {
  json.begin_object();
  json.key("lanes");
  json.begin_array();
  for (const LaneForecast& lane : forecast.lanes) write_lane(json, lane);
  json.end_array();
  json.key("notes");
  write_strings(json, forecast.notes);
  json.end_object();
}

void write_targets(JsonWriter& json, const std::vector<LookedAt>& targets) {
  json.begin_array();
  for (const LookedAt& target : targets) {
    json.begin_object();
    json.key("kind");
    json.string(target.kind);
    json.key("name");
    target.name.empty() ? json.null() : json.string(target.name);
    json.key("looked_at");
    json.boolean(target.looked);
    json.key("findings");
    json.unsigned_integer(target.found.size());
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::size_t CheckReport::errors() const {
  return static_cast<std::size_t>(std::count_if(findings.begin(), findings.end(), [](const Diagnostic& one) {
    return one.severity == Severity::error;
  }));
}

std::string amount_text(const Amount& rows) {
  return hedged(rows, count_text);
}

std::string megabytes_text(const Amount& bytes) {
  return hedged(bytes, megabytes);
}

std::string forecast_text(const Forecast& forecast) {
  std::vector<Row> rows{{"A day, about", "rows", "stored", "kept, at this rate"}};
  for (const LaneForecast& lane : forecast.lanes) {
    rows.push_back({lane.is_journal ? lane.name : "sink " + lane.name, amount_text(lane.rows),
                    lane.bytes ? megabytes_text(*lane.bytes) : "-", how_long(lane)});
  }
  std::array<std::size_t, 4> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) append_row(text, row, widths);
  for (const std::string& note : forecast.notes) text += "  " + note + "\n";
  return text;
}

std::string report_json(const CheckReport& report) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.key("configuration");
  json.string(report.path);
  json.key("ok");
  json.boolean(report.errors() == 0);
  json.key("findings");
  write_findings(json, report.findings);
  json.key("not_in_build");
  write_strings(json, report.not_in_build);
  json.key("forecast");
  report.forecast ? write_forecast(json, *report.forecast) : json.null();
  json.key("targets");
  report.targets ? write_targets(json, *report.targets) : json.null();
  json.end_object();
  return text + "\n";
}

}  // namespace cantrail::cli
