// Reads messages in log-time order, along a summary.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/status.hpp"
#include "formats/mcap/byte_source.hpp"
#include "formats/mcap/chunk_decoder.hpp"
#include "formats/mcap/damage.hpp"
#include "formats/mcap/limits.hpp"
#include "formats/mcap/open_block.hpp"
#include "formats/mcap/summary.hpp"

namespace cantrail::mcap {

struct Selection {
  std::uint64_t from_ns = 0;
  std::optional<std::uint64_t> until_ns;         // exclusive
  std::function<bool(const Channel&)> channels;  // asked once for each; empty: all, undefined ones too
};

// Messages of equal time come in the order of the file. The order is right as far as the times in the summary
// are.
//
// Not thread-safe; borrows source and summary. Memory: most_open_bytes and one chunk, as stored and
// decompressed. Chunks that overlap in time by more than that are read more than once.
class OrderedReader {
 public:
  OrderedReader(const ByteSource& source, const Summary& summary, const Selection& selection,
                const Limits& limits = {});

  // The next messages, some at a time, valid until the next call; empty: there are no more. Faults: those of
  // the source, from then on. A chunk that cannot be read is left out and counted.
  Result<std::span<const Message>> next();

  [[nodiscard]] const DamageLog& damage() const { return damage_; }

 private:
  // A chunk or a run of messages outside of chunks.
  struct Place {
    std::uint64_t start_ns = 0;
    std::uint64_t offset = 0;
    std::size_t chunk = 0;  // in the summary, or of runs, behind the chunks
  };

  void find_places();
  [[nodiscard]] bool may_hold_selected(std::size_t chunk);
  Status advance();
  Status refill();
  Status open_due();
  // Loads the block and puts it among the open ones, if it has messages. `again`: its damage has been
  // counted.
  Status fill(std::unique_ptr<OpenBlock> block, bool again);
  Result<std::optional<DamageKind>> load(OpenBlock& block);
  void shrink();
  void emit();

  const ByteSource& source_;
  const Summary& summary_;
  Limits limits_;
  std::uint64_t from_ns_;
  std::optional<std::uint64_t> until_ns_;
  bool all_channels_ = true;
  std::bitset<65536> selected_;
  ChunkDecoder decoder_;
  DamageLog damage_;
  std::optional<Fault> fault_;
  std::vector<IndexPlace> indexes_;
  std::vector<Place> places_;  // by start and offset
  std::size_t next_place_ = 0;
  std::vector<std::unique_ptr<OpenBlock>> open_;  // a heap, the one with the next message in front
  std::unique_ptr<OpenBlock> spent_;              // its messages may still be in the caller's hands
  std::uint64_t open_bytes_ = 0;
  std::vector<Message> batch_;
};

}  // namespace cantrail::mcap
