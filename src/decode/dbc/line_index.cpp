#include "decode/dbc/line_index.hpp"

#include <algorithm>

namespace cantrail::dbc {

LineIndex::LineIndex(std::string_view text) : starts_{0}, size_(text.size()) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool pair = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (text[i] == '\n' || (text[i] == '\r' && !pair)) starts_.push_back(i + 1);
  }
}

std::size_t LineIndex::row(std::size_t offset) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
  return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

LineIndex::Place LineIndex::place(std::size_t offset) const {
  const std::size_t at = row(offset);
  return {static_cast<std::uint32_t>(at + 1), static_cast<std::uint32_t>(offset - starts_[at] + 1)};
}

std::size_t LineIndex::next_line(std::size_t offset) const {
  const std::size_t next = row(offset) + 1;
  return next < starts_.size() ? starts_[next] : size_;
}

}  // namespace cantrail::dbc
