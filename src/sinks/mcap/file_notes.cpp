#include "sinks/mcap/file_notes.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/record_parser.hpp"
#include "formats/mcap/summary_reader.hpp"
#include "sinks/mcap/channels.hpp"

namespace cantrail::mcap_sink {
namespace {

constexpr std::uint64_t kMostNoteBytes = 4096;

const std::string* value_of(const mcap::Metadata& note, std::string_view key) {
  const auto found = std::find_if(note.values.begin(), note.values.end(),
                                  [&](const auto& value) { return value.first == key; });
  return found == note.values.end() ? nullptr : &found->second;
}

template <class T>
bool read_number(const mcap::Metadata& note, std::string_view key, T& number) {
  const std::string* text = value_of(note, key);
  if (text == nullptr) return false;
  const char* const end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, number);
  return error == std::errc{} && stop == end;
}

Result<std::optional<mcap::Metadata>> read_note(const mcap::ByteSource& source,
                                                const mcap::MetadataPlace& place) {
  const std::optional<mcap::Metadata> none;
  if (place.length < mcap::kPrefixBytes || place.length > kMostNoteBytes) return none;
  std::vector<std::byte> record(place.length);
  const auto got = source.read_at(place.offset, record);
  if (!got) return got.fault();
  if (*got != record.size() || record[0] != static_cast<std::byte>(mcap::Opcode::metadata)) return none;
  return mcap::parse_metadata(std::span<const std::byte>(record).subspan(mcap::kPrefixBytes));
}

}  // namespace

mcap::Metadata note_of_origin(const std::string& node, const std::string& lane, const JournalId& journal,
                              const Catalog& catalog) {
  return {"cantrail",
          {{"node", printable(node, kMostNameBytes)},
           {"sink", printable(lane, kMostNameBytes)},
           {"journal", to_string(journal)},
           {"version", CANTRAIL_VERSION},
           {"catalog", to_hex(catalog.digest)}}};
}

mcap::Metadata note_of_end(const Position& cursor) {
  return {std::string(kEndNote),
          {{"journal", to_string(cursor.journal)},
           {"epoch", std::to_string(cursor.epoch)},
           {"seq", std::to_string(cursor.seq)},
           {"index", std::to_string(cursor.index)}}};
}

std::optional<Position> cursor_of(const mcap::Metadata& note) {
  const std::string* journal = value_of(note, "journal");
  const auto id = journal != nullptr ? parse_journal_id(*journal) : std::nullopt;
  Position cursor;
  if (!id || !read_number(note, "epoch", cursor.epoch) || !read_number(note, "seq", cursor.seq) ||
      !read_number(note, "index", cursor.index)) {
    return std::nullopt;
  }
  cursor.journal = *id;
  return cursor;
}

Result<Digest> digest_of(const File& file) {
  const auto source = mcap::FileSource::on(file);
  if (!source) return source.fault();
  Sha256 sha;
  std::vector<std::byte> piece(std::size_t{256} << 10U);
  while (sha.bytes() < source->size()) {
    const auto got = source->read_at(sha.bytes(), piece);
    if (!got) return got.fault();
    if (*got == 0) break;
    sha.add(std::span<const std::byte>(piece).first(*got));
  }
  return sha.digest();
}

Result<std::optional<Described>> describe_recording(FileSystem& files, const std::string& path) {
  const std::optional<Described> none;
  const auto file = files.open(path, OpenMode::read);
  if (!file) return file.fault();
  const auto source = mcap::FileSource::on(**file);
  if (!source) return source.fault();
  const auto summary = mcap::read_summary(*source);
  if (!summary) {
    if (summary.fault().kind == FaultKind::unavailable) return summary.fault();
    return none;
  }
  const auto& notes = summary->metadata;
  const auto end = std::find_if(notes.rbegin(), notes.rend(),
                                [](const mcap::MetadataPlace& place) { return place.name == kEndNote; });
  if (end == notes.rend()) return none;
  const auto note = read_note(*source, *end);
  if (!note) return note.fault();
  const auto cursor = *note ? cursor_of(**note) : std::nullopt;
  if (!cursor) return none;
  return std::optional(Described{source->size(), static_cast<std::int64_t>(summary->statistics.start_ns),
                                 static_cast<std::int64_t>(summary->statistics.end_ns),
                                 summary->statistics.messages, *cursor});
}

}  // namespace cantrail::mcap_sink
