// Reads the JSON objects that encode/json writes, one level deep, without turning values into anything: a
// number stays the text it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cantrail::sqlite {

struct Member {
  std::string_view key;    // with its quotes, as it stands there
  std::string_view value;  // as it stands there
};

// Goes through the members of one object. Text that is no object ends it early; ok() tells.
class Members {
 public:
  explicit Members(std::string_view object);
  std::optional<Member> next();
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view rest_;
  bool ok_ = true;
  bool first_ = true;
};

// The text that a quoted JSON string stands for. \u escapes give UTF-8; a broken escape gives U+FFFD.
[[nodiscard]] std::string unquote(std::string_view quoted);

[[nodiscard]] std::vector<std::string> member_names(std::string_view object);

// The object with only the members whose name the glob matches; "{}" if none does.
[[nodiscard]] std::string cut_object(std::string_view object, std::string_view pattern);

}  // namespace cantrail::sqlite
