#include "cli/dbc_files.hpp"

namespace cantrail::cli {

Result<std::vector<DbcText>> read_dbc_files(const std::vector<std::string>& paths, FileSystem& files) {
  std::vector<DbcText> texts;
  for (const std::string& path : paths) {
    auto text = read_file(files, path, kLargestText);
    if (!text) return text.fault();
    texts.push_back({path, std::move(*text)});
  }
  return texts;
}

}  // namespace cantrail::cli
