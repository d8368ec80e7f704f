// Files that the program carries in itself.
#pragma once

#include <string_view>

namespace cantrail::server::embedded {

extern const std::string_view index_html;
extern const std::string_view style_css;
extern const std::string_view app_js;
extern const std::string_view icon_svg;
extern const std::string_view openapi_json;

}  // namespace cantrail::server::embedded
