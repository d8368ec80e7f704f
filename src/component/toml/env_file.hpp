// Files of KEY=VALUE lines, as service supervisors and container runtimes read them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "component/toml/config_inputs.hpp"

namespace cantrail {

// The variables of one such file.
class EnvFile {
 public:
  // Lines KEY=VALUE; `export ` before the key, one pair of quotes around the value, empty lines and lines
  // that begin with # or ; are allowed; of a key that is there twice the last counts. What is no such line is
  // found at its place.
  static EnvFile parse(std::string_view text, const std::string& file, Diagnostics& found);

  // Refuses files that others than their owner can read, with the remedy. `where`: what names the file.
  static std::optional<EnvFile> read(FileSystem& files, const std::string& path, const SourceLocation& where,
                                     Diagnostics& found);

  // nullopt: not there. `where` of the value is the file's line.
  [[nodiscard]] std::optional<GivenValue> find(const std::string& name) const;

 private:
  std::map<std::string, GivenValue> values_;
};

}  // namespace cantrail
