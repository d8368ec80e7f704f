#include "server/component_state.hpp"

namespace cantrail::server {

void ComponentState::update(const ComponentName& name, const std::string& rule, LatestRow row) {
  const std::lock_guard lock(mutex_);
  auto at = entries_.find(name);
  if (at == entries_.end()) {
    if (entries_.size() >= capacity_) {
      entries_.erase(ages_.front());
      ages_.pop_front();
      ++dropped_;
    }
    at = entries_.try_emplace(name).first;
    at->second.age = ages_.insert(ages_.end(), name);
  } else {
    ages_.splice(ages_.end(), ages_, at->second.age);
  }
  Entry& entry = at->second;
  row.rows += entry.row.rows;
  entry.row = std::move(row);
  entry.rule = rule;
  entry.order = ++renewals_;
}

// The component that begins at `at`, which is left behind its last row.
Component ComponentState::read(Entries::const_iterator& at, Entries::const_iterator end) {
  Component component;
  component.type = at->first.type;
  component.id = at->first.id;
  std::uint64_t newest = 0;
  for (; at != end && at->first.type == component.type && at->first.id == component.id; ++at) {
    const auto& [name, entry] = *at;
    component.rows += entry.row.rows;
    if (entry.order > newest) {
      newest = entry.order;
      component.latest = entry.row;
      component.rule = entry.rule;
    }
    if (!name.key.empty()) component.keys.emplace_back(name.key, entry.row);
  }
  return component;
}

std::map<std::string, std::vector<std::string>> ComponentState::ids() const {
  std::map<std::string, std::vector<std::string>> ids;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, entry] : entries_) {
    std::vector<std::string>& of_type = ids[name.type];
    if (of_type.empty() || of_type.back() != name.id) of_type.push_back(name.id);
  }
  return ids;
}

std::vector<Component> ComponentState::of_type(const std::string& type) const {
  std::vector<Component> components;
  const std::lock_guard lock(mutex_);
  for (auto at = entries_.lower_bound({type, "", ""}); at != entries_.end() && at->first.type == type;) {
    Entries::const_iterator next = at;
    components.push_back(read(next, entries_.end()));
    at = next;
  }
  return components;
}

std::optional<Component> ComponentState::find(const std::string& type, const std::string& id) const {
  const std::lock_guard lock(mutex_);
  Entries::const_iterator at = entries_.lower_bound({type, id, ""});
  if (at == entries_.end() || at->first.type != type || at->first.id != id) return std::nullopt;
  return read(at, entries_.end());
}

std::uint64_t ComponentState::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

}  // namespace cantrail::server
