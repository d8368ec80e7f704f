// The DBC files a configuration names: each is read and parsed once, its warnings are told once.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/diagnostic.hpp"
#include "base/file.hpp"

namespace cantrail {

class DbcFiles {
 public:
  explicit DbcFiles(FileSystem& files) : files_(files) {}

  // The bytes of the file. nullopt: said in `found`, at the place `where` the configuration names it.
  std::optional<std::string> read(const std::string& path, const SourceLocation& where, Diagnostics& found);

  // What the parser said about the files themselves.
  [[nodiscard]] const Diagnostics& warnings() const { return warnings_; }

 private:
  [[nodiscard]] std::string missing(const std::string& path) const;

  FileSystem& files_;
  std::map<std::string, std::string> texts_;  // by path, of those that are DBCs
  Diagnostics warnings_;
};

}  // namespace cantrail
