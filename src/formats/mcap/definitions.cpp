#include "formats/mcap/definitions.hpp"

namespace cantrail::mcap {
namespace {

std::uint64_t bytes_of(const Schema& schema) {
  return sizeof schema + schema.name.size() + schema.encoding.size() + schema.data.size();
}

std::uint64_t bytes_of(const Channel& channel) {
  std::uint64_t bytes = sizeof channel + channel.topic.size() + channel.message_encoding.size();
  for (const auto& [key, value] : channel.metadata) {
    bytes += sizeof(KeyValues::value_type) + key.size() + value.size();
  }
  return bytes;
}

}  // namespace

template <class T>
Definitions::Added Definitions::check_in(const std::deque<T>& all, const Places& at, const T& item) const {
  if (const T* there = find(all, at, item.id)) return *there == item ? Added::known : Added::conflict;
  return bytes_of(item) > room_ ? Added::no_room : Added::added;
}

template <class T>
Definitions::Added Definitions::add_to(std::deque<T>& all, Places& at, T item) {
  const Added checked = check(item);
  if (checked != Added::added) return checked;
  room_ -= bytes_of(item);
  if (at.size() <= item.id) at.resize(std::size_t{item.id} + 1);
  all.push_back(std::move(item));
  at[all.back().id] = static_cast<std::uint32_t>(all.size());
  return Added::added;
}

Definitions::Added Definitions::check(const Schema& schema) const {
  return schema.id == 0 ? Added::conflict : check_in(schemas_, schema_at_, schema);
}

Definitions::Added Definitions::check(const Channel& channel) const {
  return check_in(channels_, channel_at_, channel);
}

Definitions::Added Definitions::add(Schema schema) {
  return add_to(schemas_, schema_at_, std::move(schema));
}

Definitions::Added Definitions::add(Channel channel) {
  return add_to(channels_, channel_at_, std::move(channel));
}

}  // namespace cantrail::mcap
