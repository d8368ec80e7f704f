// Rows for people: one line each, what stands before the signals aligned over all streams of a catalog.
//   1700000000.123456789  can0       1F2  Battery     Voltage=360.0 V  Gear=3 (DRIVE)  Current=– (error)
// A signal that is absent for another reason than that it was not sent has a dash in the place of its value,
// and the reason where a label would be. Names and texts cannot do anything to the terminal: control
// characters are shown as \xNN.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "encode/field_selection.hpp"
#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode {

// Made once for a catalog. Immutable: any thread may append.
class TableRows {
 public:
  explicit TableRows(const Catalog& catalog, const FieldSelection& selection = FieldSelection());

  // Some signal of this stream is wanted: rows of others would be empty.
  [[nodiscard]] bool wants(StreamId stream) const { return streams_[stream].wanted; }

  // With its line feed. `id` is what RowFrames say.
  void append(std::string& out, const StreamBlock& block, std::size_t row,
              std::optional<std::uint32_t> id) const;

 private:
  struct Field {
    std::string before;  // two spaces, name, =
    std::string unit;    // with a space before it, or empty
    const FieldSchema* schema = nullptr;
    bool wanted = true;
  };
  struct Stream {
    std::shared_ptr<const RowSchema> row;
    std::string owner, name;  // aligned
    std::vector<Field> fields;
    bool wanted = false;
  };

  std::vector<Stream> streams_;
  std::size_t id_width_ = 0;
};

}  // namespace cantrail::encode
