// Tells records from other bytes, and finds the next record behind damage.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/definitions.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/source_window.hpp"

namespace cantrail::mcap {

// What may be taken for a record behind damage. The records in a chunk that is not compressed look like
// records of the file; taken for such, they would pass the chunk's checksum by.
struct Acceptable {
  bool messages = true;
  bool definitions = true;
};

// Not thread-safe; borrows all. Looks at a few bytes of the source at a time.
class RecordFinder {
 public:
  RecordFinder(const ByteSource& source, const Definitions& definitions, const Limits& limits);

  // Something that can follow a record is at `offset`: the end of the source, or the beginning of a record,
  // be it one that the end cuts off.
  Result<bool> follows(std::uint64_t offset);

  // A record of the data section, or its end, is at `offset`: whole, all its lengths agree to the byte, and
  // something follows it.
  Result<bool> is_record(std::uint64_t offset, Acceptable acceptable);

  // The first such record at `from` or behind. nullopt: there is none. Takes time in proportion to the bytes
  // that it skips.
  Result<std::optional<std::uint64_t>> find(std::uint64_t from, Acceptable acceptable, SourceWindow& window);

 private:
  // `head` is what lies at `offset`, enough of it.
  Result<bool> is_record(std::uint64_t offset, std::span<const std::byte> head, Acceptable acceptable);
  [[nodiscard]] bool agrees(Opcode opcode, std::span<const std::byte> body, std::uint64_t length,
                            Acceptable acceptable) const;

  const ByteSource& source_;
  const Definitions& definitions_;
  Limits limits_;
  std::uint64_t size_;
  std::vector<std::byte> head_;  // of the record that was looked at last
};

}  // namespace cantrail::mcap
