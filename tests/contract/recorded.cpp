#include "contract/recorded.hpp"

#include <algorithm>

#include "base/file.hpp"
#include "base/text.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::contract {
namespace {

Status add_rows(const std::string& path, std::vector<std::string>& lines) {
  const auto file = real_file_system().open(path, OpenMode::read);
  if (!file) return file.status();
  const auto source = mcap::FileSource::on(**file);
  if (!source) return source.status();
  const auto summary = mcap::read_summary(*source);
  if (!summary) return summary.status();
  mcap::OrderedReader reader(*source, *summary, {});
  for (;;) {
    const auto some = reader.next();
    if (!some) return some.status();
    if (some->empty()) return {};
    for (const mcap::Message& message : *some) {
      const mcap::Channel* channel = summary->definitions.channel(message.channel);
      const mcap::Schema* schema =
          channel != nullptr ? summary->definitions.schema(channel->schema_id) : nullptr;
      if (schema == nullptr) return {FaultKind::corrupt, path + " has a message without a schema"};
      if (!schema->name.starts_with("cantrail.stream.")) continue;
      const auto* const data = reinterpret_cast<const std::uint8_t*>(message.data.data());
      lines.push_back(std::to_string(message.log_time_ns) + " " + channel->topic + " " +
                      to_hex(std::span(data, message.data.size())));
    }
  }
}

}  // namespace

Result<std::vector<std::string>> recorded_rows(const RecordingList& recordings) {
  std::vector<std::string> lines;
  for (const RecordedFile& file : recordings.recordings()) {
    if (Status added = add_rows(file.path, lines); !added) return added.fault();
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace cantrail::contract
