#include "cli/mcap_report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>
#include <set>

#include "base/text.hpp"
#include "base/time.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kMostText = 200;
constexpr std::size_t kMostDamage = 16;

std::string chunks_text(const mcap::Summary& summary) {
  std::set<std::string> kinds;
  std::uint64_t stored = 0, whole = 0;
  for (std::size_t i = 0; i < summary.chunks.size(); ++i) {
    const mcap::ChunkPlace& chunk = summary.chunks[i];
    const std::string_view kind = mcap::to_string(chunk.compression);
    kinds.insert(kind.empty() ? "not compressed" : std::string(kind));
    stored += chunk.stored_bytes;
    whole += chunk.uncompressed_bytes;
  }
  std::string text = counted(summary.chunks.size(), "chunk");
  for (const std::string& kind : kinds) text += (kind == *kinds.begin() ? " (" : ", ") + kind;
  if (stored != 0 && stored != whole) {
    std::array<char, 32> ratio{};
    std::snprintf(ratio.data(), ratio.size(), ", %.1f to 1",
                  static_cast<double>(whole) / static_cast<double>(stored));
    text += ratio.data();
  }
  return kinds.empty() ? text : text + ")";
}

struct TopicLine {
  std::string topic, schema;
  std::uint64_t messages = 0;
};

std::vector<TopicLine> topics_of(const mcap::Summary& summary) {
  std::vector<TopicLine> lines;
  const auto& counts = summary.statistics.messages_of;
  for (const mcap::Channel& channel : summary.definitions.channels()) {
    const mcap::Schema* schema = summary.definitions.schema(channel.schema_id);
    lines.push_back({printable(channel.topic, kMostText),
                     schema != nullptr ? printable(schema->name, kMostText) : channel.message_encoding,
                     channel.id < counts.size() ? counts[channel.id] : 0});
  }
  std::sort(lines.begin(), lines.end(),
            [](const TopicLine& a, const TopicLine& b) { return a.topic < b.topic; });
  return lines;
}

std::string padded(const std::string& text, std::size_t width, bool to_the_right = false) {
  const std::string space(width - std::min(width, text.size()), ' ');
  return to_the_right ? space + text : text + space;
}

std::string topics_text(const mcap::Summary& summary) {
  const std::vector<TopicLine> lines = topics_of(summary);
  std::size_t topic_width = 5, count_width = 8;
  for (const TopicLine& line : lines) {
    topic_width = std::max(topic_width, line.topic.size());
    count_width = std::max(count_width, format_count(line.messages).size());
  }
  std::string text =
      "  " + padded("topic", topic_width) + "  " + padded("messages", count_width, true) + "  schema\n";
  for (const TopicLine& line : lines) {
    text += "  " + padded(line.topic, topic_width) + "  " +
            padded(format_count(line.messages), count_width, true) + "  " + line.schema + "\n";
  }
  return text;
}

std::string attached_text(const mcap::Summary& summary) {
  std::string text;
  for (const mcap::AttachmentPlace& place : summary.attachments) {
    text += "  attachment  " + printable(place.info.name, kMostText) + " (" + format_bytes(place.data_bytes) +
            ")\n";
  }
  for (const mcap::MetadataPlace& place : summary.metadata) {
    text += "  metadata    " + printable(place.name, kMostText) + "\n";
  }
  return text;
}

std::string damage_text(const McapReport& report) {
  if (report.being_written) return "  being written: this is what it holds so far\n";
  std::string text;
  if (!report.finished) {
    text += "  NOT FINISHED: it has no whole end; `cantrail recover` gives it one\n";
  }
  if (report.damage.empty()) {
    return text + (report.verified && report.finished ? "  all of it was read and is whole\n" : "");
  }
  text += "  DAMAGED: " + counted(report.damage.count(), "place") + ", " +
          format_bytes(report.damage.lost_bytes()) + " lost; `cantrail recover` keeps what can be read\n";
  const auto first = report.damage.first();
  for (std::size_t i = 0; i < std::min(first.size(), kMostDamage); ++i)
    text += "    " + to_string(first[i]) + "\n";
  if (report.damage.count() > kMostDamage) text += "    …\n";
  return text;
}

}  // namespace

Result<McapReport> look_at_mcap(FileSystem& files, const std::string& path, bool verify) {
  const auto file = files.open(path, OpenMode::read);
  if (!file) return file.fault();
  const auto source = mcap::FileSource::on(**file);
  if (!source) return source.fault();
  McapReport report;
  report.path = path;
  report.bytes = source->size();
  if (!verify) {
    auto summary = mcap::read_summary(*source);
    if (summary) {
      report.summary = std::move(*summary);
      return report;
    }
    if (summary.fault().kind != FaultKind::corrupt) return summary.fault();
  }
  auto found = mcap::examine(*source);
  if (!found) return Fault{found.fault().kind, path + ": " + found.fault().message};
  report.summary = std::move(found->readable);
  report.verified = true;
  report.finished = found->ending == mcap::Ending::complete;
  report.damage = found->damage;
  report.being_written = !(*file)->claim();
  return report;
}

std::string span_text(std::uint64_t from_ns, std::uint64_t to_ns) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::int64_t>::max();
  const WallTime from{static_cast<std::int64_t>(std::min(from_ns, kLast))};
  const WallTime to{static_cast<std::int64_t>(std::min(to_ns, kLast))};
  return to_rfc3339(from) + " to " + to_rfc3339(to) + " (" +
         format_duration(to < from ? Duration{} : to - from) + ")";
}

std::string to_text(const McapReport& report) {
  const mcap::Statistics& statistics = report.summary.statistics;
  std::string text = report.path + ": MCAP, " + format_bytes(report.bytes);
  if (!report.summary.header.library.empty()) {
    text += ", written by " + printable(report.summary.header.library, kMostText);
  }
  text += "\n";
  if (statistics.messages != 0) text += "  " + span_text(statistics.start_ns, statistics.end_ns) + "\n";
  text += "  " + counted(statistics.messages, "message") + " in " + chunks_text(report.summary) + "\n";
  if (!report.summary.definitions.channels().empty()) text += topics_text(report.summary);
  return text + attached_text(report.summary) + damage_text(report);
}

std::string one_line(const McapReport& report) {
  const mcap::Statistics& statistics = report.summary.statistics;
  std::string text =
      report.path + "  " + format_bytes(report.bytes) + "  " + counted(statistics.messages, "message");
  if (statistics.messages != 0) text += "  " + span_text(statistics.start_ns, statistics.end_ns);
  if (report.being_written) return text + "  being written\n";
  if (!report.finished) text += "  NOT FINISHED";
  if (!report.damage.empty()) text += "  DAMAGED";
  return text + "\n";
}

}  // namespace cantrail::cli
