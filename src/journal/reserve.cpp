#include "journal/reserve.hpp"

#include "journal/format.hpp"

namespace cantrail::journal {
namespace {

// Nothing that a file system could compress away.
std::string filling(std::uint64_t size) {
  std::string bytes;
  for (std::uint64_t i = 0; bytes.size() < size; ++i) {
    const std::uint64_t word = hash_of(bytes_of(i));
    bytes += as_text(bytes_of(word));
  }
  return bytes;
}

bool make(FileSystem& files, const std::string& path, std::uint64_t size) {
  const auto file = files.open(path, OpenMode::create_new);
  if (!file) return false;
  const std::string text = filling(size);
  const auto piece = std::as_bytes(std::span(text));
  if ((*file)->append(std::span(&piece, 1))) return true;
  files.remove(path).ignore();  // a part of it would only take from others
  return false;
}

}  // namespace

void Reserve::keep() {
  if (kept_) return;
  if (files_.exists(path_)) {
    const auto file = files_.open(path_, OpenMode::read);
    const auto size = file ? (*file)->size() : Result<std::uint64_t>(file.fault());
    kept_ = size && *size >= bytes_;
    if (kept_ || !files_.remove(path_)) return;
  }
  for (std::uint64_t size = bytes_; size >= bytes_ / 8; size -= kReserveStepBytes) {
    if (!make(files_, path_, size)) continue;
    kept_ = size == bytes_;
    return;
  }
}

bool Reserve::give_up() {
  kept_ = false;
  return files_.exists(path_) && files_.remove(path_).ok();
}

}  // namespace cantrail::journal
