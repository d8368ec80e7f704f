// The schemas and channels of a file, by id and in the order they came.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "formats/mcap/records.hpp"

namespace cantrail::mcap {

// Pointers and references stay valid: definitions are never changed or removed.
class Definitions {
 public:
  enum class Added : std::uint8_t {
    added,
    known,     // the same is here already
    conflict,  // another one has this id, or a schema has id 0. Not taken
    no_room,   // not taken
  };

  // `most_bytes` bounds the memory of all texts together, roughly.
  explicit Definitions(std::uint64_t most_bytes) : room_(most_bytes) {}

  [[nodiscard]] Added add(Schema schema);
  [[nodiscard]] Added add(Channel channel);
  // What add() would answer.
  [[nodiscard]] Added check(const Schema& schema) const;
  [[nodiscard]] Added check(const Channel& channel) const;

  [[nodiscard]] const Schema* schema(std::uint16_t id) const { return find(schemas_, schema_at_, id); }
  [[nodiscard]] const Channel* channel(std::uint16_t id) const { return find(channels_, channel_at_, id); }
  [[nodiscard]] bool has_channel(std::uint16_t id) const {
    return id < channel_at_.size() && channel_at_[id] > 0;
  }
  [[nodiscard]] const std::deque<Schema>& schemas() const { return schemas_; }
  [[nodiscard]] const std::deque<Channel>& channels() const { return channels_; }

 private:
  using Places = std::vector<std::uint32_t>;  // by id: place + 1; 0, or shorter: none

  template <class T>
  static const T* find(const std::deque<T>& all, const Places& at, std::uint16_t id) {
    return id < at.size() && at[id] > 0 ? &all[at[id] - 1] : nullptr;
  }
  template <class T>
  [[nodiscard]] Added check_in(const std::deque<T>& all, const Places& at, const T& item) const;
  template <class T>
  Added add_to(std::deque<T>& all, Places& at, T item);

  std::deque<Schema> schemas_;
  std::deque<Channel> channels_;
  Places schema_at_, channel_at_;
  std::uint64_t room_;
};

}  // namespace cantrail::mcap
