// Frames, gaps, ledgers and cursors as the messages of recording.proto. Each function appends one message,
// without its length, and allocates only where `out` grows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.hpp"
#include "model/frame.hpp"
#include "model/gap.hpp"
#include "model/ledger.hpp"
#include "model/position.hpp"

namespace cantrail::encode::protobuf {

// Made once for a catalog, whose channels it names. Immutable: any thread may append.
class FrameEncoder {
 public:
  explicit FrameEncoder(const Catalog& catalog);

  // `batch` is the position of the batch's record 0; nullptr: the message tells no position. A channel that
  // the catalog lacks is not named.
  void append(std::string& out, const FrameBlock& frames, std::size_t index, const Position* batch) const;

  // The same to memory of the caller's with room for most_bytes(); returns the place behind the message.
  // Behind it anything may have been written.
  [[nodiscard]] std::size_t most_bytes() const { return most_bytes_; }
  char* put(char* at, const FrameBlock& frames, std::size_t index, const Position* batch) const;

 private:
  std::vector<std::string> channels_;  // by ChannelId: the field, tag and length included
  std::size_t most_bytes_ = 0;
};

// `batch`: as above.
void append_gap(std::string& out, const GapRecord& gap, const Position* batch);
void append_ledger(std::string& out, const Ledger& ledger, std::string_view lane, std::uint32_t epoch,
                   WallTime time);
void append_cursor(std::string& out, const Position& cursor, WallTime time);

}  // namespace cantrail::encode::protobuf
