#include "formats/mcap/summary_reader.hpp"

#include <algorithm>

#include "formats/mcap/footer_reader.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/record_walker.hpp"
#include "formats/mcap/source_window.hpp"

namespace cantrail::mcap {
namespace {

Fault unusable(std::string_view why) {
  return {FaultKind::corrupt, "the MCAP file has no usable summary: " + std::string(why)};
}

class SummaryParser {
 public:
  explicit SummaryParser(const Limits& limits) : summary_(limits.most_definition_bytes) {}

  Status read(SourceWindow& window, const Limits& limits) {
    if (window.size() < kMagic.size() + kEndingBytes) return unusable("it is not finished");
    const std::uint64_t end = window.size() - kEndingBytes;
    const auto footer = read_footer(window, end);
    if (!footer) return footer.fault();
    if (!*footer) return unusable("its end is damaged, or it is not finished");
    const std::uint64_t from = (*footer)->summary_start;
    if (from == 0) return unusable("it was written without one");
    if (end - from > limits.most_summary_bytes) {
      return {FaultKind::exhausted, "the summary of the MCAP file is larger than the limit"};
    }
    if (Status status = read_header(window, limits); !status) return status;
    const auto records = window.at(from, end - from);
    if (!records) return records.fault();
    RecordWalker walker(*records);
    while (walker.next()) {
      if (Status status = take(walker.opcode(), walker.body()); !status) return status;
    }
    if (!walker.all()) return unusable("it does not consist of records");
    return check();
  }

  Summary summary_;

 private:
  Status read_header(SourceWindow& window, const Limits& limits) {
    const auto head = window.at(0, kMagic.size() + kPrefixBytes);
    if (!head) return head.fault();
    const std::byte* const record = head->data() + kMagic.size();
    const std::uint64_t length = load<std::uint64_t>(record + 1);
    if (std::memcmp(head->data(), kMagic.data(), kMagic.size()) != 0 ||
        record[0] != static_cast<std::byte>(Opcode::header) || length > limits.most_record_bytes) {
      return unusable("the file's beginning is damaged");
    }
    const auto body = window.at(kMagic.size() + kPrefixBytes, length);
    if (!body) return body.fault();
    auto header = parse_header(*body);
    if (!header) return unusable("the file's header is damaged");
    summary_.header = std::move(*header);
    return {};
  }

  template <class T>
  static Status damaged_unless(const std::optional<T>& parsed) {
    return parsed ? Status{} : Status{unusable("a record in it is damaged")};
  }

  template <class T>
  Status define(std::optional<T> parsed) {
    if (!parsed) return damaged_unless(parsed);
    switch (summary_.definitions.add(std::move(*parsed))) {
      case Definitions::Added::conflict:
        return unusable("its definitions contradict each other");
      case Definitions::Added::no_room:
        return {FaultKind::exhausted, "the definitions of the MCAP file are larger than the limit"};
      default:
        return {};
    }
  }

  template <class T>
  Status keep(std::optional<T> parsed, std::vector<T>& list) {
    if (parsed) list.push_back(std::move(*parsed));
    return damaged_unless(parsed);
  }

  Status take_chunk_index(std::span<const std::byte> body) {
    auto parsed = parse_chunk_index(body, indexes_);
    if (!parsed) return damaged_unless(parsed);
    const auto compression = compression_named(parsed->compression);
    if (!compression) return unusable("a chunk's compression is not known");
    parsed->place.compression = *compression;
    if (parsed->place.offset > ~std::uint64_t{0} - parsed->place.length)
      return unusable("a chunk is nowhere");
    summary_.chunks.add(parsed->place, indexes_);
    return {};
  }

  Status take(Opcode opcode, std::span<const std::byte> body) {
    switch (opcode) {
      case Opcode::schema:
        return define(parse_schema(body));
      case Opcode::channel:
        return define(parse_channel(body));
      case Opcode::chunk_index:
        return take_chunk_index(body);
      case Opcode::attachment_index:
        return keep(parse_attachment_index(body), summary_.attachments);
      case Opcode::metadata_index:
        return keep(parse_metadata_index(body), summary_.metadata);
      case Opcode::statistics: {
        auto parsed = parse_statistics(body);
        if (parsed) summary_.statistics = std::move(*parsed);
        counted_ = counted_ || parsed;
        return damaged_unless(parsed);
      }
      default:
        return {};
    }
  }

  // That every message can be found by it.
  Status check() {
    if (!counted_) return unusable("it has no statistics");
    if (summary_.statistics.chunks != summary_.chunks.size()) return unusable("it does not list the chunks");
    if (summary_.statistics.messages > 0 && summary_.chunks.empty()) {
      return unusable("the messages are not in chunks");
    }
    for (std::size_t chunk = 0; chunk < summary_.chunks.size(); ++chunk) {
      summary_.chunks.indexes(chunk, indexes_);
      for (const IndexPlace& index : indexes_) {
        if (summary_.definitions.channel(index.channel) == nullptr) {
          return unusable("it does not repeat the channels");
        }
      }
    }
    return {};
  }

  std::vector<IndexPlace> indexes_;
  bool counted_ = false;
};

}  // namespace

Result<Summary> read_summary(const ByteSource& source, const Limits& limits) {
  SourceWindow window(source);
  SummaryParser parser(limits);
  if (Status status = parser.read(window, limits); !status) return status.fault();
  return std::move(parser.summary_);
}

}  // namespace cantrail::mcap
