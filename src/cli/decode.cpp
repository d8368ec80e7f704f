// `cantrail decode`: a log in, decoded rows out, in the log's order.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include <unistd.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/dbc_files.hpp"
#include "cli/exit_code.hpp"
#include "cli/log_catalog.hpp"
#include "cli/node_decoding.hpp"
#include "cli/output.hpp"
#include "cli/row_printer.hpp"
#include "encode/row_cursor.hpp"
#include "formats/candump_reader.hpp"
#include "formats/log_kind.hpp"
#include "formats/text_input.hpp"
#include "pipeline/batch_decoder.hpp"

namespace cantrail::cli {
namespace {

struct DecodeArguments {
  std::string log;
  std::vector<std::string> dbcs;
  std::string config;
  std::string format = "jsonl";
  std::string signals;
  bool strict = false;
};

// Identifiers that no DBC knows, with how often they came.
class UnknownIds {
 public:
  void add(const Batch& batch) {
    const FrameBlock& frames = batch.raw->frames;
    decoded_.assign(frames.size(), false);
    for (const std::uint32_t frame : batch.parts) decoded_[frame] = true;
    for (const StreamBlock& block : batch.blocks) {
      for (const std::uint32_t frame : block.frame()) decoded_[frame] = true;
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (!decoded_[i]) ++counts_[frames.id()[i]];
    }
  }

  [[nodiscard]] bool any_extended() const {
    return std::any_of(counts_.begin(), counts_.end(),
                       [](const auto& entry) { return (entry.first & kIdExtended) != 0; });
  }

  [[nodiscard]] std::string summary() const {
    std::string text = counted(counts_.size(), "unknown id");
    std::size_t shown = 0;
    for (const auto& [id, count] : counts_) {
      if (shown == kShown) return text + ", …";
      char line[48];
      std::snprintf(line, sizeof line, (id & kIdExtended) != 0 ? "%s%08X ×%llu" : "%s%03X ×%llu",
                    shown++ == 0 ? ": " : ", ", id & kIdExtendedMask, static_cast<unsigned long long>(count));
      text += line;
    }
    return text;
  }

 private:
  static constexpr std::size_t kShown = 12;
  std::vector<bool> decoded_;
  std::map<std::uint32_t, std::uint64_t> counts_;
};

class Decode {
 public:
  Decode(DecodeArguments arguments, LogCatalog catalog)
      : arguments_(std::move(arguments)),
        catalog_(std::move(catalog)),
        reader_([this](std::string_view name) { return catalog_.channel(name); }) {
    if (arguments_.strict) reader_.stop_at_malformed();
  }

  int run(TextInput& input) {
    if (arguments_.format == "csv") out_.text() += encode::CsvRows::header();
    const Status read = read_all(input);
    const bool written = out_.flush();
    const auto& stats = reader_.stats();
    const bool no_log = read.ok() && stats.frames == 0 && stats.malformed != 0;
    if (no_log) {
      tell_what_it_is();
    } else {
      report();
    }
    if (!read) {
      std::fprintf(stderr, "cantrail: %s\n", read.fault().message.c_str());
      return exit_code_of(read.fault());
    }
    if (!written) return out_.reader_gone() ? kOk : kFailed;
    const bool left_out = stats.ignored != 0;
    return no_log || left_out || (arguments_.strict && stats.malformed != 0) ? kBadData : kOk;
  }

 private:
  static constexpr std::size_t kBatch = 4096;
  static constexpr std::size_t kBlock = 1U << 20;
  static constexpr std::size_t kBeginning = 4096;  // by which another kind of file is told

  Status read_all(TextInput& input) {
    std::vector<char> text(kBlock);
    std::size_t held = 0;
    for (bool at_end = false; !at_end || held != 0;) {
      const auto got = at_end ? Result<std::size_t>(0) : input.read(std::span(text).subspan(held));
      if (!got) {
        take(text, held, false);  // the last line is cut too: what is left of it may look like a frame
        return got.status();
      }
      at_end = at_end || *got == 0;
      if (beginning_.empty()) beginning_.assign(text.data(), std::min(*got, kBeginning));
      held = take(text, held + *got, at_end);
      if (stopped_ || out_.failed()) return {};
      if (at_end) break;
    }
    return {};
  }

  // Decodes all whole lines among the first `held` characters, moves the rest to the front, returns how many
  // are left.
  std::size_t take(std::vector<char>& text, std::size_t held, bool at_end) {
    std::size_t used = 0;
    for (;;) {
      raw_->frames.clear();
      const std::size_t consumed =
          reader_.parse({text.data() + used, held - used}, at_end, kBatch, raw_->frames);
      used += consumed;
      decode_batch();
      stopped_ = arguments_.strict && reader_.stats().malformed != 0;
      if (consumed == 0 || stopped_ || out_.failed()) break;
    }
    std::copy(text.begin() + static_cast<std::ptrdiff_t>(used),
              text.begin() + static_cast<std::ptrdiff_t>(held), text.begin());
    return held - used;
  }

  void decode_batch() {
    if (raw_->frames.empty()) return;
    if (printer_catalog_ != catalog_.compiled()) {
      printer_catalog_ = catalog_.compiled();
      raw_->catalog = printer_catalog_->catalog;
      printer_ =
          std::make_unique<RowPrinter>(arguments_.format, *printer_catalog_->catalog, arguments_.signals);
    }
    const BatchPtr batch = decoder_.decode(raw_, printer_catalog_);
    undecoded_ += batch->undecoded;
    for (const auto& [channel, losses] : batch->transport_losses) losses_.add(losses);
    unknown_.add(*batch);
    cursor_.start(*batch);
    for (encode::RowRef row; cursor_.next(row);) {
      printer_->append(out_.text(), cursor_.block(row), row.row, cursor_.id(row));
      out_.flush_if_large();
    }
  }

  // Not one line is a frame.
  void tell_what_it_is() const {
    const auto& stats = reader_.stats();
    if (const auto kind = other_log_kind(beginning_)) {
      std::fprintf(stderr, "cantrail: %s %s\n", arguments_.log.c_str(), kind->c_str());
      return;
    }
    std::fprintf(stderr,
                 "cantrail: %s is no candump log: not one line is a frame (`candump -L can0 > drive.log` "
                 "records one)\n",
                 arguments_.log.c_str());
    if (!stats.first_malformed.empty()) tell_malformed(stats.first_malformed.front());
  }

  void tell_malformed(const candump::MalformedLine& line) const {
    std::fprintf(stderr, "%s:%llu: %.*s: %s\n", arguments_.log.c_str(),
                 static_cast<unsigned long long>(line.line), static_cast<int>(line.reason.size()),
                 line.reason.data(), line.text.c_str());
  }

  void report() const {
    const auto& stats = reader_.stats();
    std::fprintf(stderr, "%s, %s decoded, %s\n", counted(stats.frames, "frame").c_str(),
                 format_count(stats.frames - undecoded_).c_str(), unknown_.summary().c_str());
    if (losses_.total() != 0) tell_losses();
    if (stats.frames != 0 && undecoded_ == stats.frames) tell_why_nothing();
    if (printer_catalog_ != nullptr) tell_what_fits_nothing(*printer_catalog_->catalog);
    if (stats.ignored != 0) {
      std::fprintf(stderr, "cantrail: %s of %s left out: one log can have %zu channels\n",
                   counted(stats.ignored, "frame").c_str(), catalog_.left_out().c_str(), kMostChannels);
    }
    if (stats.malformed == 0) return;
    std::fprintf(stderr, "%s %s\n", counted(stats.malformed, "malformed line").c_str(),
                 arguments_.strict ? "(--strict: stopped at the first)" : "skipped");
    for (const auto& line : stats.first_malformed) tell_malformed(line);
  }

  void tell_losses() const {
    std::string kinds;
    for (std::size_t i = 0; i < kTransportLosses; ++i) {
      if (losses_.count[i] == 0) continue;
      kinds += kinds.empty() ? ": " : ", ";
      kinds += std::string(to_string(static_cast<TransportLoss>(i))) + " ×" + format_count(losses_.count[i]);
    }
    std::fprintf(stderr, "%s of several frames lost%s\n", counted(losses_.total(), "message").c_str(),
                 kinds.c_str());
  }

  void tell_what_fits_nothing(const Catalog& catalog) const {
    if (arguments_.signals.empty()) return;  // the DBC has none, which it is told of elsewhere
    const encode::FieldSelection selection(arguments_.signals);
    std::vector<std::string> names;
    for (const StreamInfo& stream : catalog.streams) {
      for (const FieldSchema& field : stream.row->fields) {
        if (selection.wants(catalog, stream, field)) return;
        names.push_back(field.name);
        names.push_back(stream.row->name + "." + field.name);
      }
    }
    const auto near = nearest(arguments_.signals, names);
    std::fprintf(stderr, "warning: --signals '%s' fits no signal%s\n", printable(arguments_.signals).c_str(),
                 near ? ("; did you mean '" + *near + "'?").c_str() : "");
  }

  // A DBC of another bus, or one that leaves out what its frames carry in their identifiers.
  void tell_why_nothing() const {
    std::fprintf(
        stderr,
        "warning: not one frame has an identifier that the DBC defines. Is it the DBC of this bus?%s\n",
        unknown_.any_extended()
            ? " J1939 messages are found by their group where the DBC says that they are J1939 "
              "(VFrameFormat); all other identifiers are compared whole"
            : "");
  }

  DecodeArguments arguments_;
  LogCatalog catalog_;
  candump::Reader reader_;
  std::shared_ptr<RawBatch> raw_ = std::make_shared<RawBatch>();  // whose memory is used again and again
  encode::RowCursor cursor_;
  CompiledCatalogPtr printer_catalog_;
  BatchDecoder decoder_;
  std::unique_ptr<RowPrinter> printer_;
  UnknownIds unknown_;
  Output out_;
  std::uint64_t undecoded_ = 0;
  TransportLosses losses_;
  std::string beginning_;
  bool stopped_ = false;
};

int decode(const DecodeArguments& arguments) {
  LogDecoding decoding;
  if (!arguments.config.empty()) {
    auto configured = decoding_of(arguments.config);
    if (!configured) return kBadConfig;
    decoding = std::move(configured->decoding);
  }
  if (!arguments.dbcs.empty()) {
    auto texts = read_dbc_files(arguments.dbcs, real_file_system());
    if (!texts) {
      std::fprintf(stderr, "cantrail: %s\n", texts.fault().message.c_str());
      return kFailed;
    }
    decoding.dbcs = std::move(*texts);
    decoding.channels.clear();
  }
  Diagnostics diagnostics;
  auto catalog = LogCatalog::create(std::move(decoding), diagnostics);
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
  if (!catalog) {
    std::fprintf(stderr, "cantrail: %s\n", catalog.fault().message.c_str());
    return kBadData;
  }
  auto input = TextInput::open(arguments.log);
  if (!input) {
    std::fprintf(stderr, "cantrail: %s\n", input.fault().message.c_str());
    return kFailed;
  }
  return Decode(arguments, std::move(*catalog)).run(**input);
}

}  // namespace

void add_decode(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<DecodeArguments>();
  CLI::App* command = app.add_subcommand("decode", "Decode a log with DBC files, rows to standard output");
  command->add_option("LOG", arguments->log, "candump log, also .xz .gz .zst; - is standard input")
      ->required();
  auto* dbc =
      command->add_option("--dbc", arguments->dbcs, "DBC files; the first that knows an id decodes it");
  auto* config = command->add_option(
      "--config", arguments->config,
      "a node's configuration: its DBC files (unless --dbc names others), [copies], [alias] and [signal]");
  command->callback([arguments, dbc, config, &chosen] {
    if (dbc->empty() && config->empty()) throw CLI::RequiredError("--dbc or --config");
    chosen = [arguments] { return decode(*arguments); };
  });
  command->add_option("--format", arguments->format, "jsonl, csv or table")
      ->check(CLI::IsMember({"jsonl", "csv", "table"}))
      ->capture_default_str();
  command->add_option("--signals", arguments->signals, "only signals that match: `Speed*`, `Battery.soc`");
  command->add_flag("--strict", arguments->strict, "stop at the first malformed line, exit code 65");
  command->footer(
      "\nExamples:\n"
      "  cantrail decode drive.log --dbc car.dbc\n"
      "  xzcat drive.log.xz | cantrail decode - --dbc car.dbc --format csv --signals 'Battery.*' > "
      "battery.csv\n"
      "  cantrail decode night.log --config grow-room.toml --signals 'vpd_*'\n"
      "Rows go to standard output, the summary and every complaint to standard error.");
}

}  // namespace cantrail::cli
