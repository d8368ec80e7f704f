#include "cli/node_file.hpp"

#include <cstdio>

#include <unistd.h>

#include "component/registry.hpp"
#include "pipeline/config/node_config_reader.hpp"

namespace cantrail::cli {
namespace {

std::string host_name() {
  char name[256] = "";
  return ::gethostname(name, sizeof name - 1) == 0 && name[0] != 0 ? name : "cantrail";
}

}  // namespace

NodeFile read_node_file(const std::string& path, FileSystem& files) {
  NodeConfigReader reader({components(), {process_environment(), {}}, files, host_name()});
  NodeFile file;
  file.config = reader.read(path);
  reader.section(
      "server", [&](OptionVisitor& visitor) { file.server.describe(visitor); },
      [&] { return file.server.problems(); });
  file.diagnostics = reader.finish();
  return file;
}

void print_diagnostics(const Diagnostics& diagnostics) {
  for (const Diagnostic& diagnostic : diagnostics)
    std::fprintf(stderr, "%s\n", to_string(diagnostic).c_str());
}

}  // namespace cantrail::cli
