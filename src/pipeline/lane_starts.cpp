#include "pipeline/lane_starts.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr std::string_view kOpened = "opened ";

// "JOURNAL N N … NAME" → name, journal and numbers.
template <std::size_t kNumbers>
struct Line {
  std::string name;
  JournalId journal;
  std::array<std::uint64_t, kNumbers> numbers{};
};

template <std::size_t kNumbers>
std::optional<Line<kNumbers>> parse_line(std::string_view line) {
  Line<kNumbers> parsed;
  const auto id_end = line.find(' ');
  const auto id = parse_journal_id(line.substr(0, id_end));
  if (!id || id_end == std::string_view::npos) return std::nullopt;
  parsed.journal = *id;
  line.remove_prefix(id_end);
  for (std::uint64_t& number : parsed.numbers) {
    if (line.empty()) return std::nullopt;
    line.remove_prefix(1);
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc{}) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  }
  if (line.size() < 2) return std::nullopt;
  parsed.name = line.substr(1);
  return parsed;
}

}  // namespace

Result<LaneStarts::Start> LaneStarts::start_of(const std::string& lane, const Position& otherwise) {
  const std::lock_guard lock(mutex_);
  if (const auto loaded = load(); !loaded) return loaded.fault();
  const auto known = starts_.find(lane);
  if (known != starts_.end() && known->second.journal == otherwise.journal)
    return Start{known->second, false};
  starts_.insert_or_assign(lane, otherwise);
  if (const auto saved = save(); !saved) return saved.fault();
  return Start{otherwise, true};
}

Result<bool> LaneStarts::is_damaged() {
  const std::lock_guard lock(mutex_);
  if (const auto loaded = load(); !loaded) return loaded.fault();
  return damaged_;
}

Result<std::optional<std::uint32_t>> LaneStarts::last_open(const std::string& lane,
                                                           const JournalId& journal) {
  const std::lock_guard lock(mutex_);
  if (const auto loaded = load(); !loaded) return loaded.fault();
  const auto known = opens_.find(lane);
  const bool is_ours = known != opens_.end() && known->second.journal == journal;
  return is_ours ? std::optional(known->second.epoch) : std::nullopt;
}

Result<std::optional<std::uint32_t>> LaneStarts::last_open_of_any(const JournalId& journal) {
  const std::lock_guard lock(mutex_);
  if (const auto loaded = load(); !loaded) return loaded.fault();
  std::optional<std::uint32_t> last;
  for (const auto& [lane, open] : opens_) {
    if (open.journal == journal) last = std::max(last.value_or(0), open.epoch);
  }
  return last;
}

Status LaneStarts::note_open(const std::string& lane, const JournalId& journal, std::uint32_t epoch) {
  const std::lock_guard lock(mutex_);
  if (auto loaded = load(); !loaded) return loaded;
  const auto before = opens_;
  opens_.insert_or_assign(lane, Open{journal, epoch});
  Status saved = save();
  if (!saved) opens_ = before;
  return saved;
}

// A start is a line "JOURNAL EPOCH SEQ INDEX NAME", an open store "opened JOURNAL EPOCH NAME". Other lines
// are passed over.
Status LaneStarts::load() {
  if (loaded_) return {};
  loaded_ = true;
  if (!files_.exists(path_)) return {};
  const auto text = read_file(files_, path_, kLargestText);
  if (!text) return text.status();
  for (const std::string_view line : split(*text, '\n')) {
    if (line.starts_with(kOpened)) {
      if (const auto opened = parse_line<1>(line.substr(kOpened.size()))) {
        opens_.insert({opened->name, {opened->journal, static_cast<std::uint32_t>(opened->numbers[0])}});
      } else {
        damaged_ = true;
      }
    } else if (const auto start = parse_line<3>(line)) {
      const auto& [epoch, seq, index] = start->numbers;
      starts_.insert(
          {start->name,
           {start->journal, static_cast<std::uint32_t>(epoch), seq, static_cast<std::uint32_t>(index)}});
    } else if (!line.empty()) {
      damaged_ = true;
    }
  }
  return {};
}

Status LaneStarts::save() const {
  std::string text;
  for (const auto& [lane, start] : starts_) {
    text += to_string(start.journal) + " " + std::to_string(start.epoch) + " " + std::to_string(start.seq) +
            " " + std::to_string(start.index) + " " + lane + "\n";
  }
  for (const auto& [lane, open] : opens_) {
    text +=
        std::string(kOpened) + to_string(open.journal) + " " + std::to_string(open.epoch) + " " + lane + "\n";
  }
  return write_file_atomically(files_, path_, text);
}

}  // namespace cantrail
