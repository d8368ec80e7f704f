// `cantrail recover`: an MCAP file that was cut or damaged becomes one that every reader opens.
#include <memory>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/exit_code.hpp"
#include "formats/mcap/file_bytes.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/salvage.hpp"

namespace cantrail::cli {
namespace {

struct RecoverArguments {
  std::string file, out;
  bool in_place = false;
};

int tell(const Fault& fault) {
  std::fprintf(stderr, "cantrail: %s\n", fault.message.c_str());
  return exit_code_of(fault);
}

void tell_of_damage(const std::string& file, const mcap::DamageLog& damage) {
  if (damage.empty()) return;
  for (const mcap::Damage& place : damage.first()) {
    std::fprintf(stderr, "%s: %s\n", file.c_str(), to_string(place).c_str());
  }
  std::fprintf(stderr, "%s: %s damaged, %s lost\n", file.c_str(), counted(damage.count(), "place").c_str(),
               format_bytes(damage.lost_bytes()).c_str());
}

// drive.mcap → drive.recovered.mcap; a recording that a crash has left loses its .part.
std::string other_name(std::string file) {
  constexpr std::string_view kPart = ".part", kMcap = ".mcap";
  if (file.ends_with(kPart)) file.resize(file.size() - kPart.size());
  if (file.ends_with(kMcap)) file.resize(file.size() - kMcap.size());
  return file + ".recovered.mcap";
}

Status finish_in_place(File& file, const std::string& name, mcap::Examination found) {
  if (!found.good_is_all()) {
    return {FaultKind::rejected,
            name +
                " holds messages behind what is damaged, which would be lost: recover it "
                "without --in-place, into another file"};
  }
  if (Status cut = file.truncate(found.good.bytes); !cut) return cut;
  mcap::FileSink sink(file);
  mcap::FileWriter writer(sink, {}, std::move(found.good));
  if (Status finished = writer.finish(); !finished) return finished;
  return file.sync();
}

Status salvage_into(FileSystem& files, const mcap::ByteSource& source, const std::string& out) {
  auto file = files.open(out, OpenMode::create_new);
  if (!file) return file.status();
  mcap::FileSink sink(**file);
  const auto saved = mcap::salvage(source, sink);
  Status status = saved.status();
  if (status) status = (*file)->sync();
  if (!status) {
    files.remove(out).ignore();  // half of it is of no use
    return status;
  }
  std::fprintf(stderr, "%s: %s in %s, %s\n", out.c_str(), counted(saved->messages, "message").c_str(),
               counted(saved->chunks, "chunk").c_str(), counted(saved->attachments, "attachment").c_str());
  return {};
}

int recover(const RecoverArguments& arguments) {
  FileSystem& files = real_file_system();
  const auto file = files.open(arguments.file, arguments.in_place ? OpenMode::append : OpenMode::read);
  if (!file) return tell(file.fault());
  if (arguments.in_place && !(*file)->claim()) {
    return tell({FaultKind::rejected, arguments.file + " is being written: its node gives it its end"});
  }
  const auto source = mcap::FileSource::on(**file);
  if (!source) return tell(source.fault());
  auto found = mcap::examine(*source);
  if (!found) return tell({found.fault().kind, arguments.file + ": " + found.fault().message});
  tell_of_damage(arguments.file, found->damage);
  if (found->intact()) {
    std::fprintf(stderr, "%s is whole: nothing to do\n", arguments.file.c_str());
    return kOk;
  }
  const std::string out = arguments.out.empty() ? other_name(arguments.file) : arguments.out;
  const Status done = arguments.in_place ? finish_in_place(**file, arguments.file, std::move(*found))
                                         : salvage_into(files, *source, out);
  if (!done) return tell(done.fault());
  if (arguments.in_place) std::fprintf(stderr, "%s is whole now\n", arguments.file.c_str());
  return kOk;
}

}  // namespace

void add_recover(CLI::App& app, Run& chosen) {
  auto arguments = std::make_shared<RecoverArguments>();
  CLI::App* command = app.add_subcommand("recover", "Repair an MCAP file that was cut or damaged");
  command->add_option("FILE", arguments->file, "an MCAP file")->required();
  CLI::Option* out =
      command->add_option("-o,--out", arguments->out, "the new file; FILE.recovered.mcap if not said");
  command
      ->add_flag("--in-place", arguments->in_place,
                 "give FILE itself its end, where nothing behind it can be read")
      ->excludes(out);
  command->footer(
      "\nExamples:\n"
      "  cantrail recover drive.mcap                  everything readable into drive.recovered.mcap\n"
      "  cantrail recover drive.mcap --in-place       only the end is missing: no copy\n"
      "Messages are copied as they are, chunk by chunk; what is lost is told with its place. A node does "
      "this by itself\n"
      "for its own recordings, at the next start.");
  command->callback([arguments, &chosen] { chosen = [arguments] { return recover(*arguments); }; });
}

}  // namespace cantrail::cli
