#include "pipeline/reload.hpp"

#include <algorithm>

namespace cantrail {
namespace {

constexpr Duration kLastWrites = std::chrono::seconds(5);  // of all sinks that are stopped

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Parts>
auto find_part(Parts& parts, const std::string& name) {
  return std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return part.name == name; });
}

template <class Running>
auto find_running(Running& running, const std::string& name) {
  return std::find_if(running.begin(), running.end(), [&](const auto& one) { return one.part.name == name; });
}

template <class Running, class Part>
NamesChanged compare_parts(const Running& running, const std::vector<Part>& next) {
  NamesChanged names;
  for (const Part& part : next) {
    const auto now = find_running(running, part.name);
    if (now == running.end()) {
      names.added.push_back(part.name);
    } else if (now->part.type != part.type || now->part.fingerprint != part.fingerprint) {
      names.changed.push_back(part.name);
    }
  }
  for (const auto& now : running) {
    if (find_part(next, now.part.name) == next.end()) names.removed.push_back(now.part.name);
  }
  return names;
}

std::vector<std::string> to_stop(const NamesChanged& names) {
  std::vector<std::string> all = names.changed;
  all.insert(all.end(), names.removed.begin(), names.removed.end());
  return all;
}

template <class Part>
std::vector<Part> to_start(const NamesChanged& names, const std::vector<Part>& parts) {
  std::vector<Part> chosen;
  for (const Part& part : parts) {
    if (has(names.added, part.name) || has(names.changed, part.name)) chosen.push_back(part);
  }
  return chosen;
}

bool works(SourceState state) {
  return state == SourceState::running || state == SourceState::ended;
}

bool works(LaneState state) {
  return state != LaneState::backing_off && state != LaneState::failed;
}

bool is_hopeless(const Fault& fault) {
  return fault.kind == FaultKind::config || fault.kind == FaultKind::bug;
}

// In the order of the configuration.
template <class Running, class Part>
void put_in_order(std::vector<Running>& running, const std::vector<Part>& parts) {
  std::stable_sort(running.begin(), running.end(), [&](const Running& a, const Running& b) {
    return find_part(parts, a.part.name) < find_part(parts, b.part.name);
  });
}

}  // namespace

Reload::Reload(Node::Running& node, NodeParts next) : node_(node), next_(std::move(next)) {
  report_.at = node_.clock_.wall();
  for (const RunningSource& source : node_.sources_) old_sources_.push_back(source.part);
  for (const RunningLane& lane : node_.lanes_) old_sinks_.push_back(lane.part);
}

ReloadReport Reload::run() {
  const CatalogPtr before = node_.catalog();
  compare();
  if (auto fits = node_.catalogs_->could_replace(catalog_sources(next_.sources), next_.rules); !fits) {
    report_.outcome = ReloadOutcome::refused;
    report_.problems = {fits.fault().message};
    return report_;
  }
  if (auto changed = change_sinks(); !changed) return undo(changed.fault());
  if (auto changed = change_sources(); !changed) return undo(changed.fault());
  report_.streams = compare_catalogs(*before, *node_.catalog());
  report_.streams.renamed = renamed_in_dbc(node_.parts_.rules.aliases, next_.rules.aliases);
  take_over();
  const bool none =
      report_.sources.none() && report_.sinks.none() && before->digest == node_.catalog()->digest;
  report_.outcome = none ? ReloadOutcome::unchanged : ReloadOutcome::applied;
  return report_;
}

// The lists are only changed by this thread: they can be read without their lock.
void Reload::compare() {
  report_.sources = compare_parts(node_.sources_, next_.sources);
  report_.sinks = compare_parts(node_.lanes_, next_.sinks);
}

bool Reload::goes_on(const SourcePart& part) const {
  return !has(report_.sources.added, part.name) && !has(report_.sources.changed, part.name) &&
         !has(report_.sources.removed, part.name);
}

std::vector<CatalogSource> Reload::catalog_sources(const std::vector<SourcePart>& parts) const {
  std::vector<CatalogSource> sources;
  sources.reserve(parts.size());
  for (const SourcePart& part : parts) {
    sources.push_back({{part.name, part.type}, part.channels, part.dbcs, goes_on(part)});
  }
  return sources;
}

Status Reload::change_sinks() {
  stop_lanes(to_stop(report_.sinks), &stopped_sinks_);
  for (const SinkPart& part : to_start(report_.sinks, next_.sinks)) {
    const auto before = find_running(stopped_sinks_, part.name);
    const bool was_away = before != stopped_sinks_.end() && !before->was_open;
    started_sinks_.push_back(part.name);
    if (auto started = start_lane(part, !was_away); !started) return started;
  }
  return {};
}

// It is among the node's lanes afterwards, whatever comes of it.
Status Reload::start_lane(const SinkPart& part, bool must_open) {
  auto lane = node_.make_lane(part);
  Status prepared = lane->prepare();
  const LaneStatus status = lane->status(*node_.sequencer_);
  if (prepared && must_open && !works(status.state)) prepared = {FaultKind::unavailable, status.message};
  node_.chain_->add(*lane);
  lane->start();
  {
    const std::unique_lock lock(node_.parts_mutex_);
    node_.lanes_.push_back({part, std::move(lane)});
  }
  if (prepared) return {};
  return {prepared.fault().kind, "sink " + part.name + ": " + prepared.fault().message};
}

void Reload::stop_lanes(const std::vector<std::string>& names, std::vector<Stopped<SinkPart>>* stopped) {
  const MonoTime deadline = node_.clock_.mono() + kLastWrites;
  for (const std::string& name : names) {
    RunningLane ending;
    {
      const std::unique_lock lock(node_.parts_mutex_);
      const auto at = find_running(node_.lanes_, name);
      ending = std::move(*at);
      node_.lanes_.erase(at);
    }
    const bool was_open = works(ending.lane->status(*node_.sequencer_).state);
    node_.chain_->remove(*ending.lane);
    ending.lane->drain(deadline);
    node_.left_lanes_.insert_or_assign(name, ending.lane->books());
    if (stopped != nullptr) stopped->push_back({std::move(ending.part), was_open});
  }
}

Status Reload::change_sources() {
  stop_sources(to_stop(report_.sources), &stopped_sources_);
  if (auto replaced = node_.catalogs_->replace(catalog_sources(next_.sources), next_.rules); !replaced) {
    return replaced;
  }
  catalog_replaced_ = true;
  const std::vector<SourcePart> starting = to_start(report_.sources, next_.sources);
  for (const SourcePart& part : starting) started_sources_.push_back(part.name);
  return start_sources(starting);
}

// They are among the node's sources afterwards. The first that should have opened and did not.
Status Reload::start_sources(const std::vector<SourcePart>& parts) {
  std::vector<SourceRunner*> runners;
  for (const SourcePart& part : parts) {
    auto runner = node_.make_source(part);
    runner->start();
    runners.push_back(runner.get());
    const std::unique_lock lock(node_.parts_mutex_);
    node_.sources_.push_back({part, std::move(runner)});
  }
  Status first;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Status opened = runners[i]->first_open(kFirstOpen);
    if (opened || !first) continue;
    const auto before = find_running(stopped_sources_, parts[i].name);
    const bool was_away = before != stopped_sources_.end() && !before->was_open;
    const bool may_wait = (parts[i].optional || was_away) && !is_hopeless(opened.fault());
    if (!may_wait) first = {opened.fault().kind, "source " + parts[i].name + ": " + opened.fault().message};
  }
  return first;
}

void Reload::stop_sources(const std::vector<std::string>& names, std::vector<Stopped<SourcePart>>* stopped) {
  std::vector<RunningSource> ending;
  {
    const std::unique_lock lock(node_.parts_mutex_);
    for (const std::string& name : names) {
      const auto at = find_running(node_.sources_, name);
      ending.push_back(std::move(*at));
      node_.sources_.erase(at);
    }
  }
  for (const RunningSource& source : ending) source.runner->request_stop();
  for (RunningSource& source : ending) {
    source.runner->stop();
    const SourceStatus status = source.runner->status();
    const WallTime since = source.runner->absent_since().value_or(node_.clock_.wall());
    node_.left_sources_.insert_or_assign(source.part.name,
                                         LeftSource{status, source.runner->last_position(), since});
    if (stopped != nullptr) stopped->push_back({std::move(source.part), works(status.state)});
  }
}

// What ran before runs again, with its books and from where it was.
ReloadReport Reload::undo(const Fault& why) {
  report_.outcome = ReloadOutcome::rolled_back;
  report_.problems.push_back(why.message);
  const auto tell = [&](const Status& back) {
    if (!back) report_.problems.push_back("on the way back: " + back.fault().message);
  };
  stop_sources(started_sources_, nullptr);
  if (catalog_replaced_) tell(node_.catalogs_->replace(catalog_sources(old_sources_), node_.parts_.rules));
  std::vector<SourcePart> sources;
  for (const auto& stopped : stopped_sources_) sources.push_back(stopped.part);
  tell(start_sources(sources));
  for (const std::string& name : report_.sources.added) {  // nobody is to read those now
    const auto left = node_.left_sources_.find(name);
    if (left != node_.left_sources_.end()) left->second.since.reset();
  }
  stop_lanes(started_sinks_, nullptr);
  for (const auto& stopped : stopped_sinks_) tell(start_lane(stopped.part, stopped.was_open));
  const std::unique_lock lock(node_.parts_mutex_);
  put_in_order(node_.sources_, old_sources_);
  put_in_order(node_.lanes_, old_sinks_);
  return report_;
}

void Reload::take_over() {
  node_.parts_.rules = next_.rules;
  for (const std::string& name : report_.sources.removed) node_.left_sources_.at(name).since.reset();
  const std::unique_lock lock(node_.parts_mutex_);
  for (RunningSource& source : node_.sources_) source.part = *find_part(next_.sources, source.part.name);
  for (RunningLane& lane : node_.lanes_) lane.part = *find_part(next_.sinks, lane.part.name);
  put_in_order(node_.sources_, next_.sources);
  put_in_order(node_.lanes_, next_.sinks);
}

}  // namespace cantrail
