#include "cli/frame_log.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/file.hpp"
#include "base/text.hpp"
#include "formats/candump_reader.hpp"
#include "formats/mcap/format.hpp"
#include "formats/text_input.hpp"
#include "journal/archive.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kBlock = 1U << 18;
constexpr std::size_t kBatch = 1024;

class CandumpLog final : public FrameLog {
 public:
  explicit CandumpLog(std::unique_ptr<TextInput> input)
      : input_(std::move(input)),
        reader_([this](std::string_view name) { return channel(name); }),
        text_(kBlock) {}

  Status next(FrameBlock& frames) override {
    frames.clear();
    while (frames.empty()) {
      const std::size_t consumed =
          reader_.parse({text_.data() + used_, held_ - used_}, at_end_, kBatch, frames);
      used_ += consumed;
      if (consumed != 0) continue;
      if (at_end_) return {};
      if (Status read = refill(); !read) return read;
    }
    return {};
  }

  [[nodiscard]] std::string skipped() const override {
    const std::uint64_t lines = reader_.stats().malformed;
    return lines == 0 ? std::string() : counted(lines, "malformed line");
  }

  [[nodiscard]] std::optional<double> progress() const override {
    if (input_->file_size() == 0) return std::nullopt;
    return static_cast<double>(input_->file_position()) / static_cast<double>(input_->file_size());
  }

 private:
  Status refill() {
    std::copy(text_.begin() + static_cast<std::ptrdiff_t>(used_),
              text_.begin() + static_cast<std::ptrdiff_t>(held_), text_.begin());
    held_ -= used_;
    used_ = 0;
    const auto got = input_->read(std::span(text_).subspan(held_));
    if (!got) return got.status();
    at_end_ = *got == 0;
    held_ += *got;
    return {};
  }

  std::unique_ptr<TextInput> input_;
  candump::Reader reader_;
  std::vector<char> text_;
  std::size_t used_ = 0, held_ = 0;
  bool at_end_ = false;
};

bool begins_as_mcap(FileSystem& files, const std::string& path) {
  const auto file = files.open(path, OpenMode::read);
  if (!file) return false;
  std::array<std::byte, mcap::kMagic.size()> bytes{};
  const auto got = (*file)->read_at(0, bytes);
  return got && *got == bytes.size() && std::memcmp(bytes.data(), mcap::kMagic.data(), bytes.size()) == 0;
}

Result<std::unique_ptr<FrameLog>> open_folder(FileSystem& files, const std::string& path) {
  if (is_journal(path, files)) return open_journal_log(path);
  const auto names = files.list(path);
  if (!names) return names.fault();
  std::vector<std::string> recordings;
  for (const std::string& name : *names) {
    if (name.ends_with(".mcap")) recordings.push_back(join_path(path, name));
  }
  if (recordings.empty()) {
    return Fault{FaultKind::rejected, path + " is no journal and holds no MCAP file"};
  }
  return open_mcap_log(std::move(recordings));
}

}  // namespace

std::optional<ChannelId> FrameLog::channel(std::string_view name) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    if (channels_[i] == name) return static_cast<ChannelId>(i);
  }
  if (channels_.size() == kMostLogChannels) return std::nullopt;
  channels_.emplace_back(name);
  return static_cast<ChannelId>(channels_.size() - 1);
}

Result<std::unique_ptr<FrameLog>> open_candump_log(const std::string& path) {
  auto input = TextInput::open(path);
  if (!input) return input.fault();
  return std::unique_ptr<FrameLog>(std::make_unique<CandumpLog>(std::move(*input)));
}

Result<std::unique_ptr<FrameLog>> open_frame_log(const std::string& path) {
  FileSystem& files = real_file_system();
  const auto type = files.type(path);
  if (path != "-" && type && *type == FileType::folder) return open_folder(files, path);
  if (path != "-" && type && *type == FileType::regular && begins_as_mcap(files, path))
    return open_mcap_log({path});
  return open_candump_log(path);
}

}  // namespace cantrail::cli
