// The last value of each signal that not every frame of its message has: multiplexed ones. The newest row
// alone would show one of them at a time, and between two looks of a client most of them come and go.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/time.hpp"
#include "model/schema.hpp"
#include "model/stream_block.hpp"

namespace cantrail::server {

// Of one such signal. `came` and `gone` are news since somebody took them.
struct EarlierValue {
  enum class News : std::uint8_t { none, came, gone };
  News news = News::none;
  WallTime time;  // of the row
  MonoTime seen;
  std::uint64_t word = 0;  // the value's 64 bits
};

// The fields of decoded frames that may be absent.
[[nodiscard]] std::vector<std::uint32_t> fields_to_remember(const RowSchema& schema);

// Notes the last value that `block` has for each of `fields`; one that is there no more for a reason (an
// error, not available) is gone. `values`: as many as `fields`.
void note_earlier(std::span<const std::uint32_t> fields, const StreamBlock& block, MonoTime seen,
                  std::span<EarlierValue> values);

// What has been noted up to now, and since which version of the live state.
class EarlierValues {
 public:
  // Takes the news out of `values`.
  void take(std::span<EarlierValue> values, std::uint64_t version);
  void clear() { values_.clear(); }
  [[nodiscard]] bool empty() const { return values_.empty(); }
  [[nodiscard]] std::size_t size() const { return values_.size(); }
  // nullptr: there is none, or not a newer one than `version`.
  [[nodiscard]] const EarlierValue* newer_than(std::uint64_t version, std::size_t number) const;

 private:
  struct Known {
    EarlierValue value;
    std::uint64_t version = 0;  // 0: none
  };
  std::vector<Known> values_;
};

// As a client sees it.
struct EarlierSignal {
  std::string name;
  std::string value;  // JSON
  std::string label;  // empty: none
  WallTime time;
  MonoTime seen;
};

}  // namespace cantrail::server
