#include "server/row_template.hpp"

#include "base/text.hpp"

namespace cantrail::server {
namespace {

constexpr std::string_view kSignal = "signal:";

RowTemplate::Piece placeholder(std::string_view name) {
  using Kind = RowTemplate::Kind;
  if (name == "id") return {Kind::id, ""};
  if (name == "channel") return {Kind::channel, ""};
  if (name == "message") return {Kind::message, ""};
  if (name.starts_with(kSignal)) name.remove_prefix(kSignal.size());
  return {Kind::signal, std::string(name)};
}

}  // namespace

std::vector<std::string> RowTemplate::signals() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces) {
    if (piece.kind == Kind::signal) names.push_back(piece.text);
  }
  return names;
}

Result<RowTemplate> parse_row_template(std::string_view text) {
  const Fault fault{FaultKind::config, "\"" + printable(text) +
                                           "\" is no text with placeholders; write \"{component_id}\", "
                                           "\"{message}\", or a fixed text"};
  RowTemplate out;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t brace = rest.find_first_of("{}");
    if (brace != 0) out.pieces.push_back({RowTemplate::Kind::text, std::string(rest.substr(0, brace))});
    if (brace == std::string_view::npos) break;
    const std::size_t end = rest.find_first_of("{}", brace + 1);
    if (rest[brace] == '}' || end == std::string_view::npos || rest[end] == '{') return fault;
    out.pieces.push_back(placeholder(rest.substr(brace + 1, end - brace - 1)));
    if (out.pieces.back().kind == RowTemplate::Kind::signal && out.pieces.back().text.empty()) return fault;
    rest.remove_prefix(end + 1);
  }
  if (out.pieces.empty()) return fault;
  return out;
}

}  // namespace cantrail::server
