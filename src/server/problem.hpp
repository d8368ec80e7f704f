// Errors as RFC 9457 problem documents: application/problem+json with title, status and a detail that says
// what is wrong and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/request.hpp"

namespace cantrail::server {

[[nodiscard]] std::string_view reason_phrase(int status);

[[nodiscard]] Response problem(int status, std::string_view detail);
// With the member "parameter": which query parameter is wrong.
[[nodiscard]] Response bad_parameter(std::string_view parameter, std::string_view detail);
// With the member "reasons".
[[nodiscard]] Response not_ready(const std::vector<std::string>& reasons);

}  // namespace cantrail::server
