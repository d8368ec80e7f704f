#include "journal/removed.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace cantrail::journal {
namespace {

constexpr std::string_view kRemovedTitle = "cantrail removed 1";
constexpr std::uint64_t kMostBytes = 64U << 10U;  // it has 128 lines of some 60
constexpr std::string_view kUnknown = "-";

template <class Number>
bool parse(std::string_view text, Number& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

template <class Number>
bool parse(std::string_view text, std::optional<Number>& number) {
  return text == kUnknown || parse(text, number.emplace());
}

std::string line_of(std::string_view keyword, const Place& place) {
  return std::string(keyword) + " " + std::to_string(place.name.epoch) + " " +
         std::to_string(place.name.first_seq) + " " +
         (place.begun ? std::to_string(place.begun->ns) : std::string(kUnknown)) + " " +
         (place.next_record ? std::to_string(*place.next_record) : std::string(kUnknown)) + "\n";
}

std::optional<Place> parse_place(std::string_view line, std::string_view keyword) {
  const std::vector<std::string_view> words = split(line, ' ');
  Place place;
  std::optional<std::int64_t> begun;
  if (words.size() != 5 || words[0] != keyword || !parse(words[1], place.name.epoch) ||
      !parse(words[2], place.name.first_seq) || !parse(words[3], begun) ||
      !parse(words[4], place.next_record)) {
    return std::nullopt;
  }
  if (begun) place.begun = WallTime{*begun};
  return place;
}

}  // namespace

void Removed::advance(const Place& to) {
  if (to.name <= kept_from.name) return;
  if (kept_from.begun) taken.push_back(kept_from);
  kept_from = to;
  if (taken.size() < kMostPlaces) return;
  // What is long gone may be told less exactly. A stretch that is left out counts to the one before it, which
  // began earlier: the oldest stays.
  std::vector<Place> fewer;
  for (std::size_t i = 0; i < taken.size(); ++i) {
    if (i >= taken.size() / 2 || i % 2 == 0) fewer.push_back(taken[i]);
  }
  taken = std::move(fewer);
}

const Place* Removed::before(const SegmentName& at) const {
  if (kept_from.name <= at && kept_from.begun) return &kept_from;
  const auto behind = std::upper_bound(taken.begin(), taken.end(), at,
                                       [](const SegmentName& a, const Place& b) { return a < b.name; });
  return behind == taken.begin() ? nullptr : &*(behind - 1);
}

std::string to_text(const Removed& removed, const JournalId& journal) {
  std::string text(kRemovedTitle);
  text += "\njournal_id " + to_string(journal) + "\n";
  for (const Place& place : removed.taken) text += line_of("taken", place);
  text += line_of("kept_from", removed.kept_from);
  return text + check_line(text);
}

std::optional<Removed> parse_removed(std::string_view text, const JournalId& journal) {
  const std::vector<std::string_view> lines = split(text, '\n');
  Removed removed;
  for (std::size_t i = 2; i < lines.size(); ++i) {
    if (const auto place = parse_place(lines[i], "taken")) {
      removed.taken.push_back(*place);
    } else if (const auto kept = parse_place(lines[i], "kept_from")) {
      removed.kept_from = *kept;
      break;
    }
  }
  // The text must be what we would write: that compares title, journal, places and check at once.
  if (to_text(removed, journal) != text) return std::nullopt;
  return removed;
}

Status write_removed(FileSystem& files, const std::string& folder, const JournalId& journal,
                     const Removed& removed) {
  return write_file_atomically(files, join_path(folder, "removed"), to_text(removed, journal));
}

Result<std::optional<Removed>> read_removed(FileSystem& files, const std::string& folder,
                                            const JournalId& journal) {
  const std::string path = join_path(folder, "removed");
  if (!files.exists(path)) return std::optional<Removed>();
  const auto text = read_file(files, path, kMostBytes);
  if (!text && text.fault().kind == FaultKind::rejected) return std::optional<Removed>();
  if (!text) return text.fault();
  return parse_removed(*text, journal);
}

}  // namespace cantrail::journal
