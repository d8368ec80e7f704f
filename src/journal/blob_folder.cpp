#include "journal/blob_folder.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr std::uint64_t kDefaultCap = std::uint64_t{4} << 30;
constexpr std::uint64_t kDefaultShare = 10;                   // of the disk: a tenth
constexpr std::uint64_t kLeftFree = std::uint64_t{64} << 20;  // of the disk, for the journal
constexpr std::size_t kSpareLines = 4096;
constexpr std::string_view kTemporary = "new-";
constexpr std::string_view kHead = "cantrail blobs 1 ";

std::optional<Digest> digest_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Digest digest;
  if (!bytes || bytes->size() != digest.bytes.size() || to_hex(*bytes) != hex) return std::nullopt;
  std::copy(bytes->begin(), bytes->end(), digest.bytes.begin());
  return digest;
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size();
}

std::string line_of(const Digest& digest, std::uint32_t epoch, std::uint64_t seq) {
  return to_hex(digest) + ' ' + std::to_string(epoch) + ' ' + std::to_string(seq) + '\n';
}

Status append(File& file, std::string_view text) {
  const auto piece = std::as_bytes(std::span(text));
  return file.append(std::span(&piece, 1));
}

}  // namespace

BlobFolder::BlobFolder(Parts parts) : parts_(std::move(parts)) {
  const auto names = parts_.files.list(parts_.options.folder);
  if (!names) return;  // nothing was ever put
  for (const std::string& name : *names) {
    if (name.starts_with(kTemporary)) parts_.files.remove(join_path(parts_.options.folder, name)).ignore();
  }
}

BlobFolder::~BlobFolder() {
  const std::lock_guard disk(disk_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (unwritten_.empty()) return;
  }
  Status written = write_lines();
  if (written) written = lines_->sync();
  if (!written) parts_.log.write(Severity::warning, "blobs", written.fault().message);
}

std::string BlobFolder::path_of(const Digest& digest) const {
  const std::string hex = to_hex(digest);
  return join_path(join_path(parts_.options.folder, hex.substr(0, 2)), hex.substr(2));
}

// What is there, and which positions name it. What no line tells of was named by an earlier run at the
// latest.
Status BlobFolder::look() {
  if (looked_) return {};
  if (Status made = parts_.files.make_directories(parts_.options.folder); !made) return made;
  const auto names = parts_.files.list(parts_.options.folder);
  if (!names) return names.status();
  std::map<Digest, Entry> found;
  for (const std::string& name : *names) {
    if (name.size() == 2) look_into(name, found);
  }
  read_lines(found);
  std::uint64_t cap = parts_.options.cap_bytes;
  if (cap == 0) {
    const auto space = parts_.files.space(parts_.options.folder);
    cap = space ? std::min(kDefaultCap, space->total_bytes / kDefaultShare) : kDefaultCap;
  }
  {
    const std::lock_guard lock(mutex_);
    entries_ = std::move(found);
    cap_bytes_ = cap;
    for (const auto& [digest, entry] : entries_) {
      by_place_.emplace(entry.upto, digest);
      bytes_ += entry.bytes;
    }
  }
  looked_ = true;
  // Now, or what no line tells of would count as named by a later run with each start.
  return begin_lines();
}

void BlobFolder::look_into(const std::string& prefix, std::map<Digest, Entry>& found) {
  const std::string folder = join_path(parts_.options.folder, prefix);
  const auto names = parts_.files.list(folder);
  if (!names) return;
  for (const std::string& name : *names) {
    const auto digest = digest_of(prefix + name);
    const auto file = digest ? parts_.files.open(join_path(folder, name), OpenMode::read)
                             : Result<std::unique_ptr<File>>(Fault{});
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(Fault{});
    if (size) found[*digest] = {*size, 0, {parts_.epoch, 0}};
  }
}

void BlobFolder::read_lines(std::map<Digest, Entry>& found) {
  const auto text = read_file(parts_.files, join_path(parts_.options.folder, "named"));
  if (!text) return;
  auto lines = split(*text, '\n');
  lines.pop_back();  // what stands behind the last line break is torn
  if (lines.empty() || lines.front() != std::string(kHead) + to_string(parts_.journal)) {
    // Another journal's rows named them: none of this one's does.
    for (auto& [digest, entry] : found) entry.upto = {};
    return;
  }
  for (const std::string_view line : lines) {
    const auto words = split(line, ' ');
    const auto digest = words.size() == 3 ? digest_of(words[0]) : std::nullopt;
    const auto known = digest ? found.find(*digest) : found.end();
    Place place;
    if (known == found.end() || !read_number(words[1], place.epoch) || !read_number(words[2], place.seq))
      continue;
    known->second.upto = place;
  }
}

Result<BlobReference> BlobFolder::put(std::span<const std::byte> content) {
  if (content.size() > kLargestBlob) {
    return Fault{FaultKind::rejected,
                 "a value of " + format_bytes(content.size()) + " is too large to be kept"};
  }
  const Digest digest = sha256({reinterpret_cast<const char*>(content.data()), content.size()});
  std::unique_lock disk(disk_mutex_);
  if (Status looked = look(); !looked) return looked.fault();
  if (pin_if_known(digest)) {
    disk.unlock();
    return keep_again(digest, content.size());
  }
  if (Status room = take_room(content.size()); !room) return room.fault();
  disk.unlock();
  return write(digest, content);
}

bool BlobFolder::pin_if_known(const Digest& digest) {
  const std::lock_guard lock(mutex_);
  const auto known = entries_.find(digest);
  if (known == entries_.end()) return false;
  if (known->second.pins++ == 0) by_place_.erase({known->second.upto, digest});
  return true;
}

void BlobFolder::unpin(const Digest& digest, Place upto) {
  const auto known = entries_.find(digest);
  if (known == entries_.end() || known->second.pins == 0) return;
  Entry& entry = known->second;
  entry.upto = std::max(entry.upto, upto);
  if (--entry.pins != 0) return;
  by_place_.emplace(entry.upto, digest);
  unwritten_.emplace_back(digest, entry.upto);
}

// Put once more. Whatever the lines say of it, rows of this run will name it.
Result<BlobReference> BlobFolder::keep_again(const Digest& digest, std::uint64_t bytes) {
  Status kept = write_durable_line(digest);
  // The thread that wrote it may not have come so far yet.
  if (kept) kept = parts_.files.sync_directory(parent_path(path_of(digest)));
  if (kept) kept = parts_.files.sync_directory(parts_.options.folder);
  if (kept) return BlobReference{digest, bytes};
  const std::lock_guard lock(mutex_);
  unpin(digest, {});
  return kept.fault();
}

Status BlobFolder::write_durable_line(const Digest& digest) {
  std::unique_lock disk(disk_mutex_);
  {
    const std::lock_guard lock(mutex_);
    unwritten_.emplace_back(digest, Place{parts_.epoch + 1, 0});
  }
  if (Status written = write_lines(); !written) return written;
  const std::shared_ptr<File> lines = lines_;
  disk.unlock();
  Status synced = lines->sync();
  if (synced) return synced;
  disk.lock();
  if (lines_ == lines) lines_.reset();  // never synced again
  return synced;
}

// Room is taken already.
Result<BlobReference> BlobFolder::write(const Digest& digest, std::span<const std::byte> content) {
  const std::string path = path_of(digest), folder = parent_path(path);
  std::string temporary;
  bool has_old_line = false;
  {
    const std::lock_guard disk(disk_mutex_);
    has_old_line = given_up_.contains(digest);
    temporary = join_path(parts_.options.folder, std::string(kTemporary) + std::to_string(next_temporary_++));
  }
  Status written = write_new(temporary, content);
  if (written) written = parts_.files.make_directories(folder);
  if (written) {
    const std::lock_guard disk(disk_mutex_);
    written = parts_.files.rename(temporary, path);
    if (written) enter(digest, content.size());
  }
  if (!written) {
    parts_.files.remove(temporary).ignore();  // else at the next start
    const std::lock_guard lock(mutex_);
    bytes_ -= content.size();
    return written.fault();
  }
  Status synced = parts_.files.sync_directory(folder);
  if (synced) synced = parts_.files.sync_directory(parts_.options.folder);
  if (synced && has_old_line) synced = write_durable_line(digest);
  if (!synced) return synced.fault();  // it stays pinned: nobody knows what the disk has
  return BlobReference{digest, content.size()};
}

void BlobFolder::enter(const Digest& digest, std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto [at, is_new] = entries_.try_emplace(digest);
  if (!is_new) bytes_ -= bytes;  // another thread was quicker
  at->second.bytes = bytes;
  if (at->second.pins++ == 0) by_place_.erase({at->second.upto, digest});
}

Status BlobFolder::write_new(const std::string& temporary, std::span<const std::byte> content) {
  auto file = parts_.files.open(temporary, OpenMode::create_new);
  if (!file) return file.status();
  if (Status written = (*file)->append(std::span(&content, 1)); !written) return written;
  return (*file)->sync();
}

// Gives up what no row of the journal can name any more, the oldest first, until there is room.
Status BlobFolder::take_room(std::uint64_t bytes) {
  const auto space = parts_.files.space(parts_.options.folder);
  std::uint64_t free = space ? space->free_bytes - std::min(space->free_bytes, kLeftFree) : bytes;
  const auto oldest = parts_.oldest();
  for (;;) {
    std::optional<Line> given_up;
    {
      const std::lock_guard lock(mutex_);
      if (bytes_ + bytes <= cap_bytes_ && bytes <= free) {
        bytes_ += bytes;
        return {};
      }
      const bool any =
          oldest && !by_place_.empty() && by_place_.begin()->first <= Place{oldest->epoch, oldest->seq};
      if (!any) return no_room(bytes, bytes > free);
      given_up.emplace(by_place_.begin()->second, by_place_.begin()->first);
      by_place_.erase(by_place_.begin());
      const auto entry = entries_.find(given_up->first);
      bytes_ -= entry->second.bytes;
      free += entry->second.bytes;
      entries_.erase(entry);
    }
    given_up_.insert(given_up->first);
    // What cannot be removed is found again at the next start.
    if (Status removed = parts_.files.remove(path_of(given_up->first)); !removed) {
      parts_.log.write(Severity::warning, "blobs", removed.fault().message);
    }
  }
}

Status BlobFolder::no_room(std::uint64_t bytes, bool on_disk) const {
  if (on_disk) return {FaultKind::exhausted, "the disk has no room for a value of " + format_bytes(bytes)};
  return {FaultKind::exhausted, "the blobs are at their limit of " + format_bytes(cap_bytes_) +
                                    " and the journal still names them; raise [blobs] keep"};
}

void BlobFolder::named(std::span<const Digest> digests, const Position& upto) {
  const std::lock_guard lock(mutex_);
  for (const Digest& digest : digests) unpin(digest, {upto.epoch, upto.seq});
}

// The lines are a help: without them what is there is kept for longer.
Status BlobFolder::write_lines() {
  if (lines_ == nullptr || written_lines_ > 2 * stats().blobs + kSpareLines) {
    if (Status begun = begin_lines(); !begun) return begun;
  }
  std::vector<Line> lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(unwritten_);
  }
  std::string text;
  for (const auto& [digest, place] : lines) text += line_of(digest, place.epoch, place.seq);
  Status written = append(*lines_, text);
  if (!written) lines_.reset();  // it may have half a line
  written_lines_ += lines.size();
  return written;
}

// One line a blob, of what is known now.
Status BlobFolder::begin_lines() {
  lines_.reset();
  std::string text = std::string(kHead) + to_string(parts_.journal) + '\n';
  {
    const std::lock_guard lock(mutex_);
    written_lines_ = entries_.size();
    for (const auto& [digest, entry] : entries_) {
      const Place place = entry.pins == 0 ? entry.upto : Place{parts_.epoch + 1, 0};
      text += line_of(digest, place.epoch, place.seq);
    }
  }
  const std::string path = join_path(parts_.options.folder, "named");
  if (Status written = write_file_atomically(parts_.files, path, text); !written) return written;
  given_up_.clear();
  auto file = parts_.files.open(path, OpenMode::append);
  if (!file) return file.status();
  lines_ = std::move(*file);
  return {};
}

Result<std::string> BlobFolder::get(const Digest& digest) const {
  const std::string path = path_of(digest);
  if (!parts_.files.exists(path)) {
    return Fault{FaultKind::rejected, "there is no blob " + to_hex(digest) + " (any more)"};
  }
  return read_file(parts_.files, path, kLargestBlob);
}

BlobStats BlobFolder::stats() const {
  const std::lock_guard lock(mutex_);
  return {entries_.size(), bytes_, cap_bytes_};
}

}  // namespace cantrail
