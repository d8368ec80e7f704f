#include "sources/protobuf/type_set.hpp"

#include <algorithm>
#include <set>

#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/logging.h>
// Linked in, so that they can be imported where no file of theirs is installed.
#include <google/protobuf/any.pb.h>
#include <google/protobuf/duration.pb.h>
#include <google/protobuf/empty.pb.h>
#include <google/protobuf/field_mask.pb.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/timestamp.pb.h>
#include <google/protobuf/wrappers.pb.h>

#include "base/text.hpp"
#include "sources/protobuf/shape_reader.hpp"

namespace cantrail::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 20;
constexpr std::size_t kMostFiles = 2000;
constexpr int kDeepestFolder = 8;

// Files of the folder, and protobuf's own ("google/protobuf/timestamp.proto") out of the program.
class FolderTree final : public pb::compiler::SourceTree {
 public:
  FolderTree(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  pb::io::ZeroCopyInputStream* Open(const std::string& filename) override {
    auto text = read_file(files_, join_path(folder_, filename), kLargestFile);
    if (!text) {
      problem_ = text.fault().message;
      const pb::FileDescriptor* own = pb::DescriptorPool::generated_pool()->FindFileByName(filename);
      if (own == nullptr || !filename.starts_with("google/protobuf/")) return nullptr;
      text = own->DebugString();
    }
    texts_.push_back(std::make_unique<std::string>(std::move(*text)));
    return new pb::io::ArrayInputStream(texts_.back()->data(), static_cast<int>(texts_.back()->size()));
  }
  std::string GetLastErrorMessage() override { return problem_; }

  void forget_texts() { texts_.clear(); }

 private:
  FileSystem& files_;
  std::string folder_;
  std::string problem_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

class Errors final : public pb::compiler::MultiFileErrorCollector {
 public:
  Errors(std::string folder, Diagnostics& found) : folder_(std::move(folder)), found_(found) {}
  void AddError(const std::string& filename, int line, int column, const std::string& message) override {
    std::string text = message;
    std::replace(text.begin(), text.end(), '\n', ' ');
    found_.push_back({Severity::error,
                      {join_path(folder_, filename), static_cast<std::uint32_t>(line + 1),
                       line < 0 ? 0 : static_cast<std::uint32_t>(column + 1)},
                      std::string(trim(text))});
  }

 private:
  std::string folder_;
  Diagnostics& found_;
};

constexpr std::string_view kIsDefined = " is already defined in file \"";

// "\"A\"" and "b.proto" of "\"A\" is already defined in file \"b.proto\"."
std::optional<std::pair<std::string_view, std::string_view>> repetition(std::string_view message) {
  const std::size_t at = message.find(kIsDefined);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = message.substr(at + kIsDefined.size());
  return std::pair(message.substr(0, at), rest.substr(0, rest.find('"')));
}

// A copy of a file defines all of it again, and is tried again for each file that imports it: one word about
// the first definition says it. Of the findings from `first` on; `told`: files of which that has been said.
void fold_repetitions(Diagnostics& found, std::size_t first, std::set<std::string>& told) {
  // What follows from an import that failed, which is told itself.
  constexpr std::string_view kNotImported = "which is not imported by";
  Diagnostics kept;
  for (std::size_t i = first; i < found.size(); ++i) {
    Diagnostic& one = found[i];
    if (told.contains(one.where.file) || one.message.find(kNotImported) != std::string::npos) continue;
    if (const auto what = repetition(one.message)) {
      told.insert(one.where.file);
      one.message = "defines " + std::string(what->first) + " again, which " + std::string(what->second) +
                    " defines: this file is left out; remove one of them, or give this one a package of its "
                    "own";
    }
    kept.push_back(std::move(one));
  }
  found.resize(first);
  found.insert(found.end(), kept.begin(), kept.end());
}

void collect(const pb::Descriptor& type, std::vector<const pb::Descriptor*>& into) {
  if (type.options().map_entry()) return;
  into.push_back(&type);
  for (int i = 0; i < type.nested_type_count(); ++i) collect(*type.nested_type(i), into);
}

// Without its package.
std::string short_name(const pb::Descriptor& type) {
  const std::string& package = type.file()->package();
  std::string name = package.empty() ? type.full_name() : type.full_name().substr(package.size() + 1);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

void list_into(FileSystem& files, const std::string& folder, const std::string& below, int deeper,
               std::vector<std::string>& found) {
  const auto names = files.list(join_path(folder, below));
  if (!names) return;
  for (const std::string& name : *names) {
    if (found.size() >= kMostFiles) return;
    const std::string path = join_path(below, name);
    const auto type = files.type(join_path(folder, path));
    if (type && *type == FileType::folder && deeper > 0 && !name.starts_with('.')) {
      list_into(files, folder, path, deeper - 1, found);
    } else if (type && *type == FileType::regular && name.ends_with(".proto") && !name.starts_with('.')) {
      found.push_back(path);
    }
  }
}

}  // namespace

class TypeSet::World {
 public:
  World(FileSystem& files, const std::string& folder, Diagnostics& found)
      : tree_(files, folder), errors_(folder, found), found_(found), importer_(&tree_, &errors_) {}
  // What libprotobuf would print beside the errors that it reports goes nowhere.
  const pb::FileDescriptor* import(const std::string& path) {
    const pb::LogSilencer quiet;
    const std::size_t before = found_.size();
    const pb::FileDescriptor* file = importer_.Import(path);
    fold_repetitions(found_, before, repeated_);
    return file;
  }
  void forget_texts() { tree_.forget_texts(); }

 private:
  FolderTree tree_;
  Errors errors_;
  Diagnostics& found_;
  std::set<std::string> repeated_;
  pb::compiler::Importer importer_;
};

Result<std::vector<std::string>> proto_files(FileSystem& files, const std::string& folder) {
  const auto listed = files.list(folder);
  if (!listed) return listed.fault();
  std::vector<std::string> found;
  list_into(files, folder, "", kDeepestFolder, found);
  return found;
}

std::shared_ptr<const TypeSet> TypeSet::load(FileSystem& files, const std::string& folder,
                                             const std::shared_ptr<const TypeSet>& before,
                                             Diagnostics& found) {
  auto set = std::make_shared<TypeSet>();
  const auto paths = proto_files(files, folder);
  if (!paths) {
    found.push_back({Severity::error, {folder, 0, 0}, paths.fault().message});
    return before != nullptr ? before : set;
  }
  const auto world = std::make_shared<World>(files, folder, found);
  for (const std::string& path : *paths) {
    const pb::FileDescriptor* file = world->import(path);
    if (file != nullptr) {
      TypeFile& entry = set->files_[path];
      entry.world = world;
      for (int i = 0; i < file->message_type_count(); ++i) collect(*file->message_type(i), entry.types);
    } else if (before != nullptr && before->files_.contains(path)) {
      set->files_[path] = before->files_.at(path);
    }
  }
  world->forget_texts();
  set->newest_ = world;
  set->index();
  return set;
}

// A type that has moved to another file may still stand in what was kept of a broken one: the new one counts.
void TypeSet::index() {
  for (const bool kept : {false, true}) {
    for (const auto& [path, file] : files_) {
      const bool is_newest = file.world == newest_;
      if (is_newest == kept) continue;
      for (const pb::Descriptor* type : file.types) types_.emplace(type->full_name(), type);
    }
  }
  ++short_names_[std::string(kUnknown)];
  for (const auto& [name, type] : types_) ++short_names_[short_name(*type)];
}

std::string TypeSet::stream_name(std::string_view type) const {
  const auto known = types_.find(type);
  std::string full(type);
  std::replace(full.begin(), full.end(), '.', '_');
  if (known == types_.end()) return full;
  const std::string name = short_name(*known->second);
  return short_names_.at(name) == 1 ? name : full;
}

Result<RowPlanPtr> TypeSet::plan(std::string_view type, const std::string& prefix,
                                 std::string_view time_field) const {
  const auto known = types_.find(type);
  if (known == types_.end()) return Fault{FaultKind::rejected, "no file defines " + printable(type)};
  auto shapes = read_shapes(*known->second);
  if (!shapes) return shapes.fault();
  return plan_rows(std::move(*shapes), prefix + stream_name(type), time_field);
}

std::vector<std::shared_ptr<const RowSchema>> TypeSet::schemas(const std::string& prefix) const {
  std::vector<std::shared_ptr<const RowSchema>> rows{unknown_schema(prefix)};
  for (const auto& [name, type] : types_) {
    if (const auto made = plan(name, prefix, "")) rows.push_back((*made)->row);
  }
  return rows;
}

std::shared_ptr<const RowSchema> unknown_schema(const std::string& prefix) {
  auto row = std::make_shared<RowSchema>();
  row->name = prefix + std::string(kUnknown);
  row->comment = "Messages whose type no .proto file defines";
  row->fields.resize(2);
  row->fields[0].name = "type";
  row->fields[0].type = FieldType::text;
  row->fields[1].name = "payload";
  row->fields[1].type = FieldType::blob;
  row->fields[1].optional = true;
  return row;
}

}  // namespace cantrail::protobuf
