// The state of components as their rows tell it: what /api/state/component shows. Filled by the live lane,
// read by the server.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "server/component_rule.hpp"
#include "server/latest_row.hpp"

namespace cantrail::server {

// The name under which a row is kept. `key`: what the rule's `keys` gave, joined by '/'; empty without keys.
struct ComponentName {
  std::string type, id, key;
  auto operator<=>(const ComponentName&) const = default;
};

// A component as it is read.
struct Component {
  std::string type, id;
  std::string rule;                                     // the section that made it
  LatestRow latest;                                     // the newest row of any key
  std::vector<std::pair<std::string, LatestRow>> keys;  // by key; empty where the rule has none
  std::uint64_t rows = 0;                               // since it is known, of all keys
};

// Thread-safe. Memory: at most `capacity` rows; beyond that the row not renewed for longest is dropped and
// counted, and a component goes with its last row.
class ComponentState {
 public:
  static constexpr std::size_t kCapacity = 4096;
  explicit ComponentState(std::vector<ComponentRule> rules = {}, std::size_t capacity = kCapacity)
      : rules_(std::move(rules)), capacity_(capacity) {}

  [[nodiscard]] const std::vector<ComponentRule>& rules() const { return rules_; }
  // Type → ids, both in order.
  [[nodiscard]] std::map<std::string, std::vector<std::string>> ids() const;
  [[nodiscard]] std::vector<Component> of_type(const std::string& type) const;  // by id
  [[nodiscard]] std::optional<Component> find(const std::string& type, const std::string& id) const;
  [[nodiscard]] std::uint64_t dropped() const;  // rows, since start

  // `row.rows` says how many more rows there were.
  void update(const ComponentName& name, const std::string& rule, LatestRow row);

 private:
  using Ages = std::list<ComponentName>;
  struct Entry {
    LatestRow row;
    std::string rule;
    std::uint64_t order = 0;  // of its last renewal
    Ages::iterator age;
  };
  using Entries = std::map<ComponentName, Entry>;
  [[nodiscard]] static Component read(Entries::const_iterator& at, Entries::const_iterator end);

  const std::vector<ComponentRule> rules_;
  const std::size_t capacity_;
  mutable std::mutex mutex_;
  Entries entries_;
  Ages ages_;  // the one renewed last at the end
  std::uint64_t renewals_ = 0;
  std::uint64_t dropped_ = 0;
};

}  // namespace cantrail::server
