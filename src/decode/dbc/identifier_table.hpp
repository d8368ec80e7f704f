// From identifier to number: how messages are found. 11 bits by index, 29 bits in a hash with open
// addressing, a power of two, at most half full. J1939 messages stand in a second hash, by what of their
// identifier counts: group alone, or group and source address.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/frame.hpp"
#include "model/j1939_identifier.hpp"

namespace cantrail::dbc {

// What a frame's identifier must have in common with a message's.
enum class Match : std::uint8_t {
  whole,             // all bits
  group,             // J1939: the parameter group
  group_and_source,  // J1939, where a file describes several sources of one group
};

// `Number` is unsigned; `None` is what is found where nothing is known.
template <class Number, Number None>
class IdentifierTable {
 public:
  // Room for `count` messages.
  explicit IdentifierTable(std::size_t count = 0)
      : standard_(kIdStandardMask + 1, None), whole_(count), j1939_(count) {}

  // `id` with kIdExtended. The first that is inserted stays.
  void insert(std::uint32_t id, Match match, Number number) {
    if (id <= kIdStandardMask) {
      if (standard_[id] == None) standard_[id] = number;
    } else if (match == Match::whole) {
      whole_.insert(id, number);
    } else {
      j1939_.insert(key(id, match), number);
      has_j1939_ = true;
      has_sources_ = has_sources_ || match == Match::group_and_source;
    }
  }

  // A message of the whole identifier goes before one of the group.
  [[nodiscard]] Number find(std::uint32_t id) const {
    if (id <= kIdStandardMask) return standard_[id];
    const Number number = whole_.find(id);
    return number != None || !has_j1939_ ? number : find_group(id);
  }

  // Unlike find(), only a message that has exactly this identifier and match.
  [[nodiscard]] Number find(std::uint32_t id, Match match) const {
    if (id <= kIdStandardMask) return standard_[id];
    return match == Match::whole ? whole_.find(id) : j1939_.find(key(id, match));
  }

  [[nodiscard]] Number find_group(std::uint32_t id) const {
    if (!j1939::is_candidate(id)) return None;
    if (has_sources_) {
      const Number number = j1939_.find(key(id, Match::group_and_source));
      if (number != None) return number;
    }
    return j1939_.find(key(id, Match::group));
  }

 private:
  class Hash {
   public:
    explicit Hash(std::size_t count)
        : keys_(std::bit_ceil(count * 2 + 2), 0),
          numbers_(keys_.size(), None),
          shift_(static_cast<unsigned>(32 - std::bit_width(keys_.size() - 1))) {}

    void insert(std::uint32_t key, Number number) {
      std::size_t slot = first(key);
      while (keys_[slot] != 0) {  // no key is 0: all carry a flag
        if (keys_[slot] == key) return;
        slot = (slot + 1) & (keys_.size() - 1);
      }
      keys_[slot] = key;
      numbers_[slot] = number;
    }
    [[nodiscard]] Number find(std::uint32_t key) const {
      std::size_t slot = first(key);
      while (keys_[slot] != 0) {  // remote and error flags make an identifier equal to no key
        if (keys_[slot] == key) return numbers_[slot];
        slot = (slot + 1) & (keys_.size() - 1);
      }
      return None;
    }

   private:
    [[nodiscard]] std::size_t first(std::uint32_t key) const { return (key * 0x9E3779B1U) >> shift_; }

    std::vector<std::uint32_t> keys_;
    std::vector<Number> numbers_;
    unsigned shift_;
  };

  [[nodiscard]] static std::uint32_t key(std::uint32_t id, Match match) {
    const std::uint32_t group = j1939::group_bits(id) | kIdExtended;
    return match == Match::group ? group : group | kIdRemote | (id & 0xFF);  // a flag that no such frame has
  }

  std::vector<Number> standard_;
  Hash whole_, j1939_;
  bool has_j1939_ = false, has_sources_ = false;
};

}  // namespace cantrail::dbc
