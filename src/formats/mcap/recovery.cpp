#include "formats/mcap/recovery.hpp"

#include <algorithm>
#include <utility>

#include "formats/mcap/message_indexer.hpp"
#include "formats/mcap/record_parser.hpp"

namespace cantrail::mcap {
namespace {

using Kind = StreamItem::Kind;

// A chunk while the message indexes behind it come.
struct PendingChunk {
  ChunkPlace place;
  MessageTally tally;
  ByteBuffer index;               // as it should be
  std::vector<IndexPlace> found;  // those that are there
  std::uint32_t crc_behind = 0;   // of the file, up to the chunk's end
};

class Examiner {
 public:
  Examiner(const ByteSource& source, const Limits& limits) : reader_(source, limits) {}

  Result<Examination> run() {
    for (;;) {
      const auto item = reader_.next();
      if (!item) return item.fault();
      if (!closed_ && !reader_.damage().empty()) close();
      if (item->kind == Kind::end) break;
      if (item->kind != Kind::message_index) finish_chunk();
      take(*item);
      if (!closed_) {
        all_.good.bytes = item->end_offset();
        all_.good.data_crc = reader_.data_crc();
      }
    }
    if (!closed_) close();
    finish_chunk();
    define(all_.readable);
    all_.ending = reader_.ending();
    all_.damage = reader_.damage();
    return std::move(all_);
  }

 private:
  void take(const StreamItem& item) {
    Summary& summary = all_.readable;
    switch (item.kind) {
      case Kind::header:
        if (auto header = parse_header(item.body)) summary.header = std::move(*header);
        break;
      case Kind::chunk:
        take_chunk(item);
        break;
      case Kind::messages:
        (void)indexer_.tally(item.records, tally_);  // the reader has seen that they are records
        summary.runs.push_back({item.offset, item.length, tally_.start_ns, tally_.end_ns});
        count(tally_, summary.statistics);
        break;
      case Kind::message_index:
        take_index(item);
        break;
      case Kind::attachment:
        summary.attachments.push_back(item.attachment);
        ++summary.statistics.attachments;
        break;
      case Kind::metadata:
        if (auto metadata = parse_metadata(item.body)) {
          summary.metadata.push_back({item.offset, item.length, std::move(metadata->name)});
        }
        ++summary.statistics.metadata;
        break;
      default:
        break;
    }
  }

  void take_chunk(const StreamItem& item) {
    has_pending_ = true;
    (void)indexer_.tally(item.records, pending_.tally);
    indexer_.write_index(item.records, pending_.tally, pending_.index);
    const MessageTally& tally = pending_.tally;
    pending_.place = {tally.start_ns,
                      tally.end_ns,
                      item.offset,
                      item.length,
                      0,
                      item.chunk.stored_bytes,
                      item.chunk.uncompressed_bytes,
                      *compression_named(item.chunk.compression)};
    pending_.found.clear();
    pending_.crc_behind = reader_.data_crc();
  }

  // One that does not fit to the chunk is as good as none.
  void take_index(const StreamItem& item) {
    const auto head = parse_message_index_head(item.body);
    if (!has_pending_ || !head) return;
    const auto& channels = pending_.tally.channels;
    const bool fits = std::any_of(channels.begin(), channels.end(), [&](const ChannelCount& count) {
      return count.channel == head->channel && count.messages == head->messages;
    });
    const bool again = std::any_of(pending_.found.begin(), pending_.found.end(),
                                   [&](const IndexPlace& found) { return found.channel == head->channel; });
    if (fits && !again) pending_.found.push_back({head->channel, item.offset});
    pending_.place.index_bytes = item.end_offset() - pending_.place.end();
  }

  static void count(const MessageTally& tally, Statistics& statistics) {
    statistics.count_all(tally.messages, tally.start_ns, tally.end_ns);
    for (const ChannelCount& count : tally.channels) statistics.count(count.channel, count.messages);
  }

  void add_pending(Summary& summary, const ChunkPlace& place, std::span<const IndexPlace> indexes) const {
    summary.chunks.add(place, indexes);
    ++summary.statistics.chunks;
    count(pending_.tally, summary.statistics);
  }

  // Where some of its message indexes are missing it is as if it had none: whoever looks for a channel in
  // them would pass over the others.
  void finish_chunk() {
    if (!std::exchange(has_pending_, false)) return;
    const bool all_found = pending_.found.size() == pending_.tally.channels.size();
    add_pending(all_.readable, pending_.place, all_found ? pending_.found : std::vector<IndexPlace>());
  }

  // The good beginning ends before the damage, or at the end. Its last chunk shall have all its message
  // indexes.
  void close() {
    closed_ = true;
    FileState& good = all_.good;
    good.summary = all_.readable;
    define(good.summary);
    if (!has_pending_) return;
    ChunkPlace place = pending_.place;
    if (pending_.found.size() == pending_.tally.channels.size()) {
      add_pending(good.summary, place, pending_.found);
      return;
    }
    good.bytes = place.end();
    good.data_crc = pending_.crc_behind;
    good.missing_indexes.append(pending_.index.span());
    place.index_bytes = pending_.index.size();
    std::vector<IndexPlace> indexes;
    std::uint64_t offset = place.end();
    for (const ChannelCount& count : pending_.tally.channels) {
      indexes.push_back({count.channel, offset});
      offset += index_record_bytes(count.messages);
    }
    add_pending(good.summary, place, indexes);
  }

  void define(Summary& summary) const {
    summary.definitions = reader_.definitions();
    summary.statistics.schemas = static_cast<std::uint32_t>(summary.definitions.schemas().size());
    summary.statistics.channels = static_cast<std::uint32_t>(summary.definitions.channels().size());
  }

  StreamReader reader_;
  Examination all_;
  bool closed_ = false;  // all_.good is known
  bool has_pending_ = false;
  PendingChunk pending_;
  MessageIndexer indexer_;
  MessageTally tally_;
};

}  // namespace

Result<Examination> examine(const ByteSource& source, const Limits& limits) {
  return Examiner(source, limits).run();
}

}  // namespace cantrail::mcap
