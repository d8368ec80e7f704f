// A log as a stream of bytes: a file or standard input, decompressed on the way if it is compressed (xz,
// gzip, zstd, seen by its first bytes, whatever its name).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "formats/decompressor.hpp"

namespace cantrail {

// Owns the descriptor (not that of standard input). Not thread-safe. Reads block, as the file does.
class TextInput {
 public:
  // "-" is standard input. Reads nothing yet.
  [[nodiscard]] static Result<std::unique_ptr<TextInput>> open(const std::string& path);
  // On a descriptor that the caller keeps open; `name` is for messages.
  [[nodiscard]] static std::unique_ptr<TextInput> on_descriptor(int fd, std::string name);

  TextInput(const TextInput&) = delete;
  TextInput& operator=(const TextInput&) = delete;
  ~TextInput();

  // Reads up to out.size() bytes, at least one unless the end is reached: then 0. (At the end of a plain file
  // that still grows, a later call may read more.) Compressed data that is cut short or broken is delivered
  // up to there; then this and every later call is a `corrupt` fault that names the file.
  [[nodiscard]] Result<std::size_t> read(std::span<char> out);

  // Goes forward to a decompressed offset: where the reading of an earlier run ended. Going back is a `bug`
  // fault; an input that ends before the offset is `corrupt`: it is not the one that was read then.
  Status skip_to(std::uint64_t offset);

  [[nodiscard]] std::uint64_t position() const { return position_; }      // decompressed bytes delivered
  [[nodiscard]] Compression compression() const { return compression_; }  // known after the first read
  [[nodiscard]] const std::string& name() const { return name_; }         // for messages
  // How far the file has been read, and how long it is: for progress bars. Size 0: not known.
  [[nodiscard]] std::uint64_t file_position() const { return file_position_; }
  [[nodiscard]] std::uint64_t file_size() const { return file_size_; }

 private:
  TextInput(int fd, bool owned, std::string name);

  Status begin();
  Result<std::size_t> read_descriptor(std::span<char> out);
  Result<std::size_t> read_plain(std::span<char> out);
  Result<std::size_t> read_compressed(std::span<char> out);
  Status refill();
  Status skip_in_file(std::uint64_t offset);

  int fd_;
  bool owned_;
  std::string name_;
  std::uint64_t file_size_ = 0;
  std::uint64_t file_position_ = 0;
  std::uint64_t position_ = 0;
  bool begun_ = false;
  Compression compression_ = Compression::none;
  std::unique_ptr<Decompressor> decompressor_;
  std::vector<char> raw_;  // read from the descriptor, not used yet: raw_[raw_begin_ … raw_end_)
  std::size_t raw_begin_ = 0;
  std::size_t raw_end_ = 0;
  bool raw_ended_ = false;
  std::optional<Fault> fault_;  // what every further read says
};

}  // namespace cantrail
