#include "server/live_client.hpp"

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace cantrail::server {
namespace {

constexpr MonoTime kNever{std::numeric_limits<std::int64_t>::max()};

encode::JsonWriter begin(std::string& out, std::string_view type, std::string_view id) {
  encode::JsonWriter json(out);
  json.begin_object();
  json.key("type");
  json.string(type);
  json.key("id");
  json.raw(id);
  return json;
}

}  // namespace

LiveClient::LiveClient(const LiveState& state, const LiveOptions& options, MonoTime now)
    : state_(state), standard_interval_(options.interval) {
  subscriptions_.push_back({"", LiveFeed(state, options.filter), options.interval, now, false, true});
}

void LiveClient::hear(std::string_view text, MonoTime now) {
  const LiveCommand command = read_live_command(text, standard_interval_);
  if (const auto* wanted = std::get_if<LiveSubscribe>(&command)) return subscribe(*wanted, now);
  if (const auto* unwanted = std::get_if<LiveUnsubscribe>(&command)) return unsubscribe(unwanted->id);
  if (const auto* ping = std::get_if<LivePing>(&command)) {
    answers_.push_back("{\"type\":\"pong\",\"ping\":" + ping->value + "}");
    return;
  }
  const LiveMistake& mistake = std::get<LiveMistake>(command);
  answer_mistake(mistake.id, mistake.detail);
}

void LiveClient::refuse(std::string_view detail) {
  answer_mistake("null", detail);
}

void LiveClient::answer_mistake(const std::string& id, std::string_view detail) {
  std::string out;
  encode::JsonWriter json = begin(out, "error", id);
  json.key("detail");
  json.string(detail);
  json.end_object();
  answers_.push_back(std::move(out));
}

void LiveClient::subscribe(const LiveSubscribe& command, MonoTime now) {
  std::erase_if(subscriptions_, [&](const Subscription& one) { return one.of_url || one.id == command.id; });
  if (subscriptions_.size() >= kMostSubscriptions) {
    return answer_mistake(command.id, "there are " + std::to_string(kMostSubscriptions) +
                                          " subscriptions already; end one with {\"unsubscribe\":ID}");
  }
  std::vector<LivePattern> patterns;
  for (const std::string& text : command.patterns) patterns.push_back(parse_live_pattern(text));
  subscriptions_.push_back({command.id, LiveFeed(state_, LiveSelection(std::move(patterns)), command.id),
                            command.interval, now, false, false});
  std::string out;
  encode::JsonWriter json = begin(out, "subscribed", command.id);
  json.key("subscribe");
  json.begin_array();
  for (const std::string& pattern : command.patterns) json.string(pattern);
  json.end_array();
  json.key("interval");
  json.string(format_duration(command.interval));
  json.end_object();
  answers_.push_back(std::move(out));
}

void LiveClient::unsubscribe(const std::string& id) {
  const auto ended =
      std::erase_if(subscriptions_, [&](const Subscription& one) { return !one.of_url && one.id == id; });
  if (ended == 0) return answer_mistake(id, "there is no subscription with this id");
  std::string out;
  begin(out, "unsubscribed", id).end_object();
  answers_.push_back(std::move(out));
}

std::optional<std::string> LiveClient::next_answer() {
  if (answers_.empty()) return std::nullopt;
  std::string answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

std::optional<std::string> LiveClient::next_rows(const ClockPair& now) {
  const auto first =
      std::min_element(subscriptions_.begin(), subscriptions_.end(),
                       [](const Subscription& a, const Subscription& b) { return a.due < b.due; });
  if (first == subscriptions_.end() || now.mono < first->due) return std::nullopt;
  first->due = std::max(first->due + first->interval, now.mono);
  if (first->started) return first->feed.changes(now);
  first->started = true;
  first->due = now.mono + first->interval;
  return first->feed.snapshot(now);
}

MonoTime LiveClient::due() const {
  MonoTime due = kNever;
  for (const Subscription& one : subscriptions_) due = std::min(due, one.due);
  return due;
}

}  // namespace cantrail::server
