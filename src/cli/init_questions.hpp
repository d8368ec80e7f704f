// The questions of `cantrail init`.
#pragma once

#include <optional>
#include <string>

#include "cli/init_plan.hpp"

namespace cantrail::cli {

// Who is asked: a terminal, or a test.
class Dialogue {
 public:
  virtual ~Dialogue() = default;
  virtual void say(const std::string& line) = 0;
  // Shows the question and what Enter stands for; the answer without its line end. nullopt: no more answers.
  virtual std::optional<std::string> ask(const std::string& question, const std::string& standard) = 0;
};

struct Findings {
  std::string folder;  // where the configuration will lie, and the DBCs are looked for
  std::vector<CanInterface> interfaces;
  std::vector<FoundDbc> dbcs;
};

// Asks until each answer can be used. nullopt: the dialogue ended early.
[[nodiscard]] std::optional<InitPlan> ask_for_plan(const std::string& node, const Findings& findings,
                                                   FileSystem& files, Dialogue& dialogue);

}  // namespace cantrail::cli
