#include "pipeline/dead_letters.hpp"

#include <boost/json.hpp>

#include "base/text.hpp"

namespace cantrail {
namespace {

std::string line_of(const Batch& batch, const RejectedRow& row) {
  boost::json::object line{{"reason", printable(row.reason, 500)}, {"position", to_string(batch.begin())}};
  if (row.block < batch.blocks.size()) {
    const StreamBlock& block = batch.blocks[row.block];
    line["stream"] = batch.raw->catalog->qualified_name(block.stream());
    line["time_ns"] = std::to_string(block.time_ns()[row.row]);
    if (!block.frame().empty()) {
      const FrameView frame = batch.raw->frames[block.frame()[row.row]];
      line["id"] = frame.number();
      line["data"] = to_hex(frame.data, true);
    }
  }
  return boost::json::serialize(line) + "\n";
}

}  // namespace

Status DeadLetters::set_aside(std::span<const BatchPtr> group, std::span<const RejectedRow> rejected) {
  if (rejected.empty()) return {};
  if (auto made = files_.make_directories(parent_path(path_)); !made) return made;
  auto file = files_.open(path_, OpenMode::append_or_create);
  if (!file) return file.status();
  std::string lines;
  for (const RejectedRow& row : rejected) lines += line_of(*group[row.batch], row);
  const std::span<const std::byte> piece = std::as_bytes(std::span(lines));
  if (auto written = (*file)->append(std::span(&piece, 1)); !written) return written;
  return (*file)->sync();
}

}  // namespace cantrail
