#include "sources/can_interface/filter.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <linux/can/raw.h>

#include "base/text.hpp"

namespace cantrail::socketcan {
namespace {

constexpr std::size_t kExtendedDigits = 8;

std::optional<std::uint32_t> parse_hex(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Fault wrong(std::string_view part, std::string_view why) {
  return {FaultKind::config, "filter \"" + printable(part) + "\": " + std::string(why)};
}

Status add_id(std::string_view part, std::size_t separator, FilterSet& set) {
  const std::string_view id_text = part.substr(0, separator);
  const auto id = parse_hex(id_text);
  const auto mask = parse_hex(part.substr(separator + 1));
  if (!id || !mask) return wrong(part, "identifier and mask are hexadecimal, as in \"123:7FF\"");
  if (set.ids.size() == CAN_RAW_FILTER_MAX) return wrong(part, "the kernel takes at most 512 filters");
  can_filter filter{*id, *mask & ~static_cast<std::uint32_t>(CAN_ERR_FLAG)};
  if (id_text.size() == kExtendedDigits) {
    filter.can_id |= CAN_EFF_FLAG;
  } else if (*id > CAN_SFF_MASK) {
    return wrong(part, "an identifier over 7FF is written with 8 digits");
  }
  if (part[separator] == '~') filter.can_id |= CAN_INV_FILTER;
  set.ids.push_back(filter);
  return {};
}

Status add_part(std::string_view part, FilterSet& set) {
  if (part == "j" || part == "J") {
    set.join = true;
    return {};
  }
  if (!part.empty() && part.front() == '#') {
    const auto mask = parse_hex(part.substr(1));
    if (!mask) return wrong(part, "an error mask is hexadecimal, as in \"#FFFFFFFF\"");
    set.error_mask = set.error_mask.value_or(0) | (*mask & CAN_ERR_MASK);
    return {};
  }
  const std::size_t separator = part.find_first_of(":~");
  if (separator == std::string_view::npos) {
    return wrong(part, "expected ID:MASK, ID~MASK, #ERRORMASK or j, as candump does");
  }
  return add_id(part, separator, set);
}

}  // namespace

bool FilterSet::passes(canid_t id) const {
  const auto fits = [id](const can_filter& filter) {
    const bool inverted = (filter.can_id & CAN_INV_FILTER) != 0;
    const canid_t mask = filter.can_mask & ~CAN_INV_FILTER;
    return ((id & mask) == (filter.can_id & mask)) != inverted;
  };
  if (ids.empty()) return true;
  return join ? std::all_of(ids.begin(), ids.end(), fits) : std::any_of(ids.begin(), ids.end(), fits);
}

Result<FilterSet> parse_filters(std::span<const std::string> texts) {
  FilterSet set;
  for (const std::string& text : texts) {
    for (const std::string_view part : split(text, ',')) {
      if (const Status status = add_part(trim(part), set); !status) return status.fault();
    }
  }
  return set;
}

}  // namespace cantrail::socketcan
