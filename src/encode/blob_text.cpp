#include "encode/blob_text.hpp"

#include <algorithm>
#include <cstdint>

#include "encode/number_text.hpp"

namespace cantrail::encode {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - at);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) out += i <= count ? kAlphabet[bits >> (18 - 6 * i) & 63U] : '=';
  }
}

void append_blob_text(std::string& out, const Blob& blob) {
  if (!blob.reference) return append_base64(out, blob.bytes);
  out += "sha256:";
  out += to_hex(blob.reference->digest);
  out += ':';
  append_unsigned(out, blob.reference->bytes);
}

}  // namespace cantrail::encode
