// Which signals are wanted: a glob over "Signal", or over "[channel:]Message[.Signal]" as a sink's `only`;
// empty wants all.
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"

namespace cantrail::encode {

class FieldSelection {
 public:
  explicit FieldSelection(std::string_view pattern = {}) : pattern_(pattern) {}

  [[nodiscard]] bool wants(const Catalog& catalog, const StreamInfo& stream, const FieldSchema& field) const;

 private:
  std::string pattern_;
};

}  // namespace cantrail::encode
