#include "cli/frame_output.hpp"

#include "cli/output.hpp"
#include "formats/candump.hpp"
#include "sources/can_interface/target.hpp"
#include "sources/cannelloni/target.hpp"

namespace cantrail::cli {
namespace {

class CandumpOutput final : public FrameTarget {
 public:
  Status send(const FrameBlock& frames, std::size_t from, std::size_t to,
              std::span<const std::string> channel_names) override {
    for (std::size_t i = from; i < to; ++i) {
      const FrameView frame = frames[i];
      candump::append_frame(out_.text(), frame, channel_names[frame.channel]);
      out_.flush_if_large();
    }
    return flush();
  }
  Status flush() override {
    if (out_.flush()) return {};
    return Status(FaultKind::unavailable, "standard output is closed");
  }

 private:
  Output out_;
};

}  // namespace

Result<std::unique_ptr<FrameTarget>> open_frame_output(const std::string& name) {
  const std::size_t colon = name.find(':');
  const std::string kind = name.substr(0, colon);
  const std::string rest = colon == std::string::npos ? "" : name.substr(colon + 1);
  if (kind == "socketcan" && !rest.empty()) return socketcan::open_target(rest);
  if (kind == "cannelloni" && !rest.empty()) return cannelloni::open_target(rest);
  if (kind == "candump" && rest == "-")
    return std::unique_ptr<FrameTarget>(std::make_unique<CandumpOutput>());
  return Fault{FaultKind::config, "'" + name + "' is no target; write " + kFrameOutputs};
}

}  // namespace cantrail::cli
