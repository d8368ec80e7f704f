// Answers with the files of the page, which the program carries compressed.
#pragma once

#include <string>
#include <string_view>

#include "server/api.hpp"
#include "server/embedded.hpp"
#include "server/request.hpp"

namespace cantrail::server {

Response answer_page(Api& api, const Request& request);
Response answer_style(Api& api, const Request& request);
Response answer_script(Api& api, const Request& request);
Response answer_icon(Api& api, const Request& request);

// The text of a file, for clients that do not take gzip.
[[nodiscard]] std::string unpacked(embedded::Bytes gzip);

}  // namespace cantrail::server
