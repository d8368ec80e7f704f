// The message types of a folder of .proto files, imported at run time.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/diagnostic.hpp"
#include "base/file.hpp"
#include "sources/protobuf/row_plan.hpp"

namespace google::protobuf {
class Descriptor;
}

namespace cantrail::protobuf {

inline constexpr std::string_view kUnknown = "unknown";  // the stream of messages whose type is not known

// Immutable. Any thread.
class TypeSet {
 public:
  // What the folder holds now. A file that is broken is in `found`, with its place; its types are those of
  // `before`, if any. So are those of files that import it.
  static std::shared_ptr<const TypeSet> load(FileSystem& files, const std::string& folder,
                                             const std::shared_ptr<const TypeSet>& before,
                                             Diagnostics& found);

  [[nodiscard]] bool has(std::string_view type) const { return types_.contains(type); }
  // "car.v1.Wheel" → "Wheel"; where two types would be called so, or it is kUnknown, "car_v1_Wheel".
  [[nodiscard]] std::string stream_name(std::string_view type) const;
  // Faults: rejected (no such type), config (one that makes no rows).
  [[nodiscard]] Result<RowPlanPtr> plan(std::string_view type, const std::string& prefix,
                                        std::string_view time_field) const;

  // Those of all types that make rows, and of kUnknown.
  [[nodiscard]] std::vector<std::shared_ptr<const RowSchema>> schemas(const std::string& prefix) const;

  [[nodiscard]] std::size_t size() const { return types_.size(); }
  [[nodiscard]] std::size_t files() const { return files_.size(); }

 private:
  class World;  // protobuf's own, of one load
  struct TypeFile {
    std::shared_ptr<const World> world;
    std::vector<const google::protobuf::Descriptor*> types;
  };
  void index();

  std::shared_ptr<const World> newest_;
  std::map<std::string, TypeFile> files_;  // by path below the folder
  std::map<std::string, const google::protobuf::Descriptor*, std::less<>> types_;
  std::map<std::string, int, std::less<>> short_names_;  // how many types are called so
};

// "type" and "payload".
[[nodiscard]] std::shared_ptr<const RowSchema> unknown_schema(const std::string& prefix);

// The .proto files of a folder and the folders in it, as paths below it, sorted; at most 2,000.
[[nodiscard]] Result<std::vector<std::string>> proto_files(FileSystem& files, const std::string& folder);

}  // namespace cantrail::protobuf
