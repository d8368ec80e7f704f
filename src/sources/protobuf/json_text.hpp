// Protobuf's JSON mapping (https://protobuf.dev/programming-guides/json/), written off the wire, with the
// names of fields as the .proto file has them: defaults of fields without presence are left out, 64-bit
// integers are strings, bytes are base64, enums are names where they have one, a Timestamp is RFC 3339 and a
// Duration "1.5s". Any, Struct, FieldMask and the wrappers are written as the ordinary messages that they
// are. A map is in the order of its keys, so that equal maps are equal texts.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sources/protobuf/occurrence.hpp"
#include "sources/protobuf/shape.hpp"

namespace cantrail::protobuf {

// Values of lists, maps and such in one message: with more it is malformed.
inline constexpr std::size_t kMostListed = std::size_t{1} << 20;

// Not thread-safe.
class JsonText {
 public:
  explicit JsonText(const Shapes& shapes) : shapes_(shapes) {}

  // The value of a field that occurred so often, in this order: an array, an object, or a message. False:
  // malformed, deeper than 64 messages, or longer than `most_bytes`; then `out` has some of it.
  [[nodiscard]] bool append(std::string& out, const FieldShape& field,
                            std::span<const Occurrence> occurrences, std::size_t most_bytes);

 private:
  // What occurred of one field, as a chain through found_. Indexes are one more than they are; 0: none.
  struct Found {
    Occurrence occurrence;
    std::uint32_t next = 0;
  };
  struct Chain {
    std::uint32_t first = 0, last = 0;
  };

  bool value(const FieldShape& field, Chain chain, int deeper);
  bool array(const FieldShape& field, Chain chain, int deeper);
  bool packed(const FieldShape& field, ByteSpan bytes);
  bool map(const FieldShape& field, Chain chain, int deeper);
  bool map_key(const FieldShape& field, Chain chain, std::string& out) const;
  bool single(const FieldShape& field, const Occurrence& occurrence, int deeper);
  void number(const FieldShape& field, std::uint64_t wire_number);
  bool message(std::uint32_t index, std::span<const ByteSpan> pieces, int deeper);
  bool fields(const MessageShape& shape, std::size_t base, int deeper);
  bool well_known(WellKnown kind, std::span<const ByteSpan> pieces);
  [[nodiscard]] std::vector<ByteSpan> pieces_of(Chain chain) const;
  // Makes a chain a field of the message, from base on in chains_, and fills them.
  bool sort_out(const MessageShape& shape, std::span<const ByteSpan> pieces, std::size_t base, int deeper);
  bool take(const MessageShape& shape, ByteSpan piece, std::size_t base, std::vector<std::uint32_t>& members,
            int deeper);
  bool forget(const FieldShape& field, Chain& chain, int deeper);
  bool add(Chain& chain, const FieldShape& field, const Occurrence& occurrence);
  [[nodiscard]] bool fits() const { return out_->size() <= limit_; }

  const Shapes& shapes_;
  std::string* out_ = nullptr;
  std::size_t limit_ = 0;
  std::vector<Found> found_;   // of all messages that are open
  std::vector<Chain> chains_;  // likewise
};

}  // namespace cantrail::protobuf
