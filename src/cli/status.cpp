// `cantrail status`: how a running node is doing.
#include <algorithm>
#include <cstdio>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/http_get.hpp"
#include "cli/node_file.hpp"
#include "cli/status_words.hpp"
#include "server/listen_address.hpp"

namespace cantrail::cli {
namespace {

namespace json = boost::json;

constexpr const char* kDefaultUrl = "http://127.0.0.1:8080";

struct StatusArguments {
  std::string config;
  std::string url;
  bool as_json = false;
};

std::string text_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || value->is_null()) return "";
  return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

std::uint64_t count_at(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_number()) return 0;
  return static_cast<std::uint64_t>(std::max(0.0, value->to_number<double>()));
}

std::string ledger_line(const json::object& ledger) {
  std::string line = "received " + format_count(count_at(ledger, "received")) + " = ";
  bool first = true;
  for (const char* fate :
       {"delivered", "filtered", "undecoded", "superseded", "rejected", "dropped", "pending"}) {
    const std::uint64_t count = count_at(ledger, fate);
    const std::string_view name = fate;
    if (count == 0 && name != "delivered" && name != "dropped" && name != "pending") continue;
    line += std::string(first ? "" : " + ") + fate + " " + format_count(count);
    first = false;
  }
  return line;
}

// What the lane owed from runs before this one, and has made good.
void print_earlier(const json::object& lane) {
  const json::value* earlier = lane.if_contains("earlier");
  if (earlier == nullptr || !earlier->is_object() || count_at(earlier->get_object(), "received") == 0) return;
  std::printf("%-37s from earlier runs: %s\n", "", ledger_line(earlier->get_object()).c_str());
}

void print_list(const json::object& status, std::string_view list, bool with_ledger) {
  const json::value* value = status.if_contains(list);
  if (value == nullptr || !value->is_array()) return;
  for (const json::value& entry : value->get_array()) {
    const json::object& item = entry.as_object();
    std::printf("%-8s %-14s %-12s %s%s%s\n", std::string(list.substr(0, list.size() - 1)).c_str(),
                text_at(item, "name").c_str(), text_at(item, "state").c_str(),
                with_ledger ? ledger_line(item.at("ledger").as_object()).c_str()
                            : counted(count_at(item, "records"), "record").c_str(),
                text_at(item, "message").empty() ? "" : "  ", text_at(item, "message").c_str());
    if (with_ledger) print_earlier(item);
    if (const std::string hint = text_at(item, "hint"); !hint.empty()) {
      std::printf("%-23s %s\n", "", hint.c_str());
    }
  }
}

void print_alarms(const json::object& status) {
  const json::value* alarms = status.if_contains("alarms");
  if (alarms == nullptr) return;
  for (const json::value& alarm : alarms->as_array()) {
    const json::object& item = alarm.as_object();
    const std::string since = text_at(item, "since");
    std::printf("ALARM    %s%s: %s\n", text_at(item, "name").c_str(),
                since.empty() ? "" : (" since " + since).c_str(), text_at(item, "message").c_str());
  }
}

void print(const json::object& status) {
  std::printf("%s, cantrail %s, up %s, %s\n", text_at(status, "node").c_str(),
              text_at(status, "version").c_str(),
              format_duration(std::chrono::seconds(count_at(status, "uptime_s"))).c_str(),
              text_at(status, "ready") == "true" ? "ready" : "NOT READY");
  print_list(status, "sources", false);
  print_list(status, "lanes", true);
  const json::object& journal = status.at("journal").as_object();
  const json::value* holds = journal.if_contains("holds_s");
  const bool known = holds != nullptr && holds->is_number();
  std::printf("journal  %s of %s, %s%s\n", format_bytes(count_at(journal, "bytes")).c_str(),
              format_bytes(count_at(journal, "cap_bytes")).c_str(),
              text_at(journal, "ok") == "true" ? "ok" : text_at(journal, "message").c_str(),
              known ? (", " + holds_text(holds->to_number<double>())).c_str() : "");
  const json::value* clock = status.if_contains("clock");
  std::printf("clock    %s\n", clock_text(clock == nullptr ? nullptr : &clock->as_object()).c_str());
  print_alarms(status);
  std::printf("gaps     %s\n", format_count(count_at(status.at("gaps").as_object(), "count")).c_str());
}

// A node that listens on every interface is asked on this machine's own.
std::string url_of(const server::ServerOptions& server) {
  const auto address = server::parse_listen_address(server.listen);
  if (!address) return "";
  const bool six = address->host.find(':') != std::string::npos;
  std::string host = address->host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  return "http://" + (six ? "[" + host + "]" : host) + ":" + std::to_string(address->port);
}

// What --url says, else where the configuration has the node listen, else where a node listens by itself.
Result<std::string> url_of(const StatusArguments& arguments) {
  if (!arguments.url.empty()) {
    const bool has_scheme = arguments.url.find("://") != std::string::npos;
    return (has_scheme ? "" : "http://") + arguments.url;
  }
  const bool is_named = !arguments.config.empty();
  NodeArguments node;
  node.path = arguments.config;
  const std::string path = node.file(real_file_system());
  if (!is_named && !real_file_system().exists(path)) return std::string(kDefaultUrl);
  const NodeFile file = read_node_file(node, real_file_system());
  if (!file.usable() && !is_named) return std::string(kDefaultUrl);  // another user's, perhaps
  if (!file.usable()) {
    print_diagnostics(file.diagnostics);
    return Fault{FaultKind::config, path + " does not say where its node listens; say it by --url"};
  }
  if (file.server.enabled) return url_of(file.server);
  return Fault{FaultKind::config,
               "the node of " + path + " listens nowhere ([server] enabled = false), so it cannot be asked"};
}

int show(const StatusArguments& arguments) {
  const auto url = url_of(arguments);
  if (!url) {
    std::fprintf(stderr, "cantrail: %s\n", url.fault().message.c_str());
    return kBadConfig;
  }
  const auto answer = http_get(*url, "/api/status");
  if (!answer) {
    std::fprintf(stderr, "cantrail: %s; is it running, and is [server] listen %s?\n",
                 answer.fault().message.c_str(), arguments.url.empty() ? url->c_str() : "what --url says");
    return answer.fault().kind == FaultKind::config ? kUsage : kFailed;
  }
  boost::system::error_code error;
  const json::value document = json::parse(answer->body, error);
  if (answer->status != 200 || error || !document.is_object()) {
    std::fprintf(stderr, "cantrail: %s answers, but not as a node does (HTTP %u)\n", url->c_str(),
                 answer->status);
    return kFailed;
  }
  if (arguments.as_json) {
    std::printf("%s\n", answer->body.c_str());
    return kOk;
  }
  try {
    print(document.get_object());
  } catch (const std::exception&) {  // of Boost.JSON, where a part is missing
    std::fprintf(stderr, "cantrail: %s is a node of another version; --json shows what it says\n",
                 url->c_str());
    return kFailed;
  }
  return kOk;
}

}  // namespace

void add_status(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<StatusArguments>();
  CLI::App* command = app.add_subcommand("status", "Ask a running node how it is doing");
  CLI::Option* config = command->add_option("CONFIG", arguments->config,
                                            "the node's configuration, which says where it listens; "
                                            "./cantrail.toml or /etc/cantrail/cantrail.toml if not said");
  command->add_option("--url", arguments->url, "where it listens, in the place of a configuration")
      ->default_str(kDefaultUrl)
      ->excludes(config);
  command->add_flag("--json", arguments->as_json, "everything it says, as JSON");
  command->footer(
      "\nExamples:\n  cantrail status\n  cantrail status node.toml\n  cantrail status --json --url "
      "http://raspberrypi:8080 | jq .lanes");
  command->callback([arguments, &chosen] { chosen = [arguments] { return show(*arguments); }; });
}

}  // namespace cantrail::cli
