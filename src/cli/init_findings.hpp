// What `cantrail init` finds by itself: CAN interfaces of this machine and DBC files in a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.hpp"

namespace cantrail::cli {

struct CanInterface {
  std::string name;
  bool is_virtual = false;  // vcan: no bit rate, no hardware
  bool up = false;
};

struct FoundDbc {
  std::string name;  // within the folder
  std::size_t messages = 0;
  std::string problem;  // why it is no DBC; empty: it is one
};

inline constexpr const char* kNetFolder = "/sys/class/net";

// Interfaces whose type is 280 (ARPHRD_CAN of linux/if_arp.h), sorted by name. None where there is no sysfs.
[[nodiscard]] std::vector<CanInterface> find_can_interfaces(FileSystem& files, const std::string& net_folder);

// Files that end in .dbc, sorted by name, each read and parsed.
[[nodiscard]] std::vector<FoundDbc> find_dbc_files(FileSystem& files, const std::string& folder);
[[nodiscard]] FoundDbc look_at_dbc(FileSystem& files, const std::string& folder, const std::string& name);

}  // namespace cantrail::cli
