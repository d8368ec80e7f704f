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

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> piece) {
  EVP_DigestUpdate(state_->context, piece.data(), piece.size());
  bytes_ += piece.size();
}

Digest Sha256::digest() const {
  const State copy;
  EVP_MD_CTX_copy_ex(copy.context, state_->context);
  Digest digest;
  unsigned length = 0;
  EVP_DigestFinal_ex(copy.context, digest.bytes.data(), &length);
  return digest;
}

std::string to_hex(const Digest& digest) {
  return to_hex(std::span(digest.bytes));
}

}  // namespace cantrail
