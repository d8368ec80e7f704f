#include "component/toml/env_file.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail {
namespace {

constexpr std::uint32_t kOfOthers = 077;

bool is_variable(std::string_view text) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') &&
         std::all_of(text.begin(), text.end(), good);
}

std::string_view without_quotes(std::string_view text) {
  const bool quoted =
      text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  return quoted ? text.substr(1, text.size() - 2) : text;
}

std::string octal(std::uint32_t mode) {
  std::string text(4, '0');
  for (std::size_t digit = 4; digit-- > 0; mode >>= 3) text[digit] = static_cast<char>('0' + (mode & 7));
  return text;
}

}  // namespace

EnvFile EnvFile::parse(std::string_view text, const std::string& file, Diagnostics& found) {
  EnvFile result;
  std::uint32_t number = 0;
  for (const std::string_view whole : split(text, '\n')) {
    ++number;
    std::string_view line = trim(whole);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.starts_with("export ")) line = trim(line.substr(7));
    const std::size_t equals = line.find('=');
    const std::string_view name = trim(line.substr(0, std::min(equals, line.size())));
    if (equals == std::string_view::npos || !is_variable(name)) {
      // The line itself is not shown: it may hold a secret.
      found.push_back({Severity::error, {file, number, 0}, "no line KEY=VALUE"});
      continue;
    }
    const std::string_view value = without_quotes(trim(line.substr(equals + 1)));
    result.values_[std::string(name)] = {std::string(value), {file, number, 0}};
  }
  return result;
}

std::optional<EnvFile> EnvFile::read(FileSystem& files, const std::string& path, const SourceLocation& where,
                                     Diagnostics& found) {
  const auto refuse = [&](std::string message) {
    found.push_back({Severity::error, where, std::move(message)});
    return std::nullopt;
  };
  if (!files.exists(path)) return refuse("there is no file " + printable(path, 200));
  const Result<std::uint32_t> mode = file_permissions(path);
  if (!mode) return refuse(mode.fault().message);
  if ((*mode & kOfOthers) != 0) {
    return refuse(printable(path, 200) + " is open to others than its owner (mode " + octal(*mode) +
                  "): run `chmod 600 " + printable(path, 200) + "`");
  }
  const Result<std::string> text = read_file(files, path);
  if (!text) return refuse(text.fault().message);
  return parse(*text, path, found);
}

std::optional<GivenValue> EnvFile::find(const std::string& name) const {
  const auto value = values_.find(name);
  return value == values_.end() ? std::nullopt : std::optional(value->second);
}

}  // namespace cantrail
