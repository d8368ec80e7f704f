#include "sinks/sqlite/quarantine.hpp"

#include <algorithm>

namespace cantrail::sqlite {
namespace {

// "20261121T074900Z"
std::string stamp(WallTime now) {
  std::string text = to_rfc3339(now).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

Result<std::string> move_aside(const std::string& path, FileSystem& files, WallTime now) {
  const std::string wanted = path + ".corrupt-" + stamp(now);
  std::string aside = wanted;
  for (int n = 2; files.exists(aside); ++n) aside = wanted + "-" + std::to_string(n);
  if (Status moved = files.rename(path, aside); !moved) return moved.fault();
  if (files.exists(path + "-wal")) {
    if (Status moved = files.rename(path + "-wal", aside + "-wal"); !moved) return moved.fault();
  }
  if (files.exists(path + "-shm")) files.remove(path + "-shm").ignore();  // SQLite makes it anew
  return aside;
}

}  // namespace cantrail::sqlite
