// Rows that a store refused for good are not lost: each becomes a line of JSON in a file of its sink, with
// the reason and everything needed to try again. Used by the lane's thread only.
#pragma once

#include <span>
#include <string>

#include "component/context.hpp"
#include "component/sink.hpp"

namespace cantrail {

class DeadLetters final : public RejectedRows {
 public:
  DeadLetters(std::string path, FileSystem& files) : path_(std::move(path)), files_(files) {}

  Status set_aside(std::span<const BatchPtr> group, std::span<const RejectedRow> rejected) override;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
  FileSystem& files_;
};

}  // namespace cantrail
