#include "decode/dbc/warnings.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/text.hpp"

namespace cantrail::dbc {

SourceLocation Warnings::location(std::size_t offset) const {
  const LineIndex::Place place = lines_.place(offset);
  return {std::string(file_), place.line, place.column};
}

void Warnings::add(std::size_t offset, std::string message) {
  add(location(offset), std::move(message));
}

void Warnings::add(const SourceLocation& where, std::string message) {
  if (found_.size() == kMost) {
    ++left_out_;
    return;
  }
  found_.push_back({Severity::warning, where, std::move(message)});
}

Diagnostics Warnings::take() {
  std::stable_sort(found_.begin(), found_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::tie(a.where.line, a.where.column) < std::tie(b.where.line, b.where.column);
  });
  if (left_out_ > 0) {
    found_.push_back(
        {Severity::warning,
         {std::string(file_), 0, 0},
         format_count(left_out_) + " more warnings are not listed; mend the first ones and look again"});
  }
  return std::exchange(found_, {});
}

}  // namespace cantrail::dbc
