// Any text as a node's configuration: whatever is wrong with it is said with its place, and what can be run
// is shown in a form that says the same again.
#include <string>

#include "base/file_simulated.hpp"
#include "component/registry.hpp"
#include "fuzz/input.hpp"
#include "pipeline/config/node_config_reader.hpp"

namespace cantrail::fuzz {
namespace {

constexpr const char* kConfigFolder = "/etc/cantrail/";
constexpr const char* kDbc =
    "VERSION \"\"\nBO_ 291 Battery: 8 X\n SG_ soc : 0|8@1+ (0.5,0) [0|100] \"%\" X\n SG_ amp : 8|16@1- "
    "(0.1,0) [0|0] \"A\" X\n";

// The only files that there are.
FileSystem& files() {
  static SimulatedFileSystem simulated(1);
  static const bool written = [] {
    (void)simulated.make_directories(kConfigFolder);
    for (const char* name : {"leaf.dbc", "car.dbc", "grow-room.dbc"}) {
      require(write_file_atomically(simulated, std::string(kConfigFolder) + name, kDbc).ok(),
              "a DBC is there");
    }
    return write_file_atomically(simulated, std::string(kConfigFolder) + "token", "secret\n").ok();
  }();
  require(written, "a secret is there");
  return simulated;
}

struct Reading {
  Diagnostics found;
  std::string effective;
};

Reading read(std::string_view text) {
  ConfigInputs inputs;
  inputs.files = &files();
  NodeConfigReader reader({components(), std::move(inputs), files(), "node"});
  (void)reader.read_text(text, std::string(kConfigFolder) + "cantrail.toml");
  Reading reading;
  reading.found = reader.finish();
  reading.effective = to_toml(reader.effective(), false);
  (void)to_toml(reader.effective(), true);
  (void)reader.not_in_build();
  return reading;
}

}  // namespace
}  // namespace cantrail::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail;
  using namespace cantrail::fuzz;
  const Reading reading = read(as_text(data, size));
  for (const Diagnostic& diagnostic : reading.found) {
    require(!diagnostic.message.empty() && !diagnostic.where.file.empty(),
            "a finding has a text and a place: " + to_string(diagnostic));
  }
  if (has_errors(reading.found)) return 0;
  const Reading again = read(reading.effective);
  for (const Diagnostic& diagnostic : again.found) {
    require(diagnostic.severity != Severity::error,
            to_string(diagnostic) + "\nof what was shown:\n" + reading.effective);
  }
  require(again.effective == reading.effective, "what is shown says the same again");
  return 0;
}
