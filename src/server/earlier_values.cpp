#include "server/earlier_values.hpp"

namespace cantrail::server {

std::vector<std::uint32_t> fields_to_remember(const RowSchema& schema) {
  std::vector<std::uint32_t> fields;
  for (std::uint32_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].optional && schema.fields[i].layout) fields.push_back(i);
  }
  return fields;
}

void note_earlier(std::span<const std::uint32_t> fields, const StreamBlock& block, MonoTime seen,
                  std::span<EarlierValue> values) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::uint32_t field = fields[i];
    for (std::size_t row = block.rows(); row-- > 0;) {
      if (block.valid(field, row)) {
        values[i] = {EarlierValue::News::came, {block.time_ns()[row]}, seen, block.word(field, row)};
        break;
      }
      if (block.quality(field, row) != Quality::inactive) {
        values[i].news = EarlierValue::News::gone;
        break;
      }
    }
  }
}

void EarlierValues::take(std::span<EarlierValue> values, std::uint64_t version) {
  values_.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    switch (values[i].news) {
      case EarlierValue::News::none:
        continue;
      case EarlierValue::News::came:
        values_[i] = {values[i], version};
        break;
      case EarlierValue::News::gone:
        values_[i] = {};
        break;
    }
    values[i].news = EarlierValue::News::none;
  }
}

const EarlierValue* EarlierValues::newer_than(std::uint64_t version, std::size_t number) const {
  return values_[number].version > version ? &values_[number].value : nullptr;
}

}  // namespace cantrail::server
