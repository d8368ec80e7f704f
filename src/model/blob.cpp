#include "model/blob.hpp"

#include <algorithm>

namespace cantrail {
namespace {

constexpr char kInline = 0, kReference = 1;
constexpr std::size_t kDigestBytes = 32, kSizeBytes = 8;

}  // namespace

void append_blob(std::string& out, std::string_view bytes) {
  out += kInline;
  out += bytes;
}

void append_blob(std::string& out, const BlobReference& reference) {
  out += kReference;
  out.append(reference.digest.bytes.begin(), reference.digest.bytes.end());
  for (std::size_t i = 0; i < kSizeBytes; ++i) out += static_cast<char>(reference.bytes >> (8 * i) & 0xFF);
}

Blob read_blob(std::string_view text) {
  if (text.empty()) return {};
  const std::string_view rest = text.substr(1);
  if (text.front() == kInline) return {rest};
  if (text.front() != kReference || rest.size() != kDigestBytes + kSizeBytes) return {};
  BlobReference reference;
  std::copy_n(rest.begin(), kDigestBytes, reference.digest.bytes.begin());
  for (std::size_t i = 0; i < kSizeBytes; ++i) {
    reference.bytes |= std::uint64_t{static_cast<unsigned char>(rest[kDigestBytes + i])} << (8 * i);
  }
  return {{}, reference};
}

}  // namespace cantrail
