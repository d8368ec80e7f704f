// What a section of a component comes to in the end, as a digest: two sections with the same one make the
// same source or sink, wherever their values come from.
#pragma once

#include <span>
#include <string>

#include "base/digest.hpp"
#include "base/file.hpp"
#include "component/options.hpp"

namespace cantrail {

class Fingerprint final : public OptionVisitor {
 public:
  // The value that the option has now, secrets included.
  void option(const OptionSpec& spec) override;
  // The content of a file; one that cannot be read counts as none.
  void file(FileSystem& files, const std::string& path);

  [[nodiscard]] Digest digest() const { return sha256(text_); }

 private:
  std::string text_;
};

}  // namespace cantrail
