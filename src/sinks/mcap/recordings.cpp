#include "sinks/mcap/recordings.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/text.hpp"
#include "sinks/mcap/file_notes.hpp"
#include "sinks/mcap/recording_file.hpp"

namespace cantrail::mcap_sink {
namespace {

constexpr std::string_view kHead = "cantrail-recordings 1";
constexpr std::size_t kMostCalls = 1000;

// Words of a line from the front.
class Words {
 public:
  explicit Words(std::string_view line) : left_(line) {}

  std::string_view word() {
    const std::size_t end = std::min(left_.find(' '), left_.size());
    const std::string_view found = left_.substr(0, end);
    left_.remove_prefix(std::min(end + 1, left_.size()));
    return found;
  }
  template <class T>
  bool number(T& value) {
    const std::string_view text = word();
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && stop == text.data() + text.size();
  }
  [[nodiscard]] std::string_view rest() const { return left_; }

 private:
  std::string_view left_;
};

std::optional<Position> read_position(Words& words) {
  const auto id = parse_journal_id(words.word());
  Position position;
  if (!id || !words.number(position.epoch) || !words.number(position.seq) || !words.number(position.index))
    return std::nullopt;
  position.journal = *id;
  return position;
}

bool read_cursor(Words words, std::map<JournalId, Position>& cursors) {
  const auto cursor = read_position(words);
  if (cursor) cursors[cursor->journal] = *cursor;
  return cursor && words.rest().empty();
}

bool read_call(Words words, std::vector<Recordings::Call>& calls) {
  const auto at = read_position(words);
  TriggerCall call;
  if (!at || !words.number(call.time.ns)) return false;
  call.at = *at;
  call.name = words.word();
  call.reason = words.rest();
  calls.push_back({calls.size() + 1, std::move(call)});
  return true;
}

std::string words_of(const Position& position) {
  return to_string(position.journal) + " " + std::to_string(position.epoch) + " " +
         std::to_string(position.seq) + " " + std::to_string(position.index);
}

bool read_digest(std::string_view word, Digest& digest) {
  const auto bytes = from_hex(word);
  if (!bytes || bytes->size() != digest.bytes.size()) return false;
  std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
  return true;
}

bool read_recording(Words words, std::vector<Recording>& recordings) {
  Recording found;
  if (!words.number(found.bytes) || !words.number(found.from_ns) || !words.number(found.to_ns) ||
      !words.number(found.finished_ns) || !words.number(found.messages) ||
      !read_digest(words.word(), found.digest)) {
    return false;
  }
  found.name = words.rest();
  recordings.push_back(std::move(found));
  return !recordings.back().name.empty() && recordings.back().name.find('/') == std::string::npos;
}

}  // namespace

Status Recordings::load(const SinkContext& context, std::optional<Duration> age) {
  const std::scoped_lock lock(mutex_);
  files_ = &context.files;
  retention_.emplace(context.clock, std::nullopt, age);
  clear();
  bool there = false;
  if (Status read = read_index(there); !read) {
    if (read.fault().kind != FaultKind::corrupt) return read;
    context.log.write(Severity::error, context.name,
                      read.fault().message + "; it is made again from the files");
    there = false;
  }
  last_call_ = calls_.size();
  if (!there) {
    if (Status rebuilt = rebuild(); !rebuilt) return rebuilt;
  }
  forget_missing();
  if (recordings_.empty()) return {};
  const auto newest = std::ranges::max_element(recordings_, {}, &Recording::finished_ns);
  retention_.emplace(context.clock, newest->finished_ns, age);
  if (age && retention_->waits()) {
    context.log.write(Severity::warning, context.name, folder_ + ": " + retention_->why_it_waits());
  }
  return {};
}

void Recordings::clear() {
  cursors_.clear();
  looks_from_.clear();
  calls_.clear();
  recordings_.clear();
}

Status Recordings::read_index(bool& there) {
  const std::string path = path_of(kIndexName);
  there = files_->exists(path);
  if (!there) return {};
  const auto text = read_file(*files_, path);
  if (!text) return text.status();
  const Fault damaged{FaultKind::corrupt, path + " is damaged"};
  std::vector<std::string_view> lines = split(*text, '\n');
  if (lines.empty() || lines.front() != kHead || !lines.back().empty()) return damaged;
  lines.pop_back();
  for (const std::string_view line : std::span(lines).subspan(1)) {
    Words words(line);
    const std::string_view kind = words.word();
    const bool read = kind == "cursor"    ? read_cursor(words, cursors_)
                      : kind == "look"    ? read_cursor(words, looks_from_)
                      : kind == "trigger" ? read_call(words, calls_)
                      : kind == "file"    ? read_recording(words, recordings_)
                                          : false;
    if (!read) {
      clear();
      return damaged;
    }
  }
  return {};
}

// Every finished recording says which journal it comes from, and how far it goes.
Status Recordings::rebuild() {
  const auto names = files_->list(folder_);
  if (!names) return names.status();
  for (const std::string& name : *names) {
    if (!name.ends_with(kFinal)) continue;
    const auto described = describe_recording(*files_, path_of(name));
    if (!described) return described.status();
    if (!*described) continue;
    recordings_.push_back({name,
                           (*described)->bytes,
                           (*described)->from_ns,
                           (*described)->to_ns,
                           retention_->now_ns(),
                           (*described)->messages,
                           {}});
    move_locked((*described)->cursor);
  }
  return recordings_.empty() ? Status{} : save_locked();
}

void Recordings::forget_missing() {
  std::erase_if(recordings_, [this](const Recording& recording) {
    const std::string path = path_of(recording.name);
    const std::string part = path.substr(0, path.size() - kFinal.size()) + std::string(kPart);
    return !files_->exists(path) && !files_->exists(part);  // it may be about to get its name
  });
  bytes_ = std::accumulate(recordings_.begin(), recordings_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const Recording& one) { return sum + one.bytes; });
}

// Saved with the next change; until then nothing is removed by what was.
void Recordings::catch_up() {
  const std::optional<RetentionStep> step = retention_->catch_up();
  if (!step) return;
  for (Recording& one : recordings_) step->move(one.finished_ns);
}

std::optional<Position> Recordings::cursor(const JournalId& journal) const {
  const std::scoped_lock lock(mutex_);
  const auto found = cursors_.find(journal);
  return found == cursors_.end() ? std::nullopt : std::optional(found->second);
}

void Recordings::move_cursor(const Position& cursor) {
  const std::scoped_lock lock(mutex_);
  move_locked(cursor);
}

void Recordings::move_locked(const Position& cursor) {
  const auto [at, is_new] = cursors_.try_emplace(cursor.journal, cursor);
  if (!is_new) at->second = std::max(at->second, cursor);
}

std::optional<Position> Recordings::looks_from(const JournalId& journal) const {
  const std::scoped_lock lock(mutex_);
  const auto found = looks_from_.find(journal);
  return found == looks_from_.end() ? std::nullopt : std::optional(found->second);
}

void Recordings::look_from(const Position& position) {
  const std::scoped_lock lock(mutex_);
  looks_from_[position.journal] = position;
  std::erase_if(calls_, [&](const Call& one) {
    return one.call.at.journal == position.journal && one.call.at < position;
  });
}

void Recordings::end_looking(const JournalId& journal) {
  const std::scoped_lock lock(mutex_);
  const auto found = looks_from_.find(journal);
  if (found == looks_from_.end()) return;
  move_locked(found->second);
  looks_from_.erase(found);
  std::erase_if(calls_, [&](const Call& one) { return one.call.at.journal == journal; });
}

std::vector<Recordings::Call> Recordings::calls() const {
  const std::scoped_lock lock(mutex_);
  return calls_;
}

void Recordings::take_calls(bool taken) {
  const std::scoped_lock lock(mutex_);
  takes_calls_ = taken;
}

Status Recordings::trigger(const TriggerCall& call) {
  const std::scoped_lock lock(mutex_);
  if (!takes_calls_) return {FaultKind::unavailable, "its sink is not open, " + folder_};
  if (calls_.size() >= kMostCalls) {
    return {FaultKind::exhausted,
            "there are " + format_count(kMostCalls) + " triggers that are not over yet"};
  }
  calls_.push_back({++last_call_, call});
  Status saved = save_locked();
  if (!saved) calls_.pop_back();
  return saved;
}

Status Recordings::add(Recording recording, const std::optional<Position>& cursor) {
  const std::scoped_lock lock(mutex_);
  if (cursor) move_locked(*cursor);
  catch_up();
  recording.finished_ns = retention_->now_ns();
  const auto same = std::find_if(recordings_.begin(), recordings_.end(),
                                 [&](const Recording& one) { return one.name == recording.name; });
  if (same != recordings_.end()) {
    bytes_ -= same->bytes;
    recordings_.erase(same);
  }
  bytes_ += recording.bytes;
  recordings_.push_back(std::move(recording));
  return save_locked();
}

Status Recordings::save() const {
  const std::scoped_lock lock(mutex_);
  return save_locked();
}

Status Recordings::save_locked() const {
  std::string text(kHead);
  text += '\n';
  for (const auto& [id, cursor] : cursors_) {
    text += "cursor " + words_of(cursor) + "\n";
  }
  for (const auto& [id, position] : looks_from_) text += "look " + words_of(position) + "\n";
  for (const auto& [number, call] : calls_) {
    text += "trigger " + words_of(call.at) + " " + std::to_string(call.time.ns) + " " + call.name + " " +
            call.reason + "\n";
  }
  for (const Recording& one : recordings_) {
    text += "file " + std::to_string(one.bytes) + " " + std::to_string(one.from_ns) + " " +
            std::to_string(one.to_ns) + " " + std::to_string(one.finished_ns) + " " +
            std::to_string(one.messages) + " " + to_hex(one.digest) + " " + one.name + "\n";
  }
  return write_file_atomically(*files_, path_of(kIndexName), text);
}

Status Recordings::hold_to(const Keep& keep, std::uint64_t open_bytes) {
  const std::scoped_lock lock(mutex_);
  catch_up();
  const std::int64_t now = retention_->now_ns();
  const auto too_much = [&] {
    if (recordings_.empty()) return false;
    const bool too_old = keep.age && now - recordings_.front().finished_ns > keep.age->count();
    return too_old || (keep.bytes && bytes_ + open_bytes > *keep.bytes);
  };
  bool removed = false;
  while (too_much()) {
    const Recording& oldest = recordings_.front();
    const std::string path = path_of(oldest.name);
    if (files_->exists(path)) {
      if (Status status = files_->remove(path); !status) return status;
    }
    bytes_ -= oldest.bytes;
    recordings_.erase(recordings_.begin());
    removed = true;
  }
  return removed ? save_locked() : Status{};
}

std::string Recordings::free_path(const std::string& name) const {
  const auto taken = [this](const std::string& path) {
    return files_->exists(path + std::string(kFinal)) || files_->exists(path + std::string(kPart));
  };
  std::string path = path_of(name);
  for (std::uint32_t number = 2; taken(path); ++number) {
    std::string digits = std::to_string(number);
    constexpr std::size_t kDigits = 4;  // so that names sort
    if (digits.size() < kDigits) digits.insert(0, kDigits - digits.size(), '0');
    path = path_of(name + "_" + digits);
  }
  return path;
}

std::vector<RecordedFile> Recordings::recordings() const {
  std::vector<RecordedFile> files;
  for (const Recording& one : all()) {
    files.push_back({path_of(one.name),
                     one.bytes,
                     {one.from_ns},
                     {one.to_ns},
                     {one.finished_ns},
                     one.messages,
                     one.digest});
  }
  return files;
}

std::vector<Recording> Recordings::all() const {
  const std::scoped_lock lock(mutex_);
  return recordings_;
}

}  // namespace cantrail::mcap_sink
