#include "cli/demo/books.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace cantrail::cli::demo {

namespace {

constexpr const char* kNone = "-";

}  // namespace

std::string Report::line() const {
  std::string text;
  for (const std::uint64_t value : {stored, received, accepted, delivered, filtered, dropped, pending, lost,
                                    std::uint64_t{caught_up ? 1U : 0U}}) {
    text += std::to_string(value) + " ";
  }
  text += recorded.empty() ? kNone : recorded;
  return text + "\n";
}

Result<Report> Report::parse(std::string_view line) {
  Report report;
  std::uint64_t caught_up = 0;
  const std::array<std::uint64_t*, 9> values{&report.stored,    &report.received, &report.accepted,
                                             &report.delivered, &report.filtered, &report.dropped,
                                             &report.pending,   &report.lost,     &caught_up};
  const auto words = split(trim(line), ' ');
  bool good = words.size() == values.size() + 1;
  for (std::size_t i = 0; good && i < values.size(); ++i) {
    const char* end = words[i].data() + words[i].size();
    const auto read = std::from_chars(words[i].data(), end, *values[i]);
    good = read.ec == std::errc{} && read.ptr == end;
  }
  if (!good) return Fault{FaultKind::corrupt, "no report: " + printable(line)};
  report.caught_up = caught_up != 0;
  if (words.back() != kNone) report.recorded = words.back();
  return report;
}

void Books::begin(const Report& report) {
  if (!begun_) {
    before_ = report.stored;
    begun_ = true;
  }
  const std::uint64_t stored = report.stored - std::min(before_, report.stored);
  const std::uint64_t accepted = delivered_ + now_.accepted;
  lost_ = accepted - std::min(accepted, stored);
  const std::uint64_t missed = sent_ - std::min(sent_, stored);
  went_by_ = missed - std::min(missed, missed_);
  missed_ = missed;
  delivered_ = stored;
  now_ = report;
}

std::string Books::equation() const {
  const std::uint64_t known = delivered_ + missed_ + now_.received + now_.lost;
  const std::uint64_t on_the_way = sent_ - std::min(sent_, known);
  std::string text = "sent " + format_count(sent_) + " = delivered " +
                     format_count(delivered_ + now_.delivered) + " + filtered " +
                     format_count(now_.filtered) + " + dropped " + format_count(now_.dropped + now_.lost) +
                     " + pending " + format_count(now_.pending + on_the_way);
  if (missed_ != 0) text += " + went by while the node was dead " + format_count(missed_);
  return text;
}

}  // namespace cantrail::cli::demo
