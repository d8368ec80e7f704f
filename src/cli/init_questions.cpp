#include "cli/init_questions.hpp"

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "server/listen_address.hpp"

namespace cantrail::cli {
namespace {

constexpr const char* kNone = "none";

// Keeps that the dialogue has ended, so that each question need not look whether the last one was answered.
class Interview {
 public:
  Interview(const Findings& findings, FileSystem& files, Dialogue& dialogue)
      : findings_(findings), files_(files), dialogue_(dialogue) {}

  std::optional<InitPlan> run(InitPlan plan) {
    ask_buses(plan);
    plan.data = ask("Where shall journal and history lie?", plan.data,
                    [](const std::string& answer) { return answer.empty() ? "a folder has a name" : ""; });
    plan.listen = ask("Where shall the page be served?", plan.listen, [](const std::string& answer) {
      const auto address = server::parse_listen_address(answer);
      return address ? std::string() : address.fault().message;
    });
    return over_ ? std::nullopt : std::optional(std::move(plan));
  }

 private:
  using Problem = std::function<std::string(const std::string& answer)>;

  std::string ask(const std::string& question, const std::string& standard, const Problem& problem) {
    while (!over_) {
      const auto answer = dialogue_.ask(question, standard);
      if (!answer) break;
      std::string text(trim(*answer));
      if (text.empty()) text = standard;
      const std::string wrong = problem(text);
      if (wrong.empty()) return text;
      dialogue_.say("  " + wrong);
    }
    over_ = true;
    return {};
  }

  void ask_buses(InitPlan& plan) {
    if (findings_.interfaces.empty()) {
      dialogue_.say("This machine has no CAN interface now.");
      const std::string answer =
          ask("Use a simulated electric car in its place (yes or no)?", "yes",
              [](const std::string& text) { return is_yes(text) || is_no(text) ? "" : "say yes or no"; });
      if (over_ || is_yes(answer)) return;
    }
    const std::string names = ask("Which CAN interfaces (a comma between several)?", known_interfaces(),
                                  [](const std::string& text) { return problem_of_names(text); });
    if (over_) return;
    plan.buses.clear();
    for (const std::string_view name : split(names, ',')) ask_bus(plan, std::string(trim(name)));
  }

  void ask_bus(InitPlan& plan, std::string name) {
    InitBus bus{std::move(name), std::nullopt, ""};
    const auto known = std::find_if(findings_.interfaces.begin(), findings_.interfaces.end(),
                                    [&](const CanInterface& found) { return found.name == bus.interface; });
    if (known == findings_.interfaces.end() || !known->is_virtual) {
      bus.bitrate = parse_bit_rate(ask("Bit rate of " + bus.interface + "?", std::to_string(kUsualBitRate),
                                       [](const std::string& text) { return problem_of_bit_rate(text); }));
    }
    std::string dbc = likely_dbc(bus.interface, findings_.dbcs);
    if (dbc.empty()) dbc = kNone;
    bus.dbc = ask("DBC of " + bus.interface + choices() + "?", dbc, [&](const std::string& text) {
      return text == kNone ? std::string() : look_at_dbc(files_, findings_.folder, text).problem;
    });
    if (bus.dbc == kNone) bus.dbc.clear();
    plan.buses.push_back(std::move(bus));
  }

  [[nodiscard]] std::string known_interfaces() const {
    std::string names;
    for (const CanInterface& found : findings_.interfaces) names += (names.empty() ? "" : ", ") + found.name;
    return names.empty() ? "can0" : names;
  }

  [[nodiscard]] std::string choices() const {
    std::string names;
    for (const FoundDbc& found : findings_.dbcs) {
      if (found.problem.empty()) names += found.name + ", ";
    }
    return " (" + names + "another file, or " + kNone + ")";
  }

  static bool is_yes(const std::string& text) { return text == "yes" || text == "y" || text == "Y"; }
  static bool is_no(const std::string& text) { return text == "no" || text == "n" || text == "N"; }

  static std::string problem_of_bit_rate(const std::string& text) {
    const auto rate = parse_bit_rate(text);
    if (!rate) return "a number of bit/s, 1000 to 1000000, like 500000 or 500k";
    if (is_usual_bit_rate(*rate)) return {};
    return "no usual bus has " + format_count(static_cast<std::uint64_t>(*rate)) +
           " bit/s (125k, 250k, 500k and 1M are the most frequent); an odd rate can be written into the file "
           "afterwards";
  }

  static std::string problem_of_names(const std::string& text) {
    constexpr std::size_t kLongest = 15;  // IFNAMSIZ less the terminator
    std::vector<std::string> seen;
    for (const std::string_view part : split(text, ',')) {
      std::string name(trim(part));
      if (name.empty() || name.size() > kLongest || name.find_first_of(" \t/\"\\") != std::string::npos)
        return "'" + printable(name) + "' cannot be an interface's name";
      if (std::find(seen.begin(), seen.end(), name) != seen.end()) return "'" + name + "' is there twice";
      seen.push_back(std::move(name));
    }
    return {};
  }

  const Findings& findings_;
  FileSystem& files_;
  Dialogue& dialogue_;
  bool over_ = false;
};

}  // namespace

std::optional<InitPlan> ask_for_plan(const std::string& node, const Findings& findings, FileSystem& files,
                                     Dialogue& dialogue) {
  return Interview(findings, files, dialogue).run(default_plan(node, findings.interfaces, findings.dbcs));
}

}  // namespace cantrail::cli
