#include "pipeline/config/replaced_names.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cantrail {
namespace {

constexpr bool kOfCloud = true;

constexpr std::array kNames{
    ReplacedName{"CAN_INTERFACE", "source", "socketcan", "interface"},
    ReplacedName{"WEB_PORT", "server", "", "listen", Conversion::port},
    ReplacedName{"LOG_LEVEL", "log", "", "level", Conversion::log_level},
    ReplacedName{"REDIS_URL", "sink", "redis", "url"},
    ReplacedName{"INFLUX_URL", "sink", "influx", "url"},
    ReplacedName{"INFLUX_ORG", "sink", "influx", "org"},
    ReplacedName{"INFLUX_BUCKET", "sink", "influx", "bucket"},
    ReplacedName{"INFLUX_TOKEN", "sink", "influx", "token"},
    ReplacedName{"INFLUX_CLOUD_URL", "sink", "influx", "url", Conversion::as_it_is, kOfCloud},
    ReplacedName{"INFLUX_CLOUD_ORG", "sink", "influx", "org", Conversion::as_it_is, kOfCloud},
    ReplacedName{"INFLUX_CLOUD_BUCKET", "sink", "influx", "bucket", Conversion::as_it_is, kOfCloud},
    ReplacedName{"INFLUX_CLOUD_TOKEN", "sink", "influx", "token", Conversion::as_it_is, kOfCloud},
    ReplacedName{"SYNC_INTERVAL_SECONDS", "sink", "influx", "every", Conversion::seconds, kOfCloud},
    ReplacedName{"PGHOST", "sink", "postgres", "host"},
    ReplacedName{"PGPORT", "sink", "postgres", "port"},
    ReplacedName{"PGDATABASE", "sink", "postgres", "database"},
    ReplacedName{"PGUSER", "sink", "postgres", "user"},
    ReplacedName{"PGPASSWORD", "sink", "postgres", "password"},
};

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kLevels{{{"trace", "info"},
                                                                                 {"debug", "info"},
                                                                                 {"verbose", "info"},
                                                                                 {"notice", "info"},
                                                                                 {"information", "info"},
                                                                                 {"warn", "warning"},
                                                                                 {"err", "error"},
                                                                                 {"critical", "error"},
                                                                                 {"fatal", "error"},
                                                                                 {"off", "error"}}};

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string level_of(const std::string& text) {
  const std::string word = lower(text);
  const auto* known =
      std::find_if(kLevels.begin(), kLevels.end(), [&](const auto& level) { return level.first == word; });
  return known != kLevels.end() ? std::string(known->second) : word;
}

}  // namespace

std::span<const ReplacedName> replaced_names() {
  return kNames;
}

std::string converted(Conversion conversion, const std::string& text, const std::string& otherwise) {
  switch (conversion) {
    case Conversion::port:
      return otherwise.substr(0, std::min(otherwise.rfind(':'), otherwise.size())) + ":" + text;
    case Conversion::log_level:
      return level_of(text);
    case Conversion::seconds:
      return is_number(text) ? text + "s" : text;
    case Conversion::as_it_is:
      break;
  }
  return text;
}

}  // namespace cantrail
