// Files that the program carries in itself.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace cantrail::server::embedded {

using Bytes = std::span<const std::uint8_t>;

// The page: gzip streams.
extern const Bytes index_html;
extern const Bytes style_css;
extern const Bytes app_js;
extern const Bytes icon_svg;

extern const std::string_view openapi_json;

}  // namespace cantrail::server::embedded
