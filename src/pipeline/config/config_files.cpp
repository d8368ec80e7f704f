#include "pipeline/config/config_files.hpp"

#include "component/toml/config_document.hpp"
#include "component/toml/config_merge.hpp"

namespace cantrail {
namespace {

void add(ConfigFiles& all, std::string_view text, const std::string& path) {
  ConfigDocument document = parse_config(text, path);
  all.names.push_back(path);
  if (!document.diagnostics.empty()) all.readable = false;
  all.found.insert(all.found.end(), document.diagnostics.begin(), document.diagnostics.end());
  if (all.names.size() == 1) {
    all.root = std::move(document.root);
  } else {
    merge_config(all.root, std::move(document.root), all.found);
  }
}

void add_file(ConfigFiles& all, FileSystem& files, const std::string& path) {
  const Result<std::string> text = read_file(files, path);
  if (text) return add(all, *text, path);
  all.found.push_back({Severity::error, {path, 0, 0}, text.fault().message});
  all.readable = false;
}

}  // namespace

ConfigFiles read_config_files(FileSystem& files, const std::string& path) {
  ConfigFiles all;
  add_file(all, files, path);
  if (all.names.empty()) return all;
  const std::string folder = join_path(parent_path(path), "conf.d");
  if (!files.exists(folder)) return all;
  const Result<std::vector<std::string>> names = files.list(folder);
  if (!names) {
    all.found.push_back({Severity::error, {folder, 0, 0}, names.fault().message});
    all.readable = false;
    return all;
  }
  for (const std::string& name : *names) {
    if (name.ends_with(".toml") && name.front() != '.') add_file(all, files, join_path(folder, name));
  }
  return all;
}

ConfigFiles read_config_text(std::string_view text, const std::string& path) {
  ConfigFiles all;
  add(all, text, path);
  return all;
}

}  // namespace cantrail
