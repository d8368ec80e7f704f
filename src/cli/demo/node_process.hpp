// The parent's hand on the node: starts this program again as the node, hears its reports, signals it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/status.hpp"
#include "base/time.hpp"
#include "cli/demo/books.hpp"

namespace cantrail::cli::demo {

// One thread. Destruction kills what still runs.
class NodeProcess {
 public:
  // `arguments`: of this program, behind its name; "{fd}" stands for the descriptor to report to.
  static Result<NodeProcess> start(std::vector<std::string> arguments);
  NodeProcess(NodeProcess&& other) noexcept;
  NodeProcess& operator=(NodeProcess&& other) noexcept;
  ~NodeProcess();

  // The newest report since the last call.
  std::optional<Report> hear();
  // nullopt: it runs. Otherwise its exit code; 128 + signal if a signal ended it.
  std::optional<int> ended();
  void signal(int number) const;
  // Asks it to stop and waits; kills it when its time is up. Its exit code.
  int stop(Duration patience);

  [[nodiscard]] int report_fd() const { return reports_; }  // for poll()

 private:
  NodeProcess(pid_t pid, int reports) : pid_(pid), reports_(reports) {}
  void reap();

  pid_t pid_ = -1;  // -1: nobody to look after
  int reports_ = -1;
  std::optional<int> exit_code_;
  std::string text_;  // a line that is not whole yet
};

}  // namespace cantrail::cli::demo
