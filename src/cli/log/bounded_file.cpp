#include "cli/log/bounded_file.hpp"

#include <array>
#include <cassert>
#include <span>

namespace cantrail::cli {
namespace {

// A crash or a full disk can have cut the last line short.
bool ends_in_a_line(const File& file, std::uint64_t size) {
  std::array<std::byte, 1> last{};
  const auto got = size == 0 ? Result<std::size_t>(0) : file.read_at(size - 1, last);
  return !got || *got == 0 || last[0] == std::byte{'\n'};
}

}  // namespace

Status BoundedFile::append(std::string_view line) {
  assert(line.size() <= half_);
  if (file_ == nullptr) {
    if (Status opened = open(); !opened) return opened;
  }
  if (Status made = make_room(line.size()); !made) return made;
  const Result<std::uint64_t> size = file_->size();
  Status written = size ? write(line) : size.status();
  if (!written) {
    if (size) file_->truncate(*size).ignore();  // no half of a line; where that fails too, open() ends it
    file_.reset();
  }
  return written;
}

Status BoundedFile::open() {
  place_ = files_.canonical(path_);
  // A pipe would be waited for, and a device renamed.
  if (files_.exists(place_)) {
    const Result<FileType> type = files_.type(place_);
    if (!type) return type.status();
    if (*type != FileType::regular) return {FaultKind::rejected, path_ + " is no regular file"};
  }
  if (Status made = files_.make_directories(parent_path(place_)); !made) return made;
  auto opened = files_.open(place_, OpenMode::append_or_create);
  if (!opened) return opened.status();
  file_ = std::move(*opened);
  const Result<std::uint64_t> size = file_->size();
  Status ready = size.status();
  if (size && !ends_in_a_line(*file_, *size)) ready = write("\n");
  if (!ready) file_.reset();
  return ready;
}

Status BoundedFile::make_room(std::uint64_t bytes) {
  const Result<std::uint64_t> size = file_->size();
  if (!size || *size == 0 || *size + bytes <= half_) return size.status();
  if (!files_.rename(place_, place_ + ".1")) return file_->truncate(0);
  file_.reset();
  return open();
}

Status BoundedFile::write(std::string_view text) {
  const std::array pieces{std::as_bytes(std::span(text))};
  return file_->append(pieces);
}

}  // namespace cantrail::cli
