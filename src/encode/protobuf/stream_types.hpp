// The message types of all streams of a catalog. Streams of equal schemas (one DBC on two channels) share a
// type; of two unlike schemas with one name the second gets a suffix. A catalog that grew keeps the types of
// its streams.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "encode/protobuf/message_type.hpp"
#include "model/catalog.hpp"

namespace cantrail::encode::protobuf {

inline constexpr std::string_view kStreamPackage = "cantrail.stream";

// Immutable; any thread may read.
class StreamTypes {
 public:
  // `package`: a name or several with dots between.
  explicit StreamTypes(const Catalog& catalog, std::string package = std::string(kStreamPackage));

  // In the order of their first streams.
  [[nodiscard]] const std::vector<MessageType>& types() const { return types_; }
  // By stream: index into types().
  [[nodiscard]] const std::vector<std::size_t>& type_of() const { return type_of_; }
  [[nodiscard]] std::string full_name(std::size_t type) const { return package_ + "." + types_[type].name; }
  [[nodiscard]] const std::string& package() const { return package_; }

 private:
  std::string package_;
  std::vector<MessageType> types_;
  std::vector<std::size_t> type_of_;
};

}  // namespace cantrail::encode::protobuf
