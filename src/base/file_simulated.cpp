#include "base/file_simulated.hpp"

#include <algorithm>
#include <cerrno>

namespace cantrail {
namespace {

constexpr std::size_t kSectorBytes = 512;

}  // namespace

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedFileSystem& owner, SimulatedFileSystem::InodePtr inode)
      : owner_(owner), inode_(std::move(inode)) {}

  Status append(std::span<const std::span<const std::byte>> pieces) override {
    const std::scoped_lock lock(owner_.mutex_);
    SimulatedFileSystem::Change change;
    change.at = inode_->content.size();
    for (const auto piece : pieces)
      change.bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    inode_->content += change.bytes;
    inode_->changes.push_back(std::move(change));
    return {};
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    const std::scoped_lock lock(owner_.mutex_);
    const std::string& content = inode_->content;
    if (offset >= content.size()) return std::size_t{0};
    const std::size_t bytes = std::min<std::size_t>(out.size(), content.size() - offset);
    std::copy_n(reinterpret_cast<const std::byte*>(content.data()) + offset, bytes, out.begin());
    return bytes;
  }

  Status sync() override {
    const std::scoped_lock lock(owner_.mutex_);
    if (owner_.fail_sync_) {
      owner_.fail_sync_ = false;
      for (auto& change : inode_->changes) change.dropped = true;
      return errno_fault("injected", EIO);
    }
    // What was dropped before lies in the file as nothing: the sync has no idea of it.
    std::string& disk = inode_->on_disk;
    for (auto& change : inode_->changes) {
      if (change.dropped) std::fill(change.bytes.begin(), change.bytes.end(), '\0');
      SimulatedFileSystem::apply(disk, change, change.bytes.size());
    }
    inode_->changes.clear();
    return {};
  }

  Status truncate(std::uint64_t size) override {
    const std::scoped_lock lock(owner_.mutex_);
    inode_->content.resize(size, '\0');
    inode_->changes.push_back({size, {}, true, false});
    return {};
  }

  [[nodiscard]] Result<std::uint64_t> size() const override {
    const std::scoped_lock lock(owner_.mutex_);
    return std::uint64_t{inode_->content.size()};
  }

 private:
  SimulatedFileSystem& owner_;
  SimulatedFileSystem::InodePtr inode_;
};

void SimulatedFileSystem::apply(std::string& content, const Change& change, std::size_t bytes) {
  if (change.truncates) {
    content.resize(change.at, '\0');
    return;
  }
  if (content.size() < change.at + bytes) content.resize(change.at + bytes, '\0');
  content.replace(change.at, bytes, change.bytes, 0, bytes);
}

void SimulatedFileSystem::apply(Names& names, const NameChange& change) {
  if (!change.removed.empty()) names.erase(change.removed);
  if (!change.added.empty()) names[change.added] = change.inode;
}

void SimulatedFileSystem::change_names(NameChange change) {
  apply(names_, change);
  name_changes_.push_back(std::move(change));
}

// The disk has the first of the changes, a part of the next, and not all sectors of what it has.
void SimulatedFileSystem::lose_a_part(Inode& inode) {
  const std::size_t whole = below(inode.changes.size() + 1);
  const std::size_t synced_bytes = inode.on_disk.size();
  for (std::size_t i = 0; i < whole; ++i) {
    Change& change = inode.changes[i];
    if (change.dropped) std::fill(change.bytes.begin(), change.bytes.end(), '\0');
    apply(inode.on_disk, change, change.bytes.size());
  }
  if (whole < inode.changes.size() && !inode.changes[whole].truncates) {
    const Change& torn = inode.changes[whole];
    apply(inode.on_disk, torn, torn.dropped ? 0 : below(torn.bytes.size() + 1));
  }
  if (below(3) == 0) {  // its size came first
    for (std::size_t at = synced_bytes; at < inode.on_disk.size(); at += kSectorBytes - at % kSectorBytes) {
      if (below(4) != 0) continue;
      const std::size_t end = std::min(inode.on_disk.size(), at + kSectorBytes - at % kSectorBytes);
      std::fill(inode.on_disk.begin() + static_cast<std::ptrdiff_t>(at),
                inode.on_disk.begin() + static_cast<std::ptrdiff_t>(end), '\0');
    }
  }
  inode.content = inode.on_disk;
  inode.changes.clear();
}

void SimulatedFileSystem::crash() {
  const std::scoped_lock lock(mutex_);
  // A file system with a journal keeps the first of them; others keep some.
  const bool in_order = below(2) == 0;
  const std::size_t first = below(name_changes_.size() + 1);
  for (std::size_t i = 0; i < name_changes_.size(); ++i) {
    if (in_order ? i < first : below(2) == 0) apply(names_on_disk_, name_changes_[i]);
  }
  name_changes_.clear();
  names_ = names_on_disk_;
  for (auto& [name, inode] : names_) lose_a_part(*inode);
  fail_sync_ = false;
}

void SimulatedFileSystem::write_back() {
  const std::scoped_lock lock(mutex_);
  if (below(3) == 0) {
    const std::size_t some = below(name_changes_.size() + 1);
    for (std::size_t i = 0; i < some; ++i) apply(names_on_disk_, name_changes_[i]);
    name_changes_.erase(name_changes_.begin(), name_changes_.begin() + static_cast<std::ptrdiff_t>(some));
    return;
  }
  if (names_.empty()) return;
  Inode& inode = *std::next(names_.begin(), static_cast<std::ptrdiff_t>(below(names_.size())))->second;
  const auto end = inode.changes.begin() + static_cast<std::ptrdiff_t>(below(inode.changes.size() + 1));
  for (auto change = inode.changes.begin(); change != end; ++change) {
    if (change->dropped) std::fill(change->bytes.begin(), change->bytes.end(), '\0');
    apply(inode.on_disk, *change, change->bytes.size());
  }
  inode.changes.erase(inode.changes.begin(), end);
}

Result<std::unique_ptr<File>> SimulatedFileSystem::open(const std::string& path, OpenMode mode) {
  const std::scoped_lock lock(mutex_);
  const auto found = names_.find(path);
  const bool creates = mode == OpenMode::create_new || mode == OpenMode::append_or_create;
  if (found != names_.end() && mode == OpenMode::create_new)
    return errno_fault("cannot open " + path, EEXIST);
  if (found == names_.end() && !creates) return errno_fault("cannot open " + path, ENOENT);
  InodePtr inode = found != names_.end() ? found->second : std::make_shared<Inode>();
  if (found == names_.end()) change_names({"", path, inode});
  return std::unique_ptr<File>(std::make_unique<SimulatedFile>(*this, std::move(inode)));
}

Status SimulatedFileSystem::rename(const std::string& from, const std::string& to) {
  const std::scoped_lock lock(mutex_);
  const auto found = names_.find(from);
  if (found == names_.end()) return errno_fault("cannot rename " + from, ENOENT);
  change_names({from, to, found->second});
  return {};
}

Status SimulatedFileSystem::remove(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (!names_.contains(path)) return errno_fault("cannot remove " + path, ENOENT);
  change_names({path, "", nullptr});
  return {};
}

Status SimulatedFileSystem::sync_directory(const std::string&) {
  const std::scoped_lock lock(mutex_);
  for (const NameChange& change : name_changes_) apply(names_on_disk_, change);
  name_changes_.clear();
  return {};
}

Result<std::vector<std::string>> SimulatedFileSystem::list(const std::string& directory) {
  const std::scoped_lock lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [path, inode] : names_) {
    if (parent_path(path) == directory) found.push_back(path.substr(directory.size() + 1));
  }
  return found;
}

Status SimulatedFileSystem::make_directories(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  folders_.insert(path);
  return {};
}

bool SimulatedFileSystem::exists(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  return names_.contains(path) || folders_.contains(path);
}

Result<FileType> SimulatedFileSystem::type(const std::string& path) {
  if (!exists(path)) return errno_fault("cannot open " + path, ENOENT);
  const std::scoped_lock lock(mutex_);
  return folders_.contains(path) ? FileType::folder : FileType::regular;
}

}  // namespace cantrail
