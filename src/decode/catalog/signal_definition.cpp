#include "decode/catalog/signal_definition.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace cantrail {
namespace {

namespace json = boost::json;

constexpr int kMostDigits = 15;

json::array pair_of(double a, double b) {
  return {a, b};
}

// Takes members of one object, and remembers whether one was not what it must be. What is not there keeps its
// value.
class Members {
 public:
  explicit Members(const json::object& object) : object_(object) {}

  void take(std::string_view key, std::string& to) {
    if (const json::value* value = find(key)) to = text(*value);
  }
  void take(std::string_view key, double& to) {
    if (const json::value* value = find(key)) to = number(*value);
  }
  void take(std::string_view key, std::int64_t& to) {
    if (const json::value* value = find(key)) to = integer(*value);
  }
  void take(std::string_view key, std::optional<Band>& to) {
    if (const json::value* value = find(key)) {
      const auto [low, high] = pair(*value);
      to = Band{low, high};
    }
  }
  template <class T, class Read>
  void take_list(std::string_view key, std::vector<T>& to, Read read) {
    const json::value* value = find(key);
    if (value == nullptr) return;
    if (!value->is_array()) {
      wrong_ = true;
      return;
    }
    for (const json::value& entry : value->get_array()) to.push_back((this->*read)(entry));
  }

  std::string text(const json::value& value) {
    if (const json::string* found = value.if_string()) return {found->data(), found->size()};
    wrong_ = true;
    return {};
  }
  double number(const json::value& value) {
    if (value.is_number()) return value.to_number<double>();
    wrong_ = true;
    return 0;
  }
  std::int64_t integer(const json::value& value) {
    if (const std::int64_t* found = value.if_int64()) return *found;
    wrong_ = true;
    return 0;
  }
  std::pair<double, double> pair(const json::value& value) {
    const json::array* both = value.if_array();
    if (both != nullptr && both->size() == 2) return {number((*both)[0]), number((*both)[1])};
    wrong_ = true;
    return {};
  }
  [[nodiscard]] bool wrong() const { return wrong_; }

 private:
  const json::value* find(std::string_view key) { return object_.if_contains(key); }

  const json::object& object_;
  bool wrong_ = false;
};

bool ascends(const std::vector<std::pair<double, double>>& table) {
  return table.size() != 1 &&
         std::adjacent_find(table.begin(), table.end(),
                            [](const auto& a, const auto& b) { return !(a.first < b.first); }) == table.end();
}

}  // namespace

// What is as it is anyway is left out, so that a later key changes no digest of signals without it.
json::object write_signal_definition(const derive::SignalSpec& signal) {
  const derive::SignalSpec plain;
  json::object out{{"name", signal.name}};
  if (!signal.from.empty()) out["from"] = signal.from;
  if (!signal.expression.empty()) out["expr"] = signal.expression;
  if (!signal.unit.empty()) out["unit"] = signal.unit;
  if (!signal.comment.empty()) out["comment"] = signal.comment;
  if (!signal.absent.empty()) out["absent"] = json::array(signal.absent.begin(), signal.absent.end());
  if (!signal.table.empty()) {
    json::array table;
    for (const auto& [raw, value] : signal.table) table.push_back(pair_of(raw, value));
    out["table"] = std::move(table);
  }
  if (signal.factor != plain.factor) out["factor"] = signal.factor;
  if (signal.offset != plain.offset) out["offset"] = signal.offset;
  if (signal.round) out["round"] = *signal.round;
  if (signal.valid) out["valid"] = pair_of(signal.valid->low, signal.valid->high);
  if (signal.good) out["good"] = pair_of(signal.good->low, signal.good->high);
  if (signal.max_age_ns != plain.max_age_ns) out["max_age_ns"] = signal.max_age_ns;
  if (!signal.copies.empty()) out["copies"] = json::array(signal.copies.begin(), signal.copies.end());
  return out;
}

std::optional<derive::SignalSpec> read_signal_definition(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  Members members(*object);
  derive::SignalSpec signal;
  members.take("name", signal.name);
  members.take("from", signal.from);
  members.take("expr", signal.expression);
  members.take("unit", signal.unit);
  members.take("comment", signal.comment);
  members.take_list("absent", signal.absent, &Members::integer);
  members.take_list("table", signal.table, &Members::pair);
  members.take("factor", signal.factor);
  members.take("offset", signal.offset);
  members.take("valid", signal.valid);
  members.take("good", signal.good);
  members.take("max_age_ns", signal.max_age_ns);
  members.take_list("copies", signal.copies, &Members::text);
  if (object->contains("round")) {
    std::int64_t digits = 0;
    members.take("round", digits);
    if (digits < 0 || digits > kMostDigits) return std::nullopt;
    signal.round = static_cast<int>(digits);
  }
  const bool is_one_of_two = signal.from.empty() != signal.expression.empty();
  const bool is_whole = !members.wrong() && !signal.name.empty() && is_one_of_two && signal.max_age_ns >= 0 &&
                        ascends(signal.table);
  return is_whole ? std::optional(std::move(signal)) : std::nullopt;
}

}  // namespace cantrail
