// One client of /api/live: what it has subscribed to, and what is due to be sent. No sockets: the session
// gives it the client's texts and sends what it gives back.
//
// A client begins with the feed that its URL describes. Its first subscription takes the place of that.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api.hpp"
#include "server/live_command.hpp"
#include "server/live_feed.hpp"

namespace cantrail::server {

// One thread. `state` outlives it.
class LiveClient {
 public:
  static constexpr std::size_t kMostSubscriptions = 16;
  static constexpr std::size_t kMostAnswers = 32;  // that wait to be sent

  LiveClient(const LiveState& state, const LiveOptions& options, MonoTime now);

  // A text of the client. The answer waits in next_answer(); what follows from it is due at once.
  void hear(std::string_view text, MonoTime now);
  void refuse(std::string_view detail);  // of something that is no text
  // So many answers wait that nothing more should be read.
  [[nodiscard]] bool is_full() const { return answers_.size() >= kMostAnswers; }

  [[nodiscard]] std::optional<std::string> next_answer();
  // A snapshot or changes of the feed that has waited longest. nullopt: nothing is due, or nothing changed.
  [[nodiscard]] std::optional<std::string> next_rows(const ClockPair& now);
  // When next_rows() is worth another call; far away without any feed.
  [[nodiscard]] MonoTime due() const;

 private:
  struct Subscription {
    std::string id;  // JSON
    LiveFeed feed;
    Duration interval;
    MonoTime due;
    bool started = false;
    bool of_url = false;
  };
  void subscribe(const LiveSubscribe& command, MonoTime now);
  void unsubscribe(const std::string& id);
  void answer_mistake(const std::string& id, std::string_view detail);

  const LiveState& state_;
  Duration standard_interval_;
  std::vector<Subscription> subscriptions_;
  std::deque<std::string> answers_;
};

}  // namespace cantrail::server
