#include "cli/replay_again.hpp"

#include <cstdio>
#include <limits>
#include <memory>
#include <optional>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/again_log.hpp"
#include "cli/batch_output.hpp"
#include "cli/dbc_files.hpp"
#include "cli/decode_changes.hpp"
#include "cli/exit_code.hpp"
#include "cli/gone_streams.hpp"
#include "cli/history_output.hpp"
#include "cli/node_decoding.hpp"
#include "cli/output.hpp"
#include "cli/stop_signal.hpp"
#include "encode/json_writer.hpp"
#include "model/stream_selection.hpp"

namespace cantrail::cli {
namespace {

constexpr std::string_view kRecordingSuffix = ".mcap";
// Of a group: enough that minutes are seldom written twice, little enough that the node waits for it without
// a word.
constexpr std::size_t kEnoughRecords = 16'384, kMostRecords = 65'536;
constexpr std::int64_t kMinuteNs = 60'000'000'000;

int fail(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

Status read_dbc(const std::string& argument, NewDecoding& decoding) {
  FileSystem& files = real_file_system();
  const std::size_t sign = argument.find('=');
  const bool names_channel = sign != std::string::npos && sign > 0 && !files.exists(argument);
  auto texts = read_dbc_files({names_channel ? argument.substr(sign + 1) : argument}, files);
  if (!texts) return texts.status();
  auto& list = names_channel ? decoding.named[argument.substr(0, sign)] : decoding.dbcs;
  list.insert(list.end(), texts->begin(), texts->end());
  return {};
}

class ReplayAgain {
 public:
  ReplayAgain(const ReplayAgainArguments& arguments, const TimeRange& range)
      : arguments_(arguments), range_(range) {}

  int run(NewDecoding decoding) {
    wanted_ = StreamSelection(decoding.lane.only, decoding.lane.except);
    auto log = AgainLog::open(arguments_.journal, std::move(decoding), range_);
    if (!log) return fail(log.fault());
    log_ = std::move(*log);
    const Status done = arguments_.replace ? replace() : write_new();
    for (const Diagnostic& warning : log_->warnings())
      std::fprintf(stderr, "%s\n", to_string(warning).c_str());
    if (!done && !replaced_any_) return fail(done.fault());
    report();
    if (!done) return fail(done.fault());
    return out_.flush() || out_.reader_gone() ? kOk : kFailed;
  }

 private:
  Status write_new() {
    auto output = open_batch_output(arguments_.target, log_->journal());
    if (!output) return output.status();
    Status written = write_all(**output);
    if (!written) (*output)->discard();  // it would be in the next run's way
    std::fputs(files_text(**output).c_str(), stderr);
    return written;
  }

  Status write_all(BatchOutput& output) {
    for (;;) {
      if (StopSignal::came()) return {FaultKind::unavailable, "stopped before the end: nothing was made"};
      const auto batch = log_->next();
      if (!batch) return batch.status();
      if (!*batch) return output.finish();
      changes_.note(**batch);
      if (Status written = output.write((*batch)->let_through()); !written) return written;
    }
  }

  Status replace() {
    auto history =
        sqlite::Replacement::open(arguments_.target, log_->journal(), range_.from_ns, range_.to_ns);
    if (!history) return history.status();
    history_ = std::move(*history);
    for (;;) {
      auto batch = log_->next();
      if (!batch) return batch.status();
      const bool ends = !*batch || !((*batch)->after->end() <= history_->end());
      if (ends || !belongs(**batch)) {
        if (Status done = replace_group(); !done) return done;
        if (StopSignal::came())
          return {FaultKind::unavailable, "stopped before the end: the same command again goes on"};
      }
      if (ends) {
        to_come_ = batch->has_value();
        const auto left = history_->rows_of(log_->lost());
        if (!left) return left.status();
        left_ = *left;
        return {};
      }
      if ((*batch)->after->raw->records() == 0) continue;
      if (Status may = may_replace(**batch); !may) return may;
      records_ += (*batch)->after->raw->records();
      group_.push_back(std::move(**batch));
    }
  }

  // What is taken out of the history looks to later runs as if its lane had never stored it: they cannot
  // bring it back. So nobody shall lose a message by a wrong file.
  Status may_replace(const sqlite::AgainBatch& batch) {
    const CatalogPtr &before = batch.before->raw->catalog, &after = batch.after->raw->catalog;
    if (arguments_.remove_gone || before == looked_at_) return {};
    looked_at_ = before;
    const std::vector<std::string> gone = gone_streams(*before, *after, wanted_, *history_);
    if (gone.empty()) return {};
    const std::size_t more = gone.size() - 1;
    const std::string which = gone.front() + (more == 0 ? "" : " and " + counted(more, "other stream"));
    return {FaultKind::rejected, "the new decoding, or what its lane lets through, lacks " + which +
                                     ": the rows that the history has of it would be removed, and no later "
                                     "run could bring them back. Are these the right DBC files? With "
                                     "--remove-gone they are removed; or decode into a new history"};
  }

  // A group ends with a minute of its clock where it is large enough, since minutes are what is packed.
  [[nodiscard]] bool belongs(const sqlite::AgainBatch& next) const {
    if (group_.empty()) return true;
    const sqlite::AgainBatch& last = group_.back();
    const RawBatch &a = *last.after->raw, &b = *next.after->raw;
    const bool same_minute = a.clock.wall.ns / kMinuteNs == b.clock.wall.ns / kMinuteNs;
    return records_ < kMostRecords && (records_ < kEnoughRecords || same_minute) &&
           a.position.epoch == b.position.epoch && a.catalog == b.catalog &&
           last.before->raw->catalog == next.before->raw->catalog;
  }

  Status replace_group() {
    Status done = history_->replace(
        group_, [this](const std::string& channel, const std::string& message, WallTime time,
                       const sqlite::RowAt& before,
                       const sqlite::RowAt& after) { changes_.note(channel, message, time, before, after); });
    replaced_any_ = replaced_any_ || (done && !group_.empty());
    group_.clear();
    records_ = 0;
    return done;
  }

  void report() {
    arguments_.json ? report_json() : changes_.append_text(out_.text());
    (void)out_.flush();
    for (const std::string& channel : log_->channels_not_met()) {
      std::fprintf(stderr, "warning: in this time the journal has no channel %s\n", channel.c_str());
    }
    std::fprintf(stderr, "%s decoded again", counted(log_->frames(), "frame").c_str());
    if (history_) std::fprintf(stderr, ", %s written", counted(history_->rows().written, "row").c_str());
    std::fputc('\n', stderr);
    if (log_->missing() > 0) {
      std::fprintf(stderr, "%s in the journal where something is missing\n",
                   counted(log_->missing(), "place").c_str());
    }
    if (const std::uint64_t rows = filtered(); rows > 0) {
      std::fprintf(stderr, "%s left out, as the %s\n", counted(rows, "row").c_str(),
                   history_ ? "history's lane leaves them out" : "lane of its sink says");
    }
    if (!history_) return;
    if (left_.rows > 0) {
      std::fprintf(stderr,
                   "%s, %s to %s, stay as they were: the journal no longer has the records that they were "
                   "decoded from\n",
                   counted(left_.rows, "row").c_str(), to_rfc3339(WallTime{left_.first_ns}).c_str(),
                   to_rfc3339(WallTime{left_.last_ns}).c_str());
    }
    if (history_->rows().kept > 0) {
      std::fprintf(stderr, "%s stay as they were: their rollups count rows that are gone\n",
                   counted(history_->rows().kept, "row").c_str());
    }
    if (history_->rows().expired > 0) {
      std::fprintf(stderr, "%s are older than what the history keeps\n",
                   counted(history_->rows().expired, "row").c_str());
    }
    if (to_come_) std::fprintf(stderr, "what the history's node has still to write was left to it\n");
  }

  // Rows that the new decoding gives and the target does not get.
  [[nodiscard]] std::uint64_t filtered() const {
    return log_->unwanted() + (history_ ? history_->rows().left_out : log_->too_many());
  }

  void report_json() {
    encode::JsonWriter json(out_.text());
    const auto count = [&json](std::string_view key, std::uint64_t number) {
      json.key(key);
      json.unsigned_integer(number);
    };
    json.begin_object();
    count("frames", log_->frames());
    count("missing", log_->missing());
    count("rows_filtered", filtered());
    if (history_) {
      count("rows_written", history_->rows().written);
      count("rows_kept", history_->rows().kept);
      count("rows_expired", history_->rows().expired);
      count("rows_without_records", left_.rows);
      if (left_.rows > 0) {
        json.key("without_records_from_ns");
        json.integer(left_.first_ns);
        json.key("without_records_to_ns");
        json.integer(left_.last_ns);
      }
    }
    json.key("messages");
    std::string messages;
    changes_.append_json(messages);
    json.raw(messages);
    json.end_object();
    out_.text() += '\n';
  }

  const ReplayAgainArguments& arguments_;
  TimeRange range_;
  StreamSelection wanted_{{}, {}};  // by the lane
  std::unique_ptr<AgainLog> log_;
  std::unique_ptr<sqlite::Replacement> history_;
  DecodeChanges changes_;
  std::vector<sqlite::AgainBatch> group_;
  std::size_t records_ = 0;  // in group_
  bool replaced_any_ = false;
  bool to_come_ = false;
  sqlite::RowsLeft left_;  // of records that the journal has lost
  CatalogPtr looked_at_;   // by may_replace()
  Output out_;
};

// nullopt: said on standard error.
std::optional<TimeRange> range_of(const ReplayAgainArguments& arguments) {
  TimeRange range{std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()};
  for (const auto& [text, bound] :
       {std::pair(&arguments.from, &range.from_ns), std::pair(&arguments.until, &range.to_ns)}) {
    if (text->empty()) continue;
    const auto time = parse_time(*text);
    if (!time) {
      std::fprintf(stderr, "cantrail: '%s' is no time: 2026-11-21T07:49:00Z, or seconds since 1970\n",
                   text->c_str());
      return std::nullopt;
    }
    *bound = time->ns;
  }
  if (range.from_ns < range.to_ns) return range;
  std::fprintf(stderr, "cantrail: --until must be behind --from\n");
  return std::nullopt;
}

// What is wrong with where it is to go; empty: nothing.
std::string target_problem(const ReplayAgainArguments& arguments) {
  const bool history = arguments.target.ends_with(kHistorySuffix);
  if (!history && !arguments.target.ends_with(kRecordingSuffix)) {
    return "what is decoded again goes into NAME.mcap or NAME.db, not '" + arguments.target + "'";
  }
  if (arguments.replace && !history) return "--replace is for a history, NAME.db";
  if (arguments.remove_gone && !arguments.replace) return "--remove-gone goes with --replace";
  if (history && !arguments.replace && real_file_system().exists(arguments.target)) {
    return arguments.target + " is there already: with --replace its rows give way to those decoded again";
  }
  return {};
}

}  // namespace

int replay_again(const ReplayAgainArguments& arguments) {
  const StopSignal stop;
  if (const std::string problem = target_problem(arguments); !problem.empty()) {
    std::fprintf(stderr, "cantrail: %s\n", problem.c_str());
    return kUsage;
  }
  const auto range = range_of(arguments);
  if (!range) return kUsage;
  NewDecoding decoding;
  decoding.may_keep_captured = !arguments.replace;
  if (!arguments.config.empty()) {
    auto node = decoding_of(arguments.config);
    if (!node) return kBadConfig;
    if (const NodeLane* lane = node->lane_of(arguments.target)) {
      decoding.lane = lane->keys;
    } else if (arguments.replace) {
      std::fprintf(stderr, "warning: no sink of %s writes %s: of messages that are new all rows are added\n",
                   arguments.config.c_str(), arguments.target.c_str());
    }
    decoding.config = std::move(node->decoding);
  }
  for (const std::string& dbc : arguments.dbcs) {
    if (Status read = read_dbc(dbc, decoding); !read) return fail(read.fault());
  }
  return ReplayAgain(arguments, *range).run(std::move(decoding));
}

}  // namespace cantrail::cli
