#include "cli/demo/recording.hpp"

#include "cli/demo/node_side.hpp"
#include "server/listen_address.hpp"

namespace cantrail::cli::demo {
namespace {

constexpr Duration kAnswerPatience = std::chrono::seconds(5);
constexpr const char* kTarget = "/api/trigger?name=demo&reason=the%20key%20t";

std::string seconds_of(Duration duration) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(duration).count()) + " s";
}

}  // namespace

std::string Recording::url_of(const std::string& listen) {
  const auto address = server::parse_listen_address(listen);
  if (!address) return "http://" + listen;
  std::string host = address->host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  return "http://" + host + ":" + std::to_string(address->port);
}

void Recording::call(const std::string& url) {
  if (asked_.valid()) return;
  asked_ = std::async(std::launch::async, [url] { return http_post(url, kTarget, kAnswerPatience); });
}

std::optional<std::string> Recording::answered() {
  if (!asked_.valid() || asked_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
    return std::nullopt;
  }
  const Result<HttpAnswer> answer = asked_.get();
  if (!answer) return "not recorded: " + answer.fault().message;
  if (answer->status != 200) return "not recorded: the node answers " + std::to_string(answer->status);
  return "the last " + seconds_of(kRecordedBefore) + " are recorded, and the next " +
         seconds_of(kRecordedAfter);
}

std::optional<std::string> Recording::heard(const Report& now) {
  if (!newest_) {
    newest_ = now.recorded;
    return std::nullopt;
  }
  if (now.recorded.empty() || now.recorded == *newest_) return std::nullopt;
  return *(newest_ = now.recorded);
}

}  // namespace cantrail::cli::demo
