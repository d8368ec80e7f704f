#include "encode/protobuf/wire.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::encode::protobuf::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Calls use(piece) for each piece of what is written for a text that is not all UTF-8.
template <class Use>
void for_each_piece(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t bytes = utf8_length(text);
    use(bytes != 0 ? text.substr(0, bytes) : kReplacement);
    text.remove_prefix(std::max<std::size_t>(bytes, 1));
  }
}

}  // namespace

char* put_text(char* at, std::string_view text) {
  if (is_valid_utf8(text)) return put_blob(at, text);
  std::size_t bytes = 0;
  for_each_piece(text, [&](std::string_view piece) { bytes += piece.size(); });
  at = put_varint(at, bytes);
  for_each_piece(text, [&](std::string_view piece) { at = put_bytes(at, piece); });
  return at;
}

}  // namespace cantrail::encode::protobuf::wire
