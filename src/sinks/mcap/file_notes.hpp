// What a recording says of itself, in metadata records: at its beginning who wrote it, at its end what it
// holds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "base/status.hpp"
#include "formats/mcap/records.hpp"
#include "formats/mcap/summary.hpp"
#include "model/catalog.hpp"
#include "model/position.hpp"

namespace cantrail::mcap_sink {

// "cantrail": node, lane, journal, version, digest of the catalog.
[[nodiscard]] mcap::Metadata note_of_origin(const std::string& node, const std::string& lane,
                                            const JournalId& journal, const Catalog& catalog);
// "cantrail.recording": the cursor behind its last chunk.
[[nodiscard]] mcap::Metadata note_of_end(const Position& cursor);

inline constexpr std::string_view kEndNote = "cantrail.recording";
[[nodiscard]] std::optional<Position> cursor_of(const mcap::Metadata& note);

// SHA-256 of a file, which is read for that.
Result<Digest> digest_of(const File& file);

// A finished recording as its own summary describes it.
struct Described {
  std::uint64_t bytes = 0;
  std::int64_t from_ns = 0, to_ns = 0;
  std::uint64_t messages = 0;
  Position cursor;
};
// nullopt: no recording of a node, or one that was not finished. Faults: those of the file system.
Result<std::optional<Described>> describe_recording(FileSystem& files, const std::string& path);

}  // namespace cantrail::mcap_sink
