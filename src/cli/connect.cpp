#include "cli/connect.hpp"

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "journal/probe.hpp"
#include "server/http_server.hpp"

namespace cantrail::cli {
namespace {

class Look {
 public:
  explicit Look(const NodeFile& file) : file_(file) {}

  void add(const std::string& kind, const std::string& name, const std::optional<Findings>& findings,
           bool optional = false) {
    const std::string section = name.empty() ? kind : kind + "." + name;
    LookedAt target{kind, name, findings.has_value(), {}};
    for (const Finding& one : findings.value_or(Findings{})) {
      target.found.push_back({optional ? Severity::warning : one.severity,
                              file_.places.of(section, one.message), "[" + section + "] " + one.message});
    }
    targets.push_back(std::move(target));
  }

  std::vector<LookedAt> targets;

 private:
  const NodeFile& file_;
};

Findings probe_server(const server::ServerOptions& options) {
  const Status started = server::HttpServer::would_start(options);
  return started ? Findings{} : Findings{finding_of(started.fault(), "listen")};
}

std::string verdict(const LookedAt& target) {
  if (!target.looked) return "not looked at";
  if (target.found.empty()) return "ok";
  const auto errors = static_cast<std::size_t>(
      std::count_if(target.found.begin(), target.found.end(),
                    [](const Diagnostic& one) { return one.severity == Severity::error; }));
  const std::size_t warnings = target.found.size() - errors;
  return (errors > 0 ? counted(errors, "error") : "") + (errors > 0 && warnings > 0 ? ", " : "") +
         (warnings > 0 ? counted(warnings, "warning") : "");
}

}  // namespace

std::vector<LookedAt> look_at_targets(const NodeFile& file, FileSystem& files, Clock& clock) {
  Look look(file);
  for (const SourceSection& source : file.config.sources) {
    if (!source.enabled || source.config == nullptr) continue;
    look.add("source", source.name, source.config->probe({source.name, clock, files}), source.optional);
  }
  for (const SinkSection& sink : file.config.sinks) {
    if (!sink.enabled || sink.config == nullptr) continue;
    look.add("sink", sink.name, sink.config->probe({sink.name, clock, files}));
  }
  look.add("journal", "", probe_journal(file.config.journal_options(), files));
  if (file.server.enabled) look.add("server", "", probe_server(file.server));
  return std::move(look.targets);
}

std::string to_text(const std::vector<LookedAt>& targets) {
  const auto title = [](const LookedAt& target) {
    return target.kind + (target.name.empty() ? "" : " " + target.name);
  };
  std::size_t width = 0;
  for (const LookedAt& target : targets) width = std::max(width, title(target).size());
  std::string text;
  for (const LookedAt& target : targets) {
    std::string line = "  " + title(target);
    line.resize(width + 4, ' ');
    text += line + verdict(target) + "\n";
  }
  return text;
}

}  // namespace cantrail::cli
