// Names as protobuf wants them, made of the names of others: DBC files hold spaces, parentheses, umlauts, and
// two signals that differ in case alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cantrail::encode::protobuf {

inline constexpr std::size_t kMostNameBytes = 128;  // more is cut off

// Spaces become underscores, parentheses go, every other character but ASCII letters, digits and underscore
// becomes one underscore. "" where no letter or digit is left. Not yet a name: it may begin with a digit.
[[nodiscard]] std::string legal_letters(std::string_view text);

// The same as a name: an underscore is put before a digit, and it is `otherwise` where it would be empty.
[[nodiscard]] std::string legal_name(std::string_view text, std::string_view otherwise);

// A number as a part of a name: "7", "minus_7".
[[nodiscard]] std::string number_letters(std::int32_t number);

// Names of one scope of a .proto, each given out once. In the order in which they are asked for: the second
// "Speed" becomes "Speed_2".
class NameScope {
 public:
  // Differs from all names of the scope.
  std::string take(std::string_view wanted);
  // Differs also from all other fields when case and underscores are left away: what the JSON form of proto3
  // asks.
  std::string take_field(std::string_view wanted);
  // The oneof that makes a field optional, named as protoc names it. To be asked for in the order of the
  // fields, and before all that is no field.
  std::string take_oneof(std::string_view field);
  // Differs also from all other values of the enum when the enum's name before them, case and underscores are
  // left away, as protoc compares them. Two labels of one text are told apart by their numbers.
  std::string take_value(std::string_view wanted, std::string_view enum_name, std::int32_t number);

 private:
  // `key` of a name: what else must be unique.
  template <class Key>
  std::string take_unless(std::string_view wanted, Key key);

  std::set<std::string, std::less<>> taken_;               // names, and keys
  std::unordered_map<std::string, unsigned> next_suffix_;  // by key: many equal names cost no search each
};

}  // namespace cantrail::encode::protobuf
