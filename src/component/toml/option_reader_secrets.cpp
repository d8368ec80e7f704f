// Secrets: from a file of their own, from the environment or from a credentials directory, never from the
// configuration itself.
#include "base/text.hpp"
#include "component/option_text.hpp"
#include "component/toml/option_reader.hpp"

namespace cantrail {
namespace {

constexpr const char* kCredentials = "CREDENTIALS_DIRECTORY";
constexpr std::uint32_t kEveryone = 07;

}  // namespace

void OptionReader::read_secret(const OptionSpec& spec) {
  const std::string file_key = key_of(spec);
  known_.push_back(file_key);
  secrets_.insert(spec.name);
  if (secret_from_outside(spec, file_key)) return;
  if (const ConfigEntry* entry = table_.find(file_key)) {
    Path path;
    const OptionSpec file{file_key, spec.sense, &path};
    const std::size_t before = diagnostics_.size();
    take(file, entry->value, parent_path(entry->where.file));
    if (diagnostics_.size() == before) take_secret_file(spec, path.value, entry->value.where);
    return;
  }
  // Where it is written inline, that is what is said, and not that it is missing as well.
  if (secret_from_credentials(spec) || !spec.required || table_.find(spec.name) != nullptr) return;
  OptionSpec file = spec;
  file.name = file_key;
  if (file.example.empty()) file.example = "\"secrets/" + spec.name + "\"";
  missing(file);
}

bool OptionReader::secret_from_outside(const OptionSpec& spec, const std::string& file_key) {
  const auto from_more = [&](const std::string& key) { return more_ ? more_(key, "") : std::nullopt; };
  const auto flagged = flag(file_key);
  const auto from_variable = flagged ? std::nullopt : variable(spec.name);
  const auto by_file = flagged ? flagged : variable(file_key);
  if (from_variable) {
    take_secret(spec, *from_variable);
  } else if (by_file) {
    take_secret_file(spec, by_file->text, by_file->where);
  } else if (const auto more = from_more(spec.name)) {
    take_secret(spec, *more);
  } else if (const auto more_file = from_more(file_key)) {
    const std::string folder = more_file->where.line != 0 ? parent_path(more_file->where.file) : ".";
    take_secret_file(spec, join_path(folder, more_file->text), more_file->where);
  } else {
    return false;
  }
  return true;
}

// First under the section's name, so that two sections can have different ones: sink.cloud.password.
bool OptionReader::secret_from_credentials(const OptionSpec& spec) {
  const auto folder = inputs_.environment(kCredentials);
  if (!folder || folder->empty()) return false;
  for (const std::string& name : {table_.path + "." + spec.name, spec.name}) {
    const std::string path = join_path(*folder, name);
    if (!inputs_.files->exists(path)) continue;
    take_secret_file(spec, path, {std::string(kCredentials), 0, 0});
    return true;
  }
  return false;
}

void OptionReader::take_secret(const OptionSpec& spec, const GivenValue& given) {
  take(spec, {given.where, given.text}, "");
  note(spec, origin_of(given.where));
}

void OptionReader::take_secret_file(const OptionSpec& spec, const std::string& path,
                                    const SourceLocation& where) {
  const auto found = [&](Severity severity, std::string message) {
    diagnostics_.push_back({severity, where, std::move(message)});
    if (severity == Severity::error) failed_.insert(spec.name);
  };
  if (!inputs_.files->exists(path)) {
    return found(Severity::error, "there is no file " + printable(path, 200) + " for the secret '" +
                                      spec.name + "'" + of_section());
  }
  const Result<std::string> text = read_file(*inputs_.files, path);
  if (!text) return found(Severity::error, text.fault().message);
  // A credentials directory is guarded as a whole.
  const bool guarded = where.file == kCredentials;
  if (const auto mode = file_permissions(path); mode && !guarded && (*mode & kEveryone) != 0) {
    found(Severity::warning, "every user of this machine can read the secret in " + printable(path, 200) +
                                 ": run `chmod 600 " + printable(path, 200) + "`");
  }
  take(spec, {where, std::string(trim(*text))}, "");
  note(spec, "the file " + path + ", " + origin_of(where));
}

void OptionReader::inline_secret(const ConfigEntry& entry) {
  const std::string key = printable(entry.key);
  diagnostics_.push_back({Severity::error, entry.where,
                          "a secret does not belong into this file: '" + key + "'" + of_section() +
                              " comes from a file (" + key + "_file = \"FILE\"), from the environment (" +
                              environment_name(table_.path, entry.key) +
                              ", also in an env_file), or from a file '" + key + "' in $" + kCredentials});
}

}  // namespace cantrail
