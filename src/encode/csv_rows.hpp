// Rows as CSV (RFC 4180, but lines end in a line feed alone), in long form: one line for each signal that is
// present. One that is absent for another reason than that it was not sent has a line without a value, with
// the reason as its label. So the columns are the same whatever the DBC says, rows of many messages fit in
// one file, and a spreadsheet or pandas pivots it.
//   time,channel,message,signal,value,unit,label
//   1700000000.123456789,can0,Battery,Voltage,360.0,V,
// `channel` is the source's name for rows that come from no bus. NaN and infinities are nan, inf, -inf. Text
// that holds a comma, a quote or a line break is quoted. Other control characters (below 0x20 but the tab,
// and 0x7F) are written \xNN as in the table: names and labels come from DBC files of others, and CSV is
// looked at on terminals, which would obey them. That is for the eye and not reversible; JSON is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "encode/field_selection.hpp"
#include "model/catalog.hpp"
#include "model/stream_block.hpp"

namespace cantrail::encode {

void append_csv_text(std::string& out, std::string_view text);

// Made once for a catalog. Immutable: any thread may append.
class CsvRows {
 public:
  explicit CsvRows(const Catalog& catalog, const FieldSelection& selection = FieldSelection());

  [[nodiscard]] static std::string_view header();  // with its line feed
  // Appends whole lines; none if every signal is absent. Allocates only where `out` grows.
  void append(std::string& out, const StreamBlock& block, std::size_t row) const;

 private:
  struct Label {
    std::uint64_t word = 0;
    std::string text;  // quoted as needed
  };
  struct Field {
    std::string before;  // ,can0,Battery,Voltage,
    std::string after;   // ,V,
    FieldType type = FieldType::f64;
    bool wanted = true;
    std::vector<Label> labels;  // sorted by word
  };

  std::vector<std::vector<Field>> streams_;
};

}  // namespace cantrail::encode
