#include "pipeline/lane_starts.hpp"

#include <charconv>

#include "base/text.hpp"

namespace cantrail {
namespace {

// One line a lane: journal id, epoch, seq, index, name.
std::optional<std::pair<std::string, Position>> parse_line(std::string_view line) {
  std::array<std::uint64_t, 3> numbers{};
  const auto id_end = line.find(' ');
  const auto id = parse_journal_id(line.substr(0, id_end));
  if (!id || id_end == std::string_view::npos) return std::nullopt;
  line.remove_prefix(id_end);
  for (std::uint64_t& number : numbers) {
    if (line.empty()) return std::nullopt;
    line.remove_prefix(1);
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error != std::errc{}) return std::nullopt;
    line.remove_prefix(static_cast<std::size_t>(end - line.data()));
  }
  if (line.size() < 2) return std::nullopt;
  return std::pair(std::string(line.substr(1)), Position{*id, static_cast<std::uint32_t>(numbers[0]),
                                                         numbers[1], static_cast<std::uint32_t>(numbers[2])});
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

Status LaneStarts::load() {
  if (loaded_) return {};
  loaded_ = true;
  if (!files_.exists(path_)) return {};
  const auto text = read_file(files_, path_, kLargestText);
  if (!text) return text.status();
  for (const std::string_view line : split(*text, '\n')) {
    if (const auto entry = parse_line(line)) starts_.insert(*entry);
  }
  return {};
}

Status LaneStarts::save() const {
  std::string text;
  for (const auto& [lane, start] : starts_) {
    text += to_string(start.journal) + " " + std::to_string(start.epoch) + " " + std::to_string(start.seq) +
            " " + std::to_string(start.index) + " " + lane + "\n";
  }
  return write_file_atomically(files_, path_, text);
}

}  // namespace cantrail
