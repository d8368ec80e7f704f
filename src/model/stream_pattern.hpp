// A glob over streams and their fields as people write it: "Battery", "can0:Gps*", "Battery.soc", "*.temp_*".
#pragma once

#include <string>
#include <string_view>

#include "model/catalog.hpp"

namespace cantrail {

// "[channel:]Stream[.field]"; `*` and `?` in each part. Without a channel it is any, without a field it is
// the whole stream. A field begins behind the first '.' of what follows the channel.
class StreamPattern {
 public:
  explicit StreamPattern(std::string_view text);

  [[nodiscard]] bool names_field() const { return !field_.empty(); }
  // Whether the stream is meant, wholly or a field of it.
  [[nodiscard]] bool matches(const Catalog& catalog, const StreamInfo& stream) const;
  // Whether that field of a stream is meant for which matches() is true.
  [[nodiscard]] bool matches_field(std::string_view field) const;

 private:
  std::string channel_, stream_, field_;
};

}  // namespace cantrail
