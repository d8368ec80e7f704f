// JSON that a store wrote, made safe for JavaScript.
#pragma once

#include <string>
#include <string_view>

namespace cantrail::server {

// Copies valid JSON; integers beyond ±2^53, which JavaScript would round, become strings.
void append_exact_json(std::string& out, std::string_view json);

}  // namespace cantrail::server
