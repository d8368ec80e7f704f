// A row's signals and labels as the two JSON objects that are stored. Why a signal is absent stands among the
// labels ({"vpd":"not_available"}), where a signal without a value has no business otherwise: so files of any
// age have it in the columns that there are.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::sqlite {

// All that does not change from row to row, made once for a catalog. Immutable.
class RowText {
 public:
  explicit RowText(const Catalog& catalog);

  // Replace the content of `out`; allocate only where it grows. Absent signals are left out.
  void signals(std::string& out, const StreamBlock& block, std::size_t row) const;
  void labels(std::string& out, const StreamBlock& block, std::size_t row) const;  // "" where there are none

  // Takes the reasons out of stored labels into `quality`, "" where there are none.
  static void take_quality(std::string& labels, std::string_view signals, std::string& quality);

 private:
  struct Label {
    std::uint64_t word = 0;
    std::string member;  // "Gear":"DRIVE"
  };
  struct Field {
    std::string key;  // "Gear":
    FieldType type = FieldType::f64;
    std::vector<Label> labels;  // sorted by word
  };
  struct Stream {
    std::vector<Field> fields;
  };
  std::vector<Stream> streams_;
};

}  // namespace cantrail::sqlite
