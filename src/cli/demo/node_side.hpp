// The node of the demonstration: a process of its own, which its parent may kill.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/time.hpp"
#include "pipeline/node.hpp"

namespace cantrail::cli::demo {

// What a trigger records: so long ahead of it, and behind it.
inline constexpr Duration kRecordedBefore = std::chrono::seconds(30);
inline constexpr Duration kRecordedAfter = std::chrono::seconds(5);
inline constexpr const char* kRecordings = "recordings";  // in FOLDER

struct NodeSide {
  std::string folder;
  std::string listen;          // of the page
  std::uint16_t bus_port = 0;  // UDP on 127.0.0.1: where the car's frames come from
  int report_fd = -1;          // lines of Report (books.hpp) go there
};

// Journal, history and dead letters in FOLDER, without a source. `store_rests`: asked by the history's lane;
// while it says true the store is as if it were away. May be empty.
[[nodiscard]] NodeParts parts_in(const std::string& folder, std::function<bool()> store_rests = {});

// Runs until SIGTERM; SIGUSR1 stops the history's store and starts it again. Returns the exit code.
[[nodiscard]] int run_node(const NodeSide& side);

}  // namespace cantrail::cli::demo
