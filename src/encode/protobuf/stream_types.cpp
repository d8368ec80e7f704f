#include "encode/protobuf/stream_types.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "encode/protobuf/names.hpp"

namespace cantrail::encode::protobuf {
namespace {

class TypeList {
 public:
  explicit TypeList(std::vector<MessageType>& types) : types_(types) {}

  std::size_t type_of(const RowSchema& schema) {
    const std::string wanted = legal_name(schema.name, "Stream");
    std::vector<std::size_t>& alike = alike_[{wanted, schema.can_id}];
    const auto same = std::find_if(alike.begin(), alike.end(), [&](std::size_t type) {
      return types_[type] == make_message_type(schema, types_[type].name);
    });
    if (same != alike.end()) return *same;
    alike.push_back(types_.size());
    types_.push_back(make_message_type(schema, scope_.take(wanted)));
    return alike.back();
  }

 private:
  std::vector<MessageType>& types_;
  NameScope scope_;
  // Types that a schema may share, by the name they wanted and their identifier.
  std::map<std::pair<std::string, std::optional<std::uint32_t>>, std::vector<std::size_t>> alike_;
};

}  // namespace

StreamTypes::StreamTypes(const Catalog& catalog, std::string package) : package_(std::move(package)) {
  TypeList list(types_);
  std::unordered_map<const RowSchema*, std::size_t> known;
  for (const StreamInfo& stream : catalog.streams) {
    const auto [at, is_new] = known.try_emplace(stream.row.get(), 0);
    if (is_new) at->second = list.type_of(*stream.row);
    type_of_.push_back(at->second);
  }
}

}  // namespace cantrail::encode::protobuf
