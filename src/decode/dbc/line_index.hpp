// Where an offset in a text is, as line and column. Lines end with LF, CRLF or CR.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace cantrail::dbc {

class LineIndex {
 public:
  explicit LineIndex(std::string_view text);

  struct Place {
    std::uint32_t line = 1;
    std::uint32_t column = 1;  // in bytes
  };
  [[nodiscard]] Place place(std::size_t offset) const;
  // First offset of the line after the one that holds `offset`; the text's size if there is none.
  [[nodiscard]] std::size_t next_line(std::size_t offset) const;
  [[nodiscard]] bool same_line(std::size_t a, std::size_t b) const { return row(a) == row(b); }

 private:
  [[nodiscard]] std::size_t row(std::size_t offset) const;
  std::vector<std::size_t> starts_;
  std::size_t size_;
};

}  // namespace cantrail::dbc
