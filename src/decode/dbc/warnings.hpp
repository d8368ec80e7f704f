// Collects what is wrong with one file.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "decode/dbc/line_index.hpp"

namespace cantrail::dbc {

class Warnings {
 public:
  // Both must outlive this.
  Warnings(std::string_view file, const LineIndex& lines) : file_(file), lines_(lines) {}

  void add(std::size_t offset, std::string message);
  void add(const SourceLocation& where, std::string message);
  [[nodiscard]] SourceLocation location(std::size_t offset) const;

  // In the order of the file. A file that is wrong everywhere is told so once instead of without end.
  [[nodiscard]] Diagnostics take();

  static constexpr std::size_t kMost = 10'000;

 private:
  std::string_view file_;
  const LineIndex& lines_;
  Diagnostics found_;
  std::size_t left_out_ = 0;
};

}  // namespace cantrail::dbc
