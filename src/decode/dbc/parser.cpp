#include "decode/dbc/parser.hpp"

#include <utility>

#include "decode/dbc/check_layout.hpp"
#include "decode/dbc/draft.hpp"
#include "decode/dbc/resolve.hpp"
#include "decode/dbc/scanner.hpp"
#include "decode/dbc/statement_reader.hpp"
#include "decode/dbc/warnings.hpp"

namespace cantrail::dbc {
namespace {

Fault no_dbc(std::string_view text, std::string_view file_name) {
  std::string reason = "it holds no statement of a DBC file (BO_, SG_, VERSION …); name a DBC file";
  if (text.empty()) reason = "it is empty; name a DBC file";
  const bool utf16 = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
  if (utf16) reason = "it is written in UTF-16; save it as UTF-8";
  return {FaultKind::rejected, std::string(file_name) + ": no DBC file: " + reason};
}

}  // namespace

Result<Parsed> parse(std::string_view text, std::string_view file_name) {
  Scanner scanner(text);
  Warnings warnings(file_name, scanner.lines());
  Draft draft;
  StatementReader reader(scanner, draft, warnings);
  if (!reader.read_all()) return no_dbc(text, file_name);
  resolve_references(draft, warnings);
  resolve_multiplexing(draft, warnings);
  resolve_attributes(draft, warnings);
  apply_known_attributes(draft);
  apply_long_names(draft, warnings);
  check_layout(draft.database, warnings);
  return Parsed{std::move(draft.database), warnings.take()};
}

}  // namespace cantrail::dbc
