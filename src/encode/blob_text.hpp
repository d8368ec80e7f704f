// Blobs as text, the same in JSON, CSV and tables: base64 (RFC 4648, section 4, padded), or for a blob that
// lies in a file "sha256:DIGEST:BYTES", which is no base64. Neither needs quoting or escaping.
#pragma once

#include <string>
#include <string_view>

#include "model/blob.hpp"

namespace cantrail::encode {

void append_base64(std::string& out, std::string_view bytes);
void append_blob_text(std::string& out, const Blob& blob);

}  // namespace cantrail::encode
