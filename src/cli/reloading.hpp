// What `run` does when a reload is asked for: reads its configuration again, lets the node go over to what a
// running one can change, and answers.
//
// The answer is a file in the journal's folder, beside the lock by which `cantrail reload` finds the node: it
// works without the server, and whoever may not read that folder gets none.
#pragma once

#include <string>
#include <vector>

#include "cli/node_file.hpp"
#include "cli/serving_node.hpp"

namespace cantrail::cli {

inline constexpr std::string_view kReloadAnswer = "reload.json";

// Keys whose values differ outside of what a reload changes: "server.listen". A section that comes or goes is
// named by its keys.
[[nodiscard]] std::vector<std::string> keys_for_a_restart(const EffectiveConfig& started_with,
                                                          const EffectiveConfig& now);

// One thread. What it is given outlives it.
class Reloading {
 public:
  Reloading(const NodeArguments& arguments, const NodeFile& started_with, FileSystem& files, Log& log);

  void reload(ServingNode& serving, Clock& clock);

 private:
  [[nodiscard]] ReloadReport attempt(ServingNode& serving, Clock& clock);
  void answer(const ReloadReport& report, std::uint64_t number);

  const NodeArguments& arguments_;
  EffectiveConfig started_with_;
  std::string data_folder_, answer_path_;
  FileSystem& files_;
  Log& log_;
};

}  // namespace cantrail::cli
