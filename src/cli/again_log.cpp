#include "cli/again_log.hpp"

#include <algorithm>
#include <utility>

#include "base/file.hpp"
#include "cli/batch_copy.hpp"
#include "cli/standard_log.hpp"
#include "decode/catalog/definition.hpp"
#include "pipeline/gap_batch.hpp"

namespace cantrail::cli {
namespace {

StreamBlock rows_within(const StreamBlock& block, const TimeRange& range) {
  std::vector<std::uint32_t> rows;
  for (std::uint32_t row = 0; row < block.rows(); ++row) {
    if (range.holds(block.time_ns()[row])) rows.push_back(row);
  }
  StreamBlock cut;
  if (!rows.empty()) cut.take(block, rows);
  return cut;
}

// As a lane leaves records out, beside those that it has left out already.
BatchPtr cut_to(const BatchPtr& batch, const TimeRange& range) {
  const RawBatch& raw = *batch->raw;
  auto cut = std::make_shared<Batch>();
  cut->left_out = batch->left_out;
  for (std::uint32_t i = 0; i < raw.frames.size(); ++i) {
    if (!range.holds(raw.frames.time_ns()[i])) cut->left_out.push_back(i);
  }
  auto record = static_cast<std::uint32_t>(raw.frames.size());
  cut->cut_rows.emplace();
  for (const StreamBlock& rows : batch->rows()) {
    std::vector<std::uint32_t> all(rows.rows());
    for (std::uint32_t row = 0; row < all.size(); ++row) all[row] = row;
    StreamBlock& kept = cut->cut_rows->emplace_back();
    kept.take(rows, all);
    for (std::uint32_t row = 0; row < all.size(); ++row, ++record) {
      if (range.holds(rows.time_ns()[row])) continue;
      cut->left_out.push_back(record);
      for (std::size_t field = 0; field < kept.fields(); ++field)
        kept.set_absent(field, row, Quality::inactive);
    }
  }
  std::ranges::sort(cut->left_out);
  cut->left_out.erase(std::unique(cut->left_out.begin(), cut->left_out.end()), cut->left_out.end());
  for (const StreamBlock& block : batch->blocks) {
    StreamBlock within = rows_within(block, range);
    if (within.rows() > 0) cut->blocks.push_back(std::move(within));
  }
  cut->raw = batch->raw;
  return cut;
}

LaneKeys selection_of(const LaneKeys& keys) {
  return {keys.only, keys.except, std::nullopt, false};
}

std::uint64_t rows_within(const Batch& batch, const TimeRange& range) {
  std::uint64_t rows = 0;
  for (const StreamBlock& block : batch.blocks) {
    rows += static_cast<std::uint64_t>(
        std::ranges::count_if(block.time_ns(), [&](std::int64_t time) { return range.holds(time); }));
  }
  return rows;
}

bool overlaps(const GapRecord& gap, const TimeRange& range) {
  return gap.from.ns < range.to_ns && gap.to.ns >= range.from_ns;
}

bool lies_within(const RawBatch& raw, const TimeRange& range) {
  const auto inside = [&](std::int64_t time) { return range.holds(time); };
  return std::ranges::all_of(raw.frames.time_ns(), inside) &&
         std::ranges::all_of(
             raw.rows, [&](const StreamBlock& rows) { return std::ranges::all_of(rows.time_ns(), inside); });
}

}  // namespace

AgainLog::AgainLog(JournalArchive archive, NewDecoding decoding, TimeRange range)
    : archive_(std::move(archive)),
      decoding_(std::move(decoding)),
      range_(range),
      before_wanted_(selection_of(decoding_.lane)),
      after_wanted_(selection_of(decoding_.lane)),
      through_(decoding_.lane) {}

Result<std::unique_ptr<AgainLog>> AgainLog::open(const std::string& folder, NewDecoding decoding,
                                                 TimeRange range) {
  StandardErrorLog log;
  auto archive = open_archive(folder, real_file_system(), log);
  if (!archive) return archive.fault();
  return std::unique_ptr<AgainLog>(new AgainLog(std::move(*archive), std::move(decoding), range));
}

Result<std::optional<sqlite::AgainBatch>> AgainLog::next() {
  for (;;) {
    if (!ahead_) {
      auto item = archive_.reader->next();
      if (!item) return item.fault();
      if (!*item) return std::optional<sqlite::AgainBatch>();
      ahead_ = std::move(**item);
      // As the lane of each run of the node began.
      if (ahead_->batch->position.epoch != end_.epoch) through_.restart();
      note_lost(*ahead_);
    }
    const bool says_nothing = ahead_->batch->records() == 0 && ahead_->batch->gaps.empty();
    if ((says_nothing && owed_.empty()) || ahead_->catalog.is_zero()) {
      ahead_.reset();
      continue;
    }
    const auto catalogs = catalogs_of(ahead_->catalog);
    if (!catalogs) return catalogs.fault();
    const auto& [captured, anew] = **catalogs;
    ahead_->batch->catalog = CatalogPtr(captured, captured->catalog.get());
    if (!owed_.empty()) return std::optional(tell_lost(CatalogPtr(anew, anew->catalog.get())));
    const std::shared_ptr<RawBatch> raw = std::exchange(ahead_, std::nullopt)->batch;
    leave_out_misfits(*raw);
    // Named signals, transport protocols and lanes remember: what is before the range is decoded for them.
    if (!matters(*raw, **catalogs)) continue;
    auto copy = copy_of(*raw);
    copy->catalog = CatalogPtr(anew, anew->catalog.get());
    auto all = let_through(before_.decode(raw, captured), after_.decode(std::move(copy), anew));
    const auto within =
        std::ranges::count_if(raw->frames.time_ns(), [&](std::int64_t time) { return range_.holds(time); });
    frames_ += static_cast<std::uint64_t>(within);
    if (lies_within(*raw, range_)) return std::optional(std::move(all));
    const bool one = all.let_through() == all.after;
    all = {cut_to(all.before, range_), cut_to(all.after, range_),
           one ? nullptr : cut_to(all.through, range_)};
    const bool any_row = std::ranges::any_of(all.after->rows(), [&](const StreamBlock& rows) {
      return std::ranges::any_of(rows.time_ns(), [&](std::int64_t time) { return range_.holds(time); });
    });
    if (within > 0 || any_row) return std::optional(std::move(all));
  }
}

sqlite::AgainBatch AgainLog::let_through(const BatchPtr& before, const BatchPtr& after) {
  sqlite::AgainBatch all{before_wanted_.apply(before), after_wanted_.apply(after)};
  unwanted_ += rows_within(*after, range_) - rows_within(*all.after, range_);
  if (decoding_.lane.max_rate_per_s || decoding_.lane.on_change) {
    all.through = through_.apply(after);
    too_many_ += rows_within(*all.after, range_) - rows_within(*all.through, range_);
  }
  return all;
}

void AgainLog::note_lost(const JournalReader::Item& item) {
  const Position& here = item.batch->position;
  if (item.missing) ++missing_;
  if (item.missing && overlaps(*item.missing, range_)) owed_.push_back(*item.missing);
  if (item.missing || end_.epoch == 0) lost_.push_back({end_, here});
  end_ = {here.journal, here.epoch, here.seq + 1, 0};
}

// Told before the batch it was found at, as a lane does.
sqlite::AgainBatch AgainLog::tell_lost(CatalogPtr anew) {
  BatchPtr before = gap_batch_before(*ahead_->batch, std::move(owed_.front()));
  owed_.pop_front();
  auto raw = copy_of(*before->raw);
  raw->catalog = std::move(anew);
  auto after = std::make_shared<Batch>();
  after->raw = std::move(raw);
  return {std::move(before), std::move(after)};
}

bool AgainLog::matters(const RawBatch& raw, const Catalogs& catalogs) const {
  const bool lane_remembers = decoding_.lane.max_rate_per_s || decoding_.lane.on_change;
  if (raw.records() > 0 &&
      (lane_remembers || catalogs.before->lookback_ns() > 0 || catalogs.after->lookback_ns() > 0))
    return true;
  const auto inside = [this](std::int64_t time) { return range_.holds(time); };
  if (raw.records() == 0) {
    return std::ranges::any_of(raw.gaps, [this](const GapRecord& gap) { return overlaps(gap, range_); });
  }
  return std::ranges::any_of(raw.frames.time_ns(), inside) ||
         std::ranges::any_of(
             raw.rows, [&](const StreamBlock& rows) { return std::ranges::any_of(rows.time_ns(), inside); });
}

Result<const AgainLog::Catalogs*> AgainLog::catalogs_of(const Digest& digest) {
  const auto known = catalogs_.find(digest);
  if (known != catalogs_.end()) return &known->second;
  const auto text = archive_.reader->definition(digest);
  if (!text) return text.fault();
  Catalogs made;
  auto before = compiler_.compile(*text);
  if (!before) return before.fault();
  made.before = std::move(*before);
  auto spec = read_definition(*text);
  if (!spec) return spec.fault();
  if (Status redefined = redefine(*spec); !redefined) return redefined.fault();
  auto after = compiler_.compile(std::move(*spec), warnings_);
  if (!after) return after.fault();
  made.after = std::move(*after);
  return &(catalogs_[digest] = std::move(made));
}

std::optional<std::vector<DbcText>> AgainLog::configured(const CatalogSpec& spec,
                                                         const ChannelInfo& channel) const {
  const LogDecoding& config = *decoding_.config;
  const std::string& source =
      channel.source < spec.sources.size() ? spec.sources[channel.source].name : channel.alias;
  const auto named = [](const std::string& name) {
    return [&name](const auto& one) { return one.first == name; };
  };
  auto found = std::ranges::find_if(config.channels, named(channel.alias));
  if (found == config.channels.end()) {
    found = std::ranges::find_if(config.sources, named(source));
    if (found == config.sources.end()) return std::nullopt;
  }
  std::vector<DbcText> list;
  for (const std::uint32_t dbc : found->second) list.push_back(config.dbcs.at(dbc));
  return list;
}

Status AgainLog::redefine(CatalogSpec& spec) {
  const std::vector<DbcText> captured = std::move(spec.dbcs);
  std::vector<std::vector<DbcText>> wanted;  // by channel
  std::optional<std::vector<std::uint32_t>> common;
  const bool any =
      std::ranges::any_of(spec.channels, [](const ChannelInfo& channel) { return !channel.dbcs.empty(); });
  for (const ChannelInfo& channel : spec.channels) {
    std::vector<DbcText>& list = wanted.emplace_back();
    std::optional<std::vector<DbcText>> anew;
    const bool is_meant = !channel.dbcs.empty() || !any;  // by what is meant for all
    if (const auto named = decoding_.named.find(channel.alias); named != decoding_.named.end()) {
      met_.insert(channel.alias);
      anew = named->second;
    } else if (!decoding_.dbcs.empty() && is_meant) {
      if (common && *common != channel.dbcs) {
        return {FaultKind::config,
                "the journal's channels have different DBCs: say which channel is meant, as in --dbc " +
                    channel.alias + "=FILE"};
      }
      common = channel.dbcs;
      anew = decoding_.dbcs;
    } else if (decoding_.config) {
      anew = configured(spec, channel);
    }
    if (!anew && !decoding_.may_keep_captured && !channel.dbcs.empty()) {
      return {FaultKind::config, "channel " + channel.alias +
                                     " has a DBC as well: name it too, as in --dbc " + channel.alias +
                                     "=FILE, or it would be decoded as it was captured"};
    }
    if (anew) {
      list = std::move(*anew);
    } else {
      for (const std::uint32_t dbc : channel.dbcs) list.push_back(captured.at(dbc));
    }
  }
  spec.dbcs.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    spec.channels[i].dbcs.clear();
    for (DbcText& dbc : wanted[i]) {
      const auto same = std::ranges::find_if(
          spec.dbcs, [&](const DbcText& one) { return one.name == dbc.name && one.text == dbc.text; });
      spec.channels[i].dbcs.push_back(static_cast<std::uint32_t>(same - spec.dbcs.begin()));
      if (same == spec.dbcs.end()) spec.dbcs.push_back(std::move(dbc));
    }
  }
  if (decoding_.config) {
    spec.copies = decoding_.config->copies;
    spec.aliases = decoding_.config->aliases;
    spec.signals = decoding_.config->signals;
  }
  return {};
}

std::vector<std::string> AgainLog::channels_not_met() const {
  std::vector<std::string> names;
  for (const auto& [alias, dbcs] : decoding_.named) {
    if (!met_.contains(alias)) names.push_back(alias);
  }
  return names;
}

}  // namespace cantrail::cli
