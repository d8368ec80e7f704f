// `cantrail journal export`: what a journal holds as decoded rows, whether its node runs or not.
#include "cli/journal.hpp"

#include <cstdio>

#include <boost/json.hpp>

#include "base/text.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/row_printer.hpp"
#include "cli/standard_log.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "encode/row_cursor.hpp"
#include "journal/archive.hpp"
#include "model/clock_course.hpp"
#include "pipeline/batch_decoder.hpp"

namespace cantrail::cli {
namespace {

struct ExportArguments {
  std::string folder;
  std::string format = "jsonl";
  std::string signals;
  bool correct_time = false;
};

// What names the boot of an epoch, by its constants; where they do not, each epoch counts as one of its own.
std::string boot_of(const JournalArchive& archive, std::uint32_t epoch) {
  const auto constants = archive.constants.find(epoch);
  boost::system::error_code error;
  const boost::json::value document =
      constants != archive.constants.end() ? boost::json::parse(constants->second, error) : nullptr;
  const auto* object = error ? nullptr : document.if_object();
  const auto* id = object != nullptr ? object->if_contains("boot_id") : nullptr;
  const bool known = id != nullptr && id->is_string() && id->get_string() != "unknown";
  return known ? std::string(id->get_string()) : "epoch " + std::to_string(epoch);
}

class Export {
 public:
  explicit Export(const ExportArguments& arguments) : arguments_(arguments) {}

  int run() {
    if (arguments_.correct_time) {
      const Status noted = each([&](const JournalArchive& archive, const JournalReader::Item& item) {
        course_.note(boot_of(archive, item.batch->position.epoch), item.batch->clock);
        ++noted_;
        return Status{};
      });
      if (!noted) return fail(noted.fault());
    }
    if (arguments_.format == "csv") out_.text() += encode::CsvRows::header();
    const Status done = each([&](const JournalArchive& archive, JournalReader::Item& item) {
      return print(*archive.reader, item);
    });
    const bool written = out_.flush();
    report();
    if (!done) return fail(done.fault());
    return written || out_.reader_gone() ? kOk : kFailed;
  }

 private:
  static int fail(const Fault& fault) {
    std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
    return exit_code_of(fault);
  }

  template <class Take>
  Status each(Take take) {
    auto archive = open_archive(arguments_.folder, real_file_system(), log_);
    if (!archive) return archive.status();
    for (;;) {
      auto item = archive->reader->next();
      if (!item) return item.status();
      if (!*item || out_.failed()) return {};
      if (auto taken = take(*archive, **item); !taken) return taken;
    }
  }

  Status print(JournalReader& reader, JournalReader::Item& item) {
    // What a running node has appended since the first look has no place in the course.
    if (arguments_.correct_time) {
      if (printed_ == noted_) return {};
      ++printed_;
      moved_ += course_.correct(*item.batch);
    }
    gaps_ += item.batch->gaps.size() + (item.missing ? 1 : 0);
    records_ += item.batch->records();
    if (item.batch->records() == 0) return {};
    if (!catalog_ || catalog_->catalog->digest != item.catalog) {
      auto definition = reader.definition(item.catalog);
      if (!definition) return definition.status();
      auto compiled = compiler_.compile(*definition);
      if (!compiled) return compiled.status();
      catalog_ = *compiled;
      printer_ = std::make_unique<RowPrinter>(arguments_.format, *catalog_->catalog, arguments_.signals);
    }
    item.batch->catalog = CatalogPtr(catalog_, catalog_->catalog.get());
    leave_out_misfits(*item.batch);
    const BatchPtr batch = decoder_.decode(item.batch, catalog_);
    undecoded_ += batch->undecoded;
    cursor_.start(*batch);
    for (encode::RowRef row; cursor_.next(row);) {
      printer_->append(out_.text(), cursor_.block(row), row.row, cursor_.id(row));
      out_.flush_if_large();
    }
    return {};
  }

  void report() const {
    std::fprintf(stderr, "%s, %s without a message that fits, %s\n", counted(records_, "record").c_str(),
                 format_count(undecoded_).c_str(), counted(gaps_, "gap").c_str());
    if (!arguments_.correct_time) return;
    for (const ClockCourse::Step& step : course_.steps()) {
      std::fprintf(stderr, "the clock was set from %s to %s\n", to_rfc3339(step.from).c_str(),
                   to_rfc3339(step.to).c_str());
    }
    std::fprintf(stderr, "%s moved to the clock as it was at the end of its boot\n",
                 counted(moved_, "record").c_str());
  }

  const ExportArguments& arguments_;
  StandardErrorLog log_;
  ClockCourse course_;
  CatalogCompiler compiler_;
  CompiledCatalogPtr catalog_;
  BatchDecoder decoder_;
  std::unique_ptr<RowPrinter> printer_;
  encode::RowCursor cursor_;
  Output out_;
  std::uint64_t noted_ = 0, printed_ = 0;
  std::uint64_t records_ = 0, undecoded_ = 0, gaps_ = 0, moved_ = 0;
};

}  // namespace

void add_journal(CLI::App& app, Run& chosen) {
  CLI::App* journal = app.add_subcommand("journal", "Look at what a node has recorded");
  journal->require_subcommand(1);
  auto arguments = std::make_shared<ExportArguments>();
  CLI::App* command = journal->add_subcommand("export", "Print what a journal holds as decoded rows");
  command->add_option("FOLDER", arguments->folder, "the journal's folder")->required();
  command->add_option("--format", arguments->format, "jsonl, csv or table")
      ->check(CLI::IsMember({"jsonl", "csv", "table"}))
      ->capture_default_str();
  command->add_option("--signals", arguments->signals, "only signals that match: `Speed*`, `Battery.soc`");
  command->add_flag("--correct-time", arguments->correct_time,
                    "as if the clock had been right since the boot, by what it was set to later");
  command->footer(
      "\nThe node may run; nothing is changed. Rows are decoded as they were captured, summary to standard "
      "error.\n"
      "A clock that is set (by NTP, by hand) steps; times that were read from it before are off by that "
      "step.\n"
      "--correct-time moves them to the clock as it was at the end of each boot.\n"
      "Example: cantrail journal export data/journal --correct-time --format csv > drive.csv");
  command->callback([arguments, &chosen] { chosen = [arguments] { return Export(*arguments).run(); }; });
}

}  // namespace cantrail::cli
