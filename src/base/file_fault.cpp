#include "base/file_fault.hpp"

#include <algorithm>

namespace cantrail {
namespace {

Status injected(const FileFault& fault) {
  return errno_fault("injected", fault.error);
}

std::size_t total(std::span<const std::span<const std::byte>> pieces) {
  std::size_t bytes = 0;
  for (const auto piece : pieces) bytes += piece.size();
  return bytes;
}

// The first `bytes` of the pieces.
Status append_part(File& file, std::span<const std::span<const std::byte>> pieces, std::size_t bytes) {
  std::vector<std::span<const std::byte>> part;
  for (const auto piece : pieces) {
    const std::size_t taken = std::min(piece.size(), bytes);
    if (taken != 0) part.push_back(piece.first(taken));
    bytes -= taken;
  }
  return part.empty() ? Status{} : file.append(part);
}

}  // namespace

class FaultFile final : public File {
 public:
  FaultFile(std::unique_ptr<File> real, FaultFileSystem& owner) : real_(std::move(real)), owner_(owner) {}

  Status append(std::span<const std::span<const std::byte>> pieces) override {
    const std::size_t bytes = total(pieces);
    const auto fault = owner_.due(FileOperation::append);
    const std::size_t wanted = !fault ? bytes : fault->half_written ? bytes / 2 : 0;
    const std::size_t fits = static_cast<std::size_t>(owner_.take_room(wanted));
    if (fits == bytes && !fault) return real_->append(pieces);
    if (auto written = append_part(*real_, pieces, fits); !written) return written;
    return fault ? injected(*fault) : injected({ENOSPC});
  }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const override {
    if (const auto fault = owner_.due(FileOperation::read)) return injected(*fault).fault();
    auto got = real_->read_at(offset, out);
    if (got) owner_.note_read(*got);
    return got;
  }

  Status sync() override {
    if (const auto fault = owner_.due(FileOperation::sync)) return injected(*fault);
    return real_->sync();
  }

  Status truncate(std::uint64_t size) override {
    if (const auto fault = owner_.due(FileOperation::truncate)) return injected(*fault);
    const auto before = real_->size();
    Status done = real_->truncate(size);
    if (done && before && *before > size) owner_.give_room(*before - size);
    return done;
  }

  [[nodiscard]] Result<std::uint64_t> size() const override { return real_->size(); }

 private:
  std::unique_ptr<File> real_;
  FaultFileSystem& owner_;
};

void FaultFileSystem::fail_at(std::uint64_t n, FileOperations operations, FileFault fault) {
  const std::scoped_lock lock(mutex_);
  until_ = n;
  matching_ = operations;
  planned_ = fault;
}

void FaultFileSystem::heal() {
  const std::scoped_lock lock(mutex_);
  until_ = 0;
}

void FaultFileSystem::set_free_bytes(std::optional<std::uint64_t> bytes) {
  const std::scoped_lock lock(mutex_);
  free_bytes_ = bytes;
}

void FaultFileSystem::stall(FileOperations operations) {
  const std::scoped_lock lock(mutex_);
  stalling_ = operations;
}

void FaultFileSystem::release() {
  const std::scoped_lock lock(mutex_);
  stalling_ = 0;
  released_.notify_all();
}

std::size_t FaultFileSystem::stalled() const {
  const std::scoped_lock lock(mutex_);
  return stalled_;
}

std::uint64_t FaultFileSystem::bytes_read() const {
  const std::scoped_lock lock(mutex_);
  return bytes_read_;
}

void FaultFileSystem::note_read(std::size_t bytes) {
  const std::scoped_lock lock(mutex_);
  bytes_read_ += bytes;
}

std::uint64_t FaultFileSystem::count(FileOperation operation) const {
  const std::scoped_lock lock(mutex_);
  return counts_[static_cast<std::size_t>(operation)];
}

std::uint64_t FaultFileSystem::changes() const {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if ((kEveryChange >> i & 1U) != 0) sum += counts_[i];
  }
  return sum;
}

std::optional<FileFault> FaultFileSystem::due(FileOperation operation) {
  std::unique_lock lock(mutex_);
  ++counts_[static_cast<std::size_t>(operation)];
  if ((stalling_ & only(operation)) != 0) {
    ++stalled_;
    released_.wait(lock, [&] { return (stalling_ & only(operation)) == 0; });
    --stalled_;
  }
  if (until_ == 0 || (matching_ & only(operation)) == 0) return std::nullopt;
  if (until_ > 1) {
    --until_;
    return std::nullopt;
  }
  if (planned_.times != FileFault::kForever && --planned_.times == 0) until_ = 0;
  return planned_;
}

std::uint64_t FaultFileSystem::take_room(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (!free_bytes_) return bytes;
  const std::uint64_t taken = std::min(bytes, *free_bytes_);
  *free_bytes_ -= taken;
  return taken;
}

void FaultFileSystem::give_room(std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (free_bytes_) *free_bytes_ += bytes;
}

Result<std::unique_ptr<File>> FaultFileSystem::open(const std::string& path, OpenMode mode) {
  const auto operation = mode == OpenMode::read ? FileOperation::open_read : FileOperation::open_write;
  if (const auto fault = due(operation)) return injected(*fault).fault();
  auto file = real_.open(path, mode);
  if (!file) return file;
  return std::unique_ptr<File>(std::make_unique<FaultFile>(std::move(file).value(), *this));
}

Status FaultFileSystem::rename(const std::string& from, const std::string& to) {
  if (const auto fault = due(FileOperation::rename)) return injected(*fault);
  return real_.rename(from, to);
}

Status FaultFileSystem::remove(const std::string& path) {
  if (const auto fault = due(FileOperation::remove)) return injected(*fault);
  std::uint64_t bytes = 0;
  if (const auto file = real_.open(path, OpenMode::read)) {
    if (const auto size = (*file)->size()) bytes = *size;
  }
  Status removed = real_.remove(path);
  if (removed) give_room(bytes);
  return removed;
}

Status FaultFileSystem::make_directories(const std::string& path) {
  if (const auto fault = due(FileOperation::make_directories)) return injected(*fault);
  return real_.make_directories(path);
}

Status FaultFileSystem::sync_directory(const std::string& path) {
  if (const auto fault = due(FileOperation::sync_directory)) return injected(*fault);
  return real_.sync_directory(path);
}

Result<std::vector<std::string>> FaultFileSystem::list(const std::string& directory) {
  return real_.list(directory);
}

bool FaultFileSystem::exists(const std::string& path) {
  return real_.exists(path);
}

Result<FileType> FaultFileSystem::type(const std::string& path) {
  return real_.type(path);
}

std::string FaultFileSystem::canonical(const std::string& path) {
  return real_.canonical(path);
}

Result<DiskSpace> FaultFileSystem::space(const std::string& path) {
  auto space = real_.space(path);
  const std::scoped_lock lock(mutex_);
  if (space && free_bytes_) space->free_bytes = std::min(space->free_bytes, *free_bytes_);
  return space;
}

}  // namespace cantrail
