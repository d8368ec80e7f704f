// Rows as JSON, one object each, without a line feed:
//   {"time":1700000000.123456789,"time_ns":"1700000000123456789","channel":"can0","id":498,"message":"Name",
//    "signals":{"A":1.5,"Gear":3},"labels":{"Gear":"DRIVE"}}
// `time_ns` is a string because few readers keep all digits of `time`. Signals are in the schema's order,
// absent ones left out, NaN and infinities null; "labels" is there only if a signal has one, "quality" only
// if one is absent for another reason than that it was not sent: {"vpd":"not_available"}. A 29-bit identifier
// has "extended":true behind "id". Rows that come from no frame have no "id"; where they come from no bus
// either, "source" is in the place of "channel", and the stream's name is "message".
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "encode/field_selection.hpp"
#include "encode/json_writer.hpp"
#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode {

// All that does not change from row to row, made once for a catalog. Immutable: any thread may append.
class JsonRows {
 public:
  explicit JsonRows(const Catalog& catalog, BigIntegers big = BigIntegers::plain,
                    const FieldSelection& selection = FieldSelection());

  // Some signal of this stream is wanted: rows of others would be empty.
  [[nodiscard]] bool wants(StreamId stream) const { return streams_[stream].wanted; }

  // `block` belongs to the catalog; `id` is what RowFrames say. Allocates only where `out` grows.
  void append(std::string& out, const StreamBlock& block, std::size_t row,
              std::optional<std::uint32_t> id) const;

 private:
  struct Label {
    std::uint64_t word = 0;
    std::string member;  // "Gear":"DRIVE"
  };
  struct Field {
    std::string key;  // "Gear":
    FieldType type = FieldType::f64;
    bool wanted = true;
    std::vector<Label> labels;  // sorted by word
  };
  struct Stream {
    std::string head;     // ,"channel":…
    std::string message;  // ,"message":… up to and with "signals":{
    std::vector<Field> fields;
    bool labelled = false;
    bool wanted = false;
  };

  [[nodiscard]] static Stream begin(const Catalog& catalog, const StreamInfo& info);
  static void append_labels(std::string& out, const Stream& stream, const StreamBlock& block,
                            std::size_t row);
  static void append_quality(std::string& out, const Stream& stream, const StreamBlock& block,
                             std::size_t row);

  std::vector<Stream> streams_;
  BigIntegers big_;
};

}  // namespace cantrail::encode
