#include "sources/protobuf/folder_watch.hpp"

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

constexpr std::size_t kMostTold = 20;  // problems of one load

}  // namespace

FolderWatch::FolderWatch(Parts parts) : parts_(std::move(parts)) {
  loaded_ = last_ = look();
  load();
  thread_ = std::thread([this] { run(); });
}

FolderWatch::~FolderWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_.notify_all();
  thread_.join();
}

std::shared_ptr<const TypeSet> FolderWatch::types() const {
  const std::lock_guard lock(mutex_);
  return types_;
}

void FolderWatch::run() {
  std::unique_lock lock(mutex_);
  while (!stop_.wait_for(lock, parts_.every, [this] { return stopping_; })) {
    lock.unlock();
    Stamps now = look();
    const bool still = now == last_;
    last_ = std::move(now);
    if (still && last_ != loaded_) {
      loaded_ = last_;
      load();
    }
    lock.lock();
  }
}

FolderWatch::Stamps FolderWatch::look() const {
  const auto paths = proto_files(parts_.files, parts_.folder);
  if (!paths) return std::nullopt;
  std::map<std::string, FileStamp> stamps;
  for (const std::string& path : *paths) {
    if (const auto stamp = file_stamp(join_path(parts_.folder, path))) stamps.emplace(path, *stamp);
  }
  return stamps;
}

void FolderWatch::load() {
  Diagnostics found;
  auto types = TypeSet::load(parts_.files, parts_.folder, this->types(), found);
  {
    const std::lock_guard lock(mutex_);
    types_ = types;
  }
  version_.fetch_add(1, std::memory_order_release);
  for (std::size_t i = 0; i < found.size() && i < kMostTold; ++i) {
    parts_.log.write(found[i].severity, parts_.name, to_string(found[i]));
  }
  if (found.size() > kMostTold) {
    parts_.log.write(Severity::error, parts_.name,
                     "and " + counted(found.size() - kMostTold, "problem") + " more in " + parts_.folder);
  }
  parts_.log.write(Severity::note, parts_.name,
                   counted(types->size(), "message type") + " in " + counted(types->files(), "file") +
                       " of " + parts_.folder);
}

}  // namespace cantrail::protobuf
