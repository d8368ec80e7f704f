// The fields of packed rows, as the file keeps them: without them the columns of a chunk mean nothing.
#pragma once

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "model/schema.hpp"

namespace cantrail::sqlite {

// Name, unit, type and labels of each field.
[[nodiscard]] std::string put_layout(const RowSchema& row);
// Fault `corrupt`: the bytes are damaged.
[[nodiscard]] Result<RowSchema> get_layout(std::string_view bytes);

}  // namespace cantrail::sqlite
