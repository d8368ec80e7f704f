#include "cli/init_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "base/text.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kCommentColumn = 27;

std::string toml_quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

// `key = value` with its comment where the eye looks for it.
std::string line(std::string assignment, std::string_view comment) {
  assignment.resize(std::max(kCommentColumn, assignment.size() + 2), ' ');
  return assignment + "# " + std::string(comment) + "\n";
}

// Interfaces may be called what sections may not: "can0.1".
std::string section_name(std::string interface) {
  for (char& c : interface) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return interface;
}

std::string grouped(std::int64_t number) {
  std::string text = format_count(static_cast<std::uint64_t>(number));
  std::replace(text.begin(), text.end(), ',', '_');
  return text;
}

std::string bus_section(const InitBus& bus) {
  const std::string name = section_name(bus.interface);
  std::string text = "[source." + name + "]\n";
  text += line("type = \"socketcan\"", "a CAN interface of this machine");
  if (name != bus.interface) text += "interface = " + toml_quoted(bus.interface) + "\n";
  if (bus.bitrate) text += line("bitrate = " + grouped(*bus.bitrate), "of the bus, in bit/s");
  text += bus.dbc.empty()
              ? line("# dbc = \"my.dbc\"", "what the frames mean; without it they are recorded undecoded")
              : line("dbc = " + toml_quoted(bus.dbc), "what the frames mean");
  return text + "\n";
}

std::string simulated_section(const InitPlan& plan) {
  return "[source.can0]\n" +
         line("type = \"simulate\"", "no hardware; \"socketcan\" reads a real interface") +
         line("scenario = \"leaf\"", "an electric car") +
         line("dbc = " + toml_quoted(plan.simulated_dbc), "what the frames mean") + "\n";
}

}  // namespace

std::string likely_dbc(const std::string& interface, const std::vector<FoundDbc>& dbcs) {
  std::string first;
  for (const FoundDbc& dbc : dbcs) {
    if (!dbc.problem.empty()) continue;
    if (dbc.name.find(interface) != std::string::npos) return dbc.name;
    if (first.empty()) first = dbc.name;
  }
  return first;
}

InitPlan default_plan(const std::string& node, const std::vector<CanInterface>& interfaces,
                      const std::vector<FoundDbc>& dbcs) {
  InitPlan plan;
  plan.node = node;
  for (const CanInterface& interface : interfaces) {
    const auto bitrate = interface.is_virtual ? std::nullopt : std::optional(kUsualBitRate);
    plan.buses.push_back({interface.name, bitrate, likely_dbc(interface.name, dbcs)});
  }
  return plan;
}

std::string config_text(const InitPlan& plan, const std::string& name) {
  std::string text = "# Begun by `cantrail init`, yours to change. `cantrail check " + name +
                     "` finds mistakes,\n"
                     "# `cantrail components` lists what else can be read and written.\n"
                     "config_version = 1\n";
  text += line("data = " + toml_quoted(plan.data), "journal and history lie here; relative to this file");
  text +=
      line("node = { name = " + toml_quoted(plan.node) + " }", "what stores and the page call this machine");
  text += "\n";
  for (const InitBus& bus : plan.buses) text += bus_section(bus);
  if (plan.buses.empty()) text += simulated_section(plan);
  text += "[sink.history]\n" +
          line("type = \"sqlite\"", "every decoded row; packed, so that the page and the API read it");
  text += line("# rows = \"plain\"", "for other readers of SQLite; several times larger");
  text += line("keep = [\"30d\", \"1GiB\"]", "whichever is reached first") + "\n";
  text += "[journal]\n";
  text += line("sync = \"normal\"", "\"sd-saver\": fewer writes, but a power cut costs up to 5 s") + "\n";
  text += "[server]\n";
  text += line("listen = " + toml_quoted(plan.listen), "\"0.0.0.0:8080\" lets everyone on the network read");
  return text;
}

std::optional<std::int64_t> parse_bit_rate(std::string_view text) {
  std::string digits(trim(text));
  std::erase(digits, '_');
  std::int64_t factor = 1;
  if (!digits.empty() && (digits.back() == 'k' || digits.back() == 'K' || digits.back() == 'M')) {
    factor = digits.back() == 'M' ? 1'000'000 : 1'000;
    digits.pop_back();
  }
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  constexpr std::int64_t kMost = 1'000'000, kLeast = 1'000;  // of classic CAN's arbitration phase
  if (number <= 0 || number > kMost || number * factor > kMost || number * factor < kLeast)
    return std::nullopt;
  return number * factor;
}

bool is_usual_bit_rate(std::int64_t bits_per_s) {
  constexpr std::array<std::int64_t, 22> kRates{
      5'000,  10'000,  20'000,  25'000,  33'333,  40'000,  47'619,  50'000,  62'500,  80'000,  83'333,
      95'238, 100'000, 125'000, 200'000, 250'000, 400'000, 500'000, 615'384, 666'666, 800'000, 1'000'000};
  return std::any_of(kRates.begin(), kRates.end(),
                     [&](std::int64_t rate) { return std::abs(bits_per_s - rate) * 100 <= rate; });
}

}  // namespace cantrail::cli
