#include "base/digest.hpp"

#include <span>

#include <openssl/evp.h>

#include "base/text.hpp"

namespace cantrail {

Digest sha256(std::string_view content) {
  Digest digest;
  unsigned length = 0;
  EVP_Digest(content.data(), content.size(), digest.bytes.data(), &length, EVP_sha256(), nullptr);
  return digest;
}

std::string to_hex(const Digest& digest) {
  return to_hex(std::span(digest.bytes));
}

}  // namespace cantrail
