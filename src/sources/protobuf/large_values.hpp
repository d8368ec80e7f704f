// Values of a message that are too large for a row: found before it is decoded, so that they are on the disk
// by then.
#pragma once

#include <optional>
#include <vector>

#include "model/blob.hpp"
#include "sources/protobuf/row_plan.hpp"

namespace cantrail::protobuf {

struct LargeValue {
  ByteSpan bytes;                                         // in the message
  std::optional<BlobReference> reference = std::nullopt;  // once it is kept; nullopt: it could not be
};

// Those of blob columns over kMostInlineBytes; of a message that is malformed maybe not all.
[[nodiscard]] std::vector<LargeValue> find_large_values(const RowPlan& plan, ByteSpan message);

}  // namespace cantrail::protobuf
