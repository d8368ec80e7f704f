// Values of a blob column: the bytes themselves, or the name of a file that holds them. As they lie in a
// block's text, one byte in front says which: 0, then the bytes; 1, then 32 bytes of SHA-256 and the size as
// 8 bytes, little endian. Whoever copies such a text copies both kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace cantrail {

inline constexpr std::size_t kMostInlineBytes = std::size_t{64} << 10;  // what is larger goes into a file

struct BlobReference {
  Digest digest;
  std::uint64_t bytes = 0;
  bool operator==(const BlobReference&) const = default;
};

// `bytes` is empty where there is a reference.
struct Blob {
  std::string_view bytes;
  std::optional<BlobReference> reference = std::nullopt;
};

void append_blob(std::string& out, std::string_view bytes);
void append_blob(std::string& out, const BlobReference& reference);
// What no append_blob() has written (a forged journal) reads as no bytes.
[[nodiscard]] Blob read_blob(std::string_view text);

}  // namespace cantrail
