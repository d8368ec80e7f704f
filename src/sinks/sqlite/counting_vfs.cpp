#include "sinks/sqlite/counting_vfs.hpp"

#include <algorithm>

#include <sqlite3.h>

namespace cantrail::sqlite {
namespace {

// What SQLite holds for an open file; the system's own follows in the same memory.
struct CountedFile {
  sqlite3_file base;
  sqlite3_io_methods methods;
  std::atomic<std::uint64_t>* bytes;
};
constexpr std::size_t kOffset = (sizeof(CountedFile) + 15) / 16 * 16;

CountedFile& counted(sqlite3_file* file) {
  return *reinterpret_cast<CountedFile*>(file);
}
sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<char*>(file) + kOffset);
}
const sqlite3_io_methods& real_methods(sqlite3_file* file) {
  return *real(file)->pMethods;
}

int close_file(sqlite3_file* f) {
  return real_methods(f).xClose(real(f));
}
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  return real_methods(f).xRead(real(f), to, size, at);
}
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  counted(f).bytes->fetch_add(static_cast<std::uint64_t>(size), std::memory_order_relaxed);
  return real_methods(f).xWrite(real(f), from, size, at);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) {
  return real_methods(f).xTruncate(real(f), size);
}
int sync_file(sqlite3_file* f, int flags) {
  return real_methods(f).xSync(real(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) {
  return real_methods(f).xFileSize(real(f), size);
}
int lock_file(sqlite3_file* f, int level) {
  return real_methods(f).xLock(real(f), level);
}
int unlock_file(sqlite3_file* f, int level) {
  return real_methods(f).xUnlock(real(f), level);
}
int check_lock(sqlite3_file* f, int* out) {
  return real_methods(f).xCheckReservedLock(real(f), out);
}
int file_control(sqlite3_file* f, int op, void* argument) {
  return real_methods(f).xFileControl(real(f), op, argument);
}
int sector_size(sqlite3_file* f) {
  return real_methods(f).xSectorSize(real(f));
}
int characteristics(sqlite3_file* f) {
  return real_methods(f).xDeviceCharacteristics(real(f));
}
int shm_map(sqlite3_file* f, int page, int size, int extend, void volatile** out) {
  return real_methods(f).xShmMap(real(f), page, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return real_methods(f).xShmLock(real(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) {
  real_methods(f).xShmBarrier(real(f));
}
int shm_unmap(sqlite3_file* f, int remove) {
  return real_methods(f).xShmUnmap(real(f), remove);
}

// Version 2: with the log's shared memory, without mapped reading.
constexpr sqlite3_io_methods kMethods{
    2,         close_file,  read_file,  write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_lock, file_control, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,  nullptr,      nullptr};

}  // namespace

struct CountingVfs::Vfs : sqlite3_vfs {
  sqlite3_vfs* system = nullptr;
  std::atomic<std::uint64_t>* bytes = nullptr;

  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
    auto* self = static_cast<Vfs*>(vfs);
    real(file)->pMethods = nullptr;
    const int code = self->system->xOpen(self->system, path, real(file), flags, out_flags);
    counted(file).bytes = self->bytes;
    counted(file).methods = kMethods;
    if (real(file)->pMethods != nullptr)
      counted(file).methods.iVersion = std::min(2, real_methods(file).iVersion);
    file->pMethods = real(file)->pMethods != nullptr ? &counted(file).methods : nullptr;
    return code;
  }
};

CountingVfs::CountingVfs()
    : name_("cantrail-" + std::to_string(reinterpret_cast<std::uintptr_t>(this))),
      vfs_(std::make_unique<Vfs>()) {
  sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
  static_cast<sqlite3_vfs&>(*vfs_) = *system;  // all else goes to it, with itself as its first argument
  vfs_->system = system;
  vfs_->bytes = &bytes_;
  vfs_->szOsFile = system->szOsFile + static_cast<int>(kOffset);
  vfs_->zName = name_.c_str();
  vfs_->pNext = nullptr;
  vfs_->xOpen = Vfs::open;
  sqlite3_vfs_register(vfs_.get(), 0);
}

CountingVfs::~CountingVfs() {
  sqlite3_vfs_unregister(vfs_.get());
}

}  // namespace cantrail::sqlite
