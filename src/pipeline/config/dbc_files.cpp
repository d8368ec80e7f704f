#include "pipeline/config/dbc_files.hpp"

#include "base/text.hpp"
#include "decode/dbc/parser.hpp"

namespace cantrail {

std::optional<std::string> DbcFiles::read(const std::string& path, const SourceLocation& where,
                                          Diagnostics& found) {
  if (const auto known = texts_.find(path); known != texts_.end()) return known->second;
  const auto refuse = [&](std::string message) {
    found.push_back({Severity::error, where, std::move(message)});
    return std::nullopt;
  };
  if (!files_.exists(path)) return refuse(missing(path));
  Result<std::string> text = read_file(files_, path, kLargestText);
  if (!text) return refuse(text.fault().message);
  Result<dbc::Parsed> parsed = dbc::parse(*text, path);
  if (!parsed) return refuse(parsed.fault().message);
  for (Diagnostic& warning : parsed->diagnostics) warnings_.push_back(std::move(warning));
  return texts_.emplace(path, std::move(*text)).first->second;
}

std::string DbcFiles::missing(const std::string& path) const {
  const std::string folder = parent_path(path);
  const std::string name = path.substr(path.rfind('/') + 1);
  const Result<std::vector<std::string>> beside = files_.list(folder);
  if (!beside) return "there is no file " + printable(path, 200) + ", nor a folder " + printable(folder, 200);
  const auto near = nearest(name, *beside);
  return "there is no file " + printable(path, 200) + (near ? "; did you mean '" + *near + "'?" : "");
}

}  // namespace cantrail
