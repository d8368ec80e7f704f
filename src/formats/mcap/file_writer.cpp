#include "formats/mcap/file_writer.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "formats/mcap/crc32.hpp"
#include "formats/mcap/record_encoder.hpp"
#include "formats/mcap/summary_writer.hpp"

namespace cantrail::mcap {
namespace {

using Pieces = std::span<const std::span<const std::byte>>;

constexpr std::size_t kAttachmentPieceBytes = std::size_t{256} << 10U;
constexpr std::size_t kMostTextBytes = std::size_t{1} << 30U;  // fields have 32 bits for their length

Fault rejected(std::string_view what, std::string_view name, std::string_view why) {
  return {FaultKind::rejected,
          std::string(what) + " '" + printable(name) + "' cannot be written to MCAP: " + std::string(why)};
}

// Bytes that are no text only count by their length.
Status check_texts(std::string_view what, std::string_view name,
                   std::initializer_list<std::string_view> texts, const KeyValues& values = {},
                   std::size_t other_bytes = 0) {
  std::size_t bytes = other_bytes;
  bool valid = is_valid_utf8(name);
  for (const std::string_view text : texts) {
    bytes += text.size();
    valid = valid && is_valid_utf8(text);
  }
  for (const auto& [key, value] : values) {
    bytes += key.size() + value.size();
    valid = valid && is_valid_utf8(key) && is_valid_utf8(value);
  }
  if (!valid) return rejected(what, name, "a text in it is not UTF-8");
  if (bytes + name.size() > kMostTextBytes) return rejected(what, name, "it is larger than 1 GiB");
  return {};
}

Status taken(Definitions::Added added, std::string_view what, std::string_view name) {
  switch (added) {
    case Definitions::Added::conflict:
      return rejected(what, name, "another one has its number, or it is 0");
    case Definitions::Added::no_room:
      return rejected(what, name, "there are too many");
    case Definitions::Added::added:
    case Definitions::Added::known:
      break;
  }
  return {};
}

}  // namespace

FileWriter::FileWriter(ByteSink& out, FileOptions options)
    : FileWriter(out, std::move(options), FileState{}) {}

FileWriter::FileWriter(ByteSink& out, FileOptions options, FileState state)
    : out_(out), options_(std::move(options)), state_(std::move(state)) {}

Status FileWriter::open() {
  if (stage_ == Stage::open) return {};
  if (stage_ == Stage::finished) return {FaultKind::bug, "the MCAP file is finished"};
  if (state_.bytes == 0) {
    state_.summary.header = {options_.profile, options_.library};
    record_.clear();
    record_.append(std::as_bytes(std::span(kMagic)));
    encode(state_.summary.header, record_);
    if (Status status = put(record_.span()); !status) return status;
  } else if (Status status = put(state_.missing_indexes.span()); !status) {
    return status;
  }
  state_.missing_indexes.clear();
  stage_ = Stage::open;
  return {};
}

Status FileWriter::put(Pieces pieces) {
  if (Status status = out_.write(pieces); !status) return status;
  for (const auto piece : pieces) {
    state_.bytes += piece.size();
    if (options_.data_crc) state_.data_crc = crc32(piece, state_.data_crc);
  }
  return {};
}

Status FileWriter::put(std::span<const std::byte> bytes) {
  return bytes.empty() ? Status{} : put(Pieces(&bytes, 1));
}

// It counts as defined only once it is written.
template <class T>
Status FileWriter::define(const T& definition, std::string_view what, std::string_view name,
                          std::uint32_t& counted) {
  Definitions& definitions = state_.summary.definitions;
  const auto would = definitions.check(definition);
  if (would != Definitions::Added::added) return taken(would, what, name);
  record_.clear();
  encode(definition, record_);
  if (Status status = put(record_.span()); !status) return status;
  ++counted;
  return taken(definitions.add(definition), what, name);
}

Status FileWriter::add(const Schema& schema) {
  Status status = check_texts("schema", schema.name, {schema.encoding}, {}, schema.data.size());
  if (status) status = open();
  if (status) status = define(schema, "schema", schema.name, state_.summary.statistics.schemas);
  return status;
}

Status FileWriter::add(const Channel& channel) {
  Status status = check_texts("channel", channel.topic, {channel.message_encoding}, channel.metadata);
  if (status) status = open();
  if (!status) return status;
  if (channel.schema_id != 0 && state_.summary.definitions.schema(channel.schema_id) == nullptr) {
    return rejected("channel", channel.topic, "its schema has not been added");
  }
  return define(channel, "channel", channel.topic, state_.summary.statistics.channels);
}

Status FileWriter::check_channels(const MessageTally& tally) const {
  for (const ChannelCount& count : tally.channels) {
    if (state_.summary.definitions.channel(count.channel) == nullptr) {
      return rejected("a message of channel", std::to_string(count.channel),
                      "the channel has not been added");
    }
  }
  return {};
}

void FileWriter::count(const MessageTally& tally) {
  Statistics& statistics = state_.summary.statistics;
  statistics.count_all(tally.messages, tally.start_ns, tally.end_ns);
  for (const ChannelCount& count : tally.channels) statistics.count(count.channel, count.messages);
}

Status FileWriter::append(const FinishedChunk& chunk) {
  if (chunk.uncompressed_bytes == 0) return {};
  if (Status status = open(); !status) return status;
  if (Status status = check_channels(chunk.tally); !status) return status;
  record_.clear();
  encode_chunk_head(chunk, record_);
  ChunkPlace place{chunk.tally.start_ns,
                   chunk.tally.end_ns,
                   state_.bytes,
                   record_.size() + chunk.records.size(),
                   chunk.message_index.size(),
                   chunk.records.size(),
                   chunk.uncompressed_bytes,
                   chunk.compression};
  const std::array pieces{record_.span(), chunk.records.span(), chunk.message_index.span()};
  if (Status status = put(Pieces(pieces).first(chunk.message_index.empty() ? 2 : 3)); !status) return status;
  indexes_.clear();
  std::uint64_t offset = place.end();
  for (const ChannelCount& count : chunk.tally.channels) {
    if (chunk.message_index.empty()) break;
    indexes_.push_back({count.channel, offset});
    offset += index_record_bytes(count.messages);
  }
  state_.summary.chunks.add(place, indexes_);
  ++state_.summary.statistics.chunks;
  count(chunk.tally);
  return {};
}

Status FileWriter::append_unchunked(std::span<const std::byte> records) {
  if (!indexer_.tally(records, tally_)) {
    return {FaultKind::bug, "what should be written as messages is no records"};
  }
  if (Status status = open(); !status) return status;
  if (Status status = check_channels(tally_); !status) return status;
  if (Status status = put(records); !status) return status;
  count(tally_);
  return {};
}

Status FileWriter::add(const Metadata& metadata) {
  if (Status status = check_texts("metadata", metadata.name, {}, metadata.values); !status) return status;
  if (Status status = open(); !status) return status;
  record_.clear();
  encode(metadata, record_);
  const MetadataPlace place{state_.bytes, record_.size(), metadata.name};
  if (Status status = put(record_.span()); !status) return status;
  state_.summary.metadata.push_back(place);
  ++state_.summary.statistics.metadata;
  return {};
}

Status FileWriter::add(const AttachmentInfo& info, const ByteSource& data) {
  if (Status status = check_texts("attachment", info.name, {info.media_type}); !status) return status;
  if (Status status = open(); !status) return status;
  AttachmentPlace place{state_.bytes, 0, data.size(), info};
  place.length = place.data_offset() + place.data_bytes + sizeof(std::uint32_t) - place.offset;
  const std::uint64_t bytes = state_.bytes;
  const std::uint32_t crc = state_.data_crc;
  if (Status status = put_attachment(place, data); !status) {
    state_.bytes = bytes;
    state_.data_crc = crc;
    return status;
  }
  state_.summary.attachments.push_back(std::move(place));
  ++state_.summary.statistics.attachments;
  return {};
}

Status FileWriter::put_attachment(const AttachmentPlace& place, const ByteSource& data) {
  record_.clear();
  encode_attachment_head(place.info, place.data_bytes, record_);
  if (Status status = put(record_.span()); !status) return status;
  std::uint32_t crc = crc32(record_.span().subspan(kPrefixBytes));
  std::vector<std::byte> piece(std::min<std::uint64_t>(place.data_bytes, kAttachmentPieceBytes));
  for (std::uint64_t done = 0; done < place.data_bytes;) {
    const std::uint64_t most = std::min<std::uint64_t>(piece.size(), place.data_bytes - done);
    const auto got = data.read_at(done, std::span(piece).first(most));
    if (!got) return got.fault();
    if (*got == 0) {
      return {FaultKind::unavailable,
              "attachment '" + printable(place.info.name) + "' became shorter while it was read"};
    }
    const auto bytes = std::span<const std::byte>(piece).first(*got);
    if (Status status = put(bytes); !status) return status;
    crc = crc32(bytes, crc);
    done += *got;
  }
  std::array<std::byte, sizeof crc> end{};
  store(end.data(), options_.attachment_crc ? crc : 0);
  return put(end);
}

Status FileWriter::finish() {
  if (Status status = open(); !status) return status;
  const auto written = write_ending(state_, options_, out_);
  if (!written) return written.fault();
  state_.bytes += *written;
  stage_ = Stage::finished;
  return {};
}

}  // namespace cantrail::mcap
