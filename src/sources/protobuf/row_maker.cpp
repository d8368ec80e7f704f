#include "sources/protobuf/row_maker.hpp"

#include <algorithm>
#include <numeric>

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

enum UnknownColumn : std::size_t { kTypeName, kPayload, kUnknownColumns };  // of unknown_schema()

void set_valid(std::span<std::uint64_t> bits, std::size_t row) {
  bits[row / 64] |= std::uint64_t{1} << row % 64;
}

}  // namespace

void RowMaker::adopt(std::shared_ptr<const TypeSet> types) {
  types_ = std::move(types);
  rowless_.clear();
  for (auto at = known_.begin(); at != known_.end();) {
    Type& type = at->second;
    auto plan = types_->plan(at->first, options_.prefix, options_.time_field);
    if (!plan) {
      at = known_.erase(at);
      continue;
    }
    // A type that has come keeps the name it came under, also where a new file would have it renamed.
    auto row = std::make_shared<RowSchema>(*(*plan)->row);
    row->name = type.plan->row->name;
    auto renamed = std::make_shared<RowPlan>(**plan);
    if (*row != *type.plan->row) {
      type.stream.reset();
      type.refused = false;
    }
    renamed->row = std::move(row);
    type.plan = std::move(renamed);
    type.decoder = std::make_unique<RowDecoder>(type.plan);
    widest_ = std::max(widest_, type.plan->optional.size() + 1);
    ++at;
  }
}

// nullptr: no file defines it, or it makes no rows.
RowMaker::Type* RowMaker::find(std::string_view name) {
  if (const auto known = known_.find(name); known != known_.end()) return &known->second;
  if (!types_->has(name) || rowless_.contains(name)) return nullptr;
  auto plan = types_->plan(name, options_.prefix, options_.time_field);
  if (!plan) {
    context_.log.write(Severity::warning, context_.name, plan.fault().message);
    rowless_.emplace(name);
    return nullptr;
  }
  Type& type = known_[std::string(name)];
  type.plan = std::move(*plan);
  type.decoder = std::make_unique<RowDecoder>(type.plan);
  widest_ = std::max(widest_, type.plan->optional.size() + 1);
  return &type;
}

bool RowMaker::give_stream(Type& type) {
  if (type.stream) return true;
  if (type.refused) return false;
  const auto row = type.plan != nullptr ? type.plan->row : unknown_schema(options_.prefix);
  const auto stream = context_.channels.stream(context_.id, std::nullopt, row);
  if (stream) {
    type.stream = *stream;
  } else {
    type.refused = true;
    context_.log.write(Severity::error, context_.name, row->name + ": " + stream.fault().message);
  }
  return stream.ok();
}

std::vector<LargeValue> RowMaker::large_values(const Parcel& parcel) {
  if (parcel.payload.size() <= kMostInlineBytes) return {};
  if (const Type* type = find(parcel.type)) return find_large_values(*type->plan, parcel.payload);
  return {{parcel.payload}};
}

void RowMaker::add(const Parcel& parcel, Losses& losses) {
  Type* type = find(parcel.type);
  if (type == nullptr) {
    type = &unknown_;
    ++unknown_count_;
    if (last_unknown_ != parcel.type) last_unknown_ = parcel.type;
  }
  if (!give_stream(*type)) {
    ++losses.without_stream;
    return;
  }
  if (type->parcels.empty()) touched_.push_back(type);
  type->parcels.push_back(parcel);
}

void RowMaker::make(std::vector<RowBlock>& out, Losses& losses) {
  for (Type* type : touched_) {
    RowBlock block = type == &unknown_ ? decode_unknown(losses) : decode(*type, losses);
    for (const Parcel& parcel : type->parcels) {
      if (parcel.large == nullptr) continue;
      for (const LargeValue& value : *parcel.large) {
        if (value.reference) block.blobs.push_back(value.reference->digest);
      }
    }
    type->parcels.clear();
    out.push_back(std::move(block));
  }
  touched_.clear();
}

std::int64_t RowMaker::time_of(const Parcel& parcel, std::optional<std::int64_t> own) const {
  if (!options_.believe_senders) return parcel.arrived.ns;
  return own.value_or(parcel.sent_ns.value_or(parcel.arrived.ns));
}

RowBlock RowMaker::decode(Type& type, Losses& losses) {
  RowBlock block;
  const std::size_t rows = type.parcels.size();
  RowDecoder& decoder = *type.decoder;
  decoder.begin(block.rows, *type.stream, rows);
  bad_.assign(rows, 0);
  for (std::size_t row = 0; row < rows; ++row) {
    const Parcel& parcel = type.parcels[row];
    const auto outcome = decoder.decode(
        row, parcel.payload, parcel.large != nullptr ? *parcel.large : std::span<const LargeValue>{});
    block.rows.time_ns()[row] = time_of(parcel, outcome.malformed ? std::nullopt : decoder.time_of(row));
    if (outcome.malformed) {
      bad_[row] = 1;
      ++losses.malformed;
      losses.complaint = "a message is no " + printable(parcel.type);
    } else if (outcome.blob_lost) {
      ++losses.without_blob;
    }
  }
  put_in_order(block, bad_);
  return block;
}

RowBlock RowMaker::decode_unknown(Losses& losses) {
  RowBlock block;
  const std::size_t rows = unknown_.parcels.size();
  block.rows.reset(*unknown_.stream, kUnknownColumns, rows, false);
  const auto payloads = block.rows.make_validity(kPayload, false);
  for (std::size_t row = 0; row < rows; ++row) {
    const Parcel& parcel = unknown_.parcels[row];
    block.rows.time_ns()[row] = time_of(parcel, std::nullopt);
    block.rows.set_text(kTypeName, row, parcel.type);
    block.rows.u64(kPayload)[row] = 0;
    if (parcel.payload.size() <= kMostInlineBytes) {
      block.rows.set_blob(kPayload, row, as_text(parcel.payload));
      set_valid(payloads, row);
    } else if (parcel.large != nullptr && parcel.large->front().reference) {
      block.rows.set_blob(kPayload, row, *parcel.large->front().reference);
      set_valid(payloads, row);
    } else {
      ++losses.without_blob;
    }
  }
  bad_.assign(rows, 0);
  put_in_order(block, bad_);
  return block;
}

// By time; those of one time stay in the order in which they came.
void RowMaker::put_in_order(RowBlock& block, const std::vector<std::uint8_t>& bad) {
  const auto times = block.rows.time_ns();
  const bool all_good = std::find(bad.begin(), bad.end(), 1) == bad.end();
  if (all_good && std::is_sorted(times.begin(), times.end())) return;
  order_.clear();
  for (std::uint32_t row = 0; row < bad.size(); ++row) {
    if (bad[row] == 0) order_.push_back(row);
  }
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return times[a] < times[b]; });
  StreamBlock sorted;
  sorted.take(block.rows, order_);
  block.rows = std::move(sorted);
}

}  // namespace cantrail::protobuf
