// The frames of a recording, whatever kind it is: a candump log, an MCAP file or a folder of them, a journal.
// For replay and convert.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "model/frame.hpp"

namespace cantrail::cli {

inline constexpr std::size_t kMostLogChannels = 0xFFFF;

class FrameLog {
 public:
  virtual ~FrameLog() = default;

  // The next frames in their order replace `frames`, about a thousand. None: the end. Their channels are
  // indexes into channels(), which grows.
  virtual Status next(FrameBlock& frames) = 0;
  [[nodiscard]] const std::vector<std::string>& channels() const { return channels_; }

  // What was passed over so far, in words for a message; empty: nothing.
  [[nodiscard]] virtual std::string skipped() const { return {}; }
  // What else is to be told when it has been read: files without an end, what is no frame and was left out. A
  // line each.
  [[nodiscard]] virtual std::vector<std::string> remarks() const { return {}; }
  // Something in it could not be read, and is lost.
  [[nodiscard]] virtual bool is_damaged() const { return false; }
  // How far it is, from 0 to 1; nullopt: that cannot be told.
  [[nodiscard]] virtual std::optional<double> progress() const { return std::nullopt; }

 protected:
  // nullopt: there is no room for another.
  std::optional<ChannelId> channel(std::string_view name);

 private:
  std::vector<std::string> channels_;
};

// A file by its content, a folder by its names; "-" is a candump log on standard input. Faults: rejected (it
// is none of these, or holds no frames), corrupt, unavailable.
Result<std::unique_ptr<FrameLog>> open_frame_log(const std::string& path);

inline constexpr const char* kFrameLogs =
    "candump log (also .xz .gz .zst; - is standard input), MCAP file or folder of them, or journal's folder";

// The three kinds, each in a file of its own.
Result<std::unique_ptr<FrameLog>> open_candump_log(const std::string& path);
Result<std::unique_ptr<FrameLog>> open_mcap_log(std::vector<std::string> paths);
Result<std::unique_ptr<FrameLog>> open_journal_log(const std::string& folder);

}  // namespace cantrail::cli
