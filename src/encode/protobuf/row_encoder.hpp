// Rows as protobuf messages (https://protobuf.dev/programming-guides/encoding), without libprotobuf: what can
// be known before the first row (tags, wire types, columns) is worked out once. Fields are written in the
// order of their numbers, so the bytes are those that libprotobuf writes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "encode/protobuf/stream_types.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode::protobuf {

// Immutable: any thread may encode.
class RowEncoder {
 public:
  explicit RowEncoder(const StreamTypes& types);

  // Appends one message, without its length. `block` belongs to the catalog of the types; `frame_id` is the
  // identifier of the row's frame (Linux form), the schema's if not given, and is not looked at where a
  // stream is of no message. Absent fields are left out, and `quality` says why where
  // there is more to say than that they were not sent; text that is no UTF-8 gets U+FFFD for each such byte.
  // Allocates only where `out` grows.
  void append(std::string& out, const StreamBlock& block, std::size_t row,
              std::optional<std::uint32_t> frame_id = std::nullopt) const;

  // The same to memory of the caller's with room for most_bytes(); returns the place behind the message.
  // Behind it anything may have been written.
  [[nodiscard]] std::size_t most_bytes(const StreamBlock& block, std::size_t row) const;
  char* put(char* at, const StreamBlock& block, std::size_t row,
            std::optional<std::uint32_t> frame_id = std::nullopt) const;

 private:
  enum class Action : std::uint8_t { f64, boolean, plain, zigzag, signed_enum, unsigned_enum, text, blob };
  struct Step {
    std::uint32_t tag = 0;  // as it is written: the first byte lowest
    std::uint16_t column = 0;
    std::uint8_t tag_bytes = 1;
    Action action = Action::f64;
  };
  // A field that can say why it is absent.
  struct Reason {
    std::string key;  // of its entry in `quality`, with tag and length
    std::uint16_t column = 0;
  };
  struct Plan {
    std::vector<Step> steps;           // ascending by field number
    std::size_t before_own = 0;        // steps with numbers below those of the own fields
    std::vector<std::uint16_t> texts;  // columns of text and blobs
    std::size_t most_bytes = 0;        // of a row, but for its texts and reasons
    std::vector<Reason> reasons;       // by name
    std::size_t most_reason_bytes = 0;
    std::optional<std::uint32_t> can_id;
    // `extended` and `can_id`, as they are nearly always, and the tag of `timestamp`.
    std::array<char, 24> own{};
    std::uint8_t own_bytes = 0;
  };

  static Action action_of(const MessageField& field);
  static Plan make_plan(const MessageType& type);
  static Step make_step(const MessageField& field, std::size_t column);
  static void add_reasons(Plan& plan, const MessageType& type);
  static char* put_reasons(char* at, const Plan& plan, const StreamBlock& block, std::size_t row);
  static char* put_own(char* at, std::optional<std::uint32_t> schema_id, std::uint32_t id);
  static char* put_field(char* at, const Step& step, const StreamBlock& block, std::size_t row);

  std::vector<Plan> plans_;           // by type
  std::vector<std::size_t> type_of_;  // by stream
};

}  // namespace cantrail::encode::protobuf
