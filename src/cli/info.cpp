// `cantrail info`: what is in an MCAP file, in a folder of them, or in a journal.
#include <memory>
#include <set>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "cli/mcap_report.hpp"
#include "cli/standard_log.hpp"
#include "journal/archive.hpp"

namespace cantrail::cli {
namespace {

struct InfoArguments {
  std::string path;
  bool verify = false;
};

int tell(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

void print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
}

// What reading all batches of a journal finds.
struct JournalCounts {
  std::uint64_t batches = 0, frames = 0, rows = 0, gaps = 0, missing = 0;
  std::optional<WallTime> from, to;
  std::set<Digest> catalogs;
};

Result<JournalCounts> count(JournalReader& reader) {
  JournalCounts counts;
  for (;;) {
    const auto item = reader.next();
    if (!item) return item.fault();
    if (!*item) return counts;
    const RawBatch& batch = *(*item)->batch;
    if ((*item)->missing) ++counts.missing;
    ++counts.batches;
    counts.frames += batch.frames.size();
    counts.rows += batch.records() - batch.frames.size();
    counts.gaps += batch.gaps.size();
    if (batch.records() == 0) continue;
    counts.catalogs.insert((*item)->catalog);
    const TimeSpan span = time_span(batch);
    counts.from = std::min(counts.from.value_or(span.from), span.from);
    counts.to = std::max(counts.to.value_or(span.to), span.to);
  }
}

int journal_info(const std::string& folder) {
  StandardErrorLog log;
  auto archive = open_archive(folder, real_file_system(), log);
  if (!archive) return tell(archive.fault());
  const auto counts = count(*archive->reader);
  if (!counts) return tell(counts.fault());
  print(folder + ": journal " + to_string(archive->id) + ", " + format_bytes(archive->bytes) + " in " +
        counted(archive->segments, "segment") + "\n");
  if (counts->from) {
    print("  " +
          span_text(static_cast<std::uint64_t>(std::max<std::int64_t>(counts->from->ns, 0)),
                    static_cast<std::uint64_t>(std::max<std::int64_t>(counts->to->ns, 0))) +
          "\n");
  }
  print("  " + counted(counts->frames, "frame") + ", " + counted(counts->rows, "row") + ", " +
        counted(counts->gaps, "gap") + " in " + counted(counts->batches, "batch") + " of " +
        counted(counts->catalogs.size(), "catalog") + "; the last run is epoch " +
        std::to_string(archive->last_epoch) + (archive->past.clean ? ", which ended in order\n" : "\n"));
  if (counts->missing != 0) {
    print("  " + counted(counts->missing, "place") + " where something is missing or damaged\n");
  }
  return counts->missing == 0 ? kOk : kBadData;
}

int folder_info(const std::string& folder, bool verify) {
  FileSystem& files = real_file_system();
  const auto names = files.list(folder);
  if (!names) return tell(names.fault());
  int code = kOk;
  std::uint64_t found = 0, bytes = 0, messages = 0;
  for (const std::string& name : *names) {
    if (!name.ends_with(".mcap") && !name.ends_with(".mcap.part")) continue;
    const auto report = look_at_mcap(files, join_path(folder, name), verify);
    if (!report) {
      code = tell(report.fault());
      continue;
    }
    print(one_line(*report));
    ++found;
    bytes += report->bytes;
    messages += report->summary.statistics.messages;
    if (!report->good()) code = kBadData;
  }
  if (found == 0 && code == kOk) {
    return tell({FaultKind::rejected, folder + " holds no MCAP file, and is no journal"});
  }
  print(counted(found, "file") + ", " + format_bytes(bytes) + ", " + counted(messages, "message") + "\n");
  return code;
}

int info(const InfoArguments& arguments) {
  FileSystem& files = real_file_system();
  const auto type = files.type(arguments.path);
  if (!type) return tell(type.fault());
  if (*type == FileType::folder) {
    return is_journal(arguments.path, files) ? journal_info(arguments.path)
                                             : folder_info(arguments.path, arguments.verify);
  }
  if (*type != FileType::regular) return tell({FaultKind::rejected, arguments.path + " is no regular file"});
  const auto report = look_at_mcap(files, arguments.path, arguments.verify);
  if (!report) return tell(report.fault());
  print(to_text(*report));
  return report->good() ? kOk : kBadData;
}

}  // namespace

void add_info(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<InfoArguments>();
  CLI::App* command =
      app.add_subcommand("info", "Tell what is in an MCAP file, a folder of them, or a journal");
  command->add_option("PATH", arguments->path, "an MCAP file, a folder of recordings, or a journal's folder")
      ->required();
  command->add_flag("--verify", arguments->verify, "read all of a file and check every checksum");
  command->footer(
      "\nExamples:\n"
      "  cantrail info recordings/my-car_20261121T074900Z.mcap\n"
      "  cantrail info recordings --verify\n"
      "  cantrail info data/journal\n"
      "Exit code 65 where a file is damaged or not finished.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return info(*arguments); }; });
}

}  // namespace cantrail::cli
