#include "decode/derive/signal_streams.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/text.hpp"
#include "decode/derive/value.hpp"

namespace cantrail::derive {
namespace {

constexpr const char* kType = "type";
constexpr const char* kSuffix = "suffix";

bool is_number(FieldType type) {
  return type != FieldType::text && type != FieldType::blob;
}

// The suffix under which the stream is the one that is named; nullopt: it is another.
std::optional<std::string> suffix_as(const StreamInfo& stream, const std::string& name) {
  if (stream.row->name == name) return std::string();
  const std::string* type = stream.row->label(kType);
  if (type == nullptr || *type != name) return std::nullopt;
  const std::string* suffix = stream.row->label(kSuffix);
  return suffix != nullptr ? *suffix : std::string();
}

// What the column holds where the frame has that raw value: the decoder's arithmetic once more.
std::uint64_t word_of_raw(const FieldSchema& field, std::int64_t raw) {
  const BitLayout layout = field.layout.value_or(BitLayout{.length_bits = 64, .is_signed = true});
  if (layout.is_signed && layout.length_bits < 63 && raw >= std::int64_t{1} << (layout.length_bits - 1)) {
    raw -= std::int64_t{1} << layout.length_bits;
  }
  if (field.type == FieldType::f64) {
    return std::bit_cast<std::uint64_t>(static_cast<double>(raw) * layout.factor + layout.offset);
  }
  const auto word = static_cast<std::uint64_t>(raw);
  return word * static_cast<std::uint64_t>(std::llround(layout.factor)) +
         static_cast<std::uint64_t>(std::llround(layout.offset));
}

// A field under another name keeps what is known of it, as far as its values are the same.
FieldSchema schema_of(const Formula& formula, const FieldSchema* from) {
  const SignalSpec& spec = formula.spec;
  FieldSchema field;
  field.name = "value";
  field.unit = spec.unit;
  field.comment = spec.comment;
  field.optional = true;
  field.good = spec.good;
  if (spec.valid) {
    field.minimum = spec.valid->low;
    field.maximum = spec.valid->high;
  }
  if (from == nullptr || !spec.table.empty() || spec.factor != 1) return field;
  if (field.unit.empty()) field.unit = from->unit;
  if (field.comment.empty()) field.comment = from->comment;
  if (spec.offset != 0 || spec.round) return field;
  for (const Label& label : from->labels) {
    field.labels.push_back({std::bit_cast<std::uint64_t>(number_of(from->type, label.word)), label.text});
  }
  std::sort(field.labels.begin(), field.labels.end(),
            [](const Label& a, const Label& b) { return a.word < b.word; });
  return field;
}

}  // namespace

SignalStreams::SignalStreams(const std::vector<Formula>& formulas) : made_of_(formulas.size()) {
  for (const Formula& formula : formulas) {
    formulas_.push_back(std::make_shared<const Formula>(formula));
    for (const Operand& operand : formula.operands) {
      if (!operand.signal) named_.insert(operand.stream);
    }
  }
}

bool SignalStreams::is_wanted(const StreamInfo& stream) const {
  const std::string* type = stream.row->label(kType);
  return !stream.named_signal &&
         (named_.contains(stream.row->name) || (type != nullptr && named_.contains(*type)));
}

void SignalStreams::add_to(Catalog& catalog, Diagnostics& diagnostics) {
  const bool any = std::any_of(catalog.streams.begin() + static_cast<std::ptrdiff_t>(seen_),
                               catalog.streams.end(), [&](const StreamInfo& one) { return is_wanted(one); });
  seen_ = catalog.streams.size();
  if (!any) return;
  for (std::size_t i = 0; i < formulas_.size(); ++i) {
    std::vector<Sources> operands;
    for (const Operand& operand : formulas_[i]->operands) operands.push_back(sources_of(operand, catalog));
    for (const std::string& suffix : suffixes_of(*formulas_[i], operands)) {
      if (!made_of_[i].contains(suffix)) make(i, suffix, operands, catalog, diagnostics);
    }
  }
  seen_ = catalog.streams.size();
}

// The first that is not replaced; else the last, whose rows are of the newest schema.
SignalStreams::Sources SignalStreams::sources_of(const Operand& operand, const Catalog& catalog) const {
  Sources sources;
  if (operand.signal) {
    for (const auto& [suffix, made] : made_of_[*operand.signal]) {
      sources[suffix] = {{made, {}, FieldType::f64}, made_[made].stream};
    }
    return sources;
  }
  for (StreamId id = 0; id < catalog.streams.size(); ++id) {
    const StreamInfo& stream = catalog.streams[id];
    if (stream.named_signal) continue;
    const auto suffix = suffix_as(stream, operand.stream);
    if (!suffix) continue;
    const bool here = operand.channel.empty() ||
                      (stream.channel && catalog.channels[*stream.channel].alias == operand.channel);
    const auto field = stream.row->field(operand.field);
    if (!here || !field || !is_number(stream.row->fields[*field].type)) continue;
    const auto known = sources.find(*suffix);
    if (known != sources.end() && !catalog.streams[known->second.stream].replaced) continue;
    sources[*suffix] = {{{}, {id, *field}, stream.row->fields[*field].type}, id};
  }
  return sources;
}

// Those under which every operand is there: under that suffix, or under none.
std::set<std::string> SignalStreams::suffixes_of(const Formula& formula,
                                                 const std::vector<Sources>& operands) const {
  std::set<std::string> suffixes;
  for (const Sources& sources : operands) {
    for (const auto& [suffix, source] : sources) suffixes.insert(suffix);
  }
  const auto& wanted = formula.spec.copies;
  std::erase_if(suffixes, [&](const std::string& suffix) {
    const bool meant = wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const auto& pattern) {
                         return glob_match(pattern, suffix);
                       });
    return !meant || std::any_of(operands.begin(), operands.end(), [&](const Sources& sources) {
      return !sources.contains(suffix) && !sources.contains("");
    });
  });
  return suffixes;
}

void SignalStreams::make(std::size_t formula, const std::string& suffix, const std::vector<Sources>& operands,
                         Catalog& catalog, Diagnostics& diagnostics) {
  const SignalSpec& spec = formulas_[formula]->spec;
  const auto copied = std::find_if(operands.begin(), operands.end(),
                                   [&](const Sources& sources) { return sources.contains(suffix); });
  const StreamInfo like = catalog.streams[copied->at(suffix).stream];
  auto row = std::make_shared<RowSchema>();
  row->name = spec.name + suffix;
  row->comment = spec.comment;
  row->labels = like.row->labels;
  for (auto& [name, value] : row->labels) {
    if (name == kType) value = spec.name;
  }
  const bool taken = std::any_of(catalog.streams.begin(), catalog.streams.end(), [&](const StreamInfo& one) {
    return !one.channel && one.row->name == row->name;
  });
  if (taken || made_.size() >= kMostSignalStreams) {
    if (refused_.insert(row->name).second) {
      diagnostics.push_back({Severity::warning,
                             {},
                             "named signal " + row->name + " is left out: " +
                                 (taken ? "there is a stream of that name"
                                        : "there are more than " + std::to_string(kMostSignalStreams))});
    }
    return;
  }
  const bool is_renamed = !spec.from.empty();
  const Input& input = copied->at(suffix).input;
  row->fields = {schema_of(*formulas_[formula], is_renamed ? &like.row->fields[input.field.field] : nullptr)};
  if (row->comment.empty() && is_renamed) row->comment = row->fields[0].comment;
  row->cycle_ms = is_renamed ? like.row->cycle_ms : std::nullopt;
  const auto stream = static_cast<StreamId>(catalog.streams.size());
  StreamInfo info{std::move(row), std::nullopt, like.source};
  info.named_signal = true;
  catalog.streams.push_back(std::move(info));
  made_of_[formula].emplace(suffix, made_.size());
  Made& made = made_.emplace_back(Made{formula, stream, {}});
  for (const Sources& sources : operands) made.suffixes.push_back(sources.contains(suffix) ? suffix : "");
}

std::shared_ptr<const Plan> SignalStreams::plan(const Catalog& catalog) const {
  if (made_.empty()) return nullptr;
  auto plan = std::make_shared<Plan>();
  std::vector<std::int64_t> reach;  // by signal: how far back its rows depend on others
  for (const Made& made : made_) {
    PlannedSignal& signal = plan->signals.emplace_back();
    signal.stream = made.stream;
    signal.formula = formulas_[made.formula];
    std::int64_t furthest = 0;
    for (std::size_t i = 0; i < made.suffixes.size(); ++i) {
      const Source source = sources_of(signal.formula->operands[i], catalog).at(made.suffixes[i]);
      signal.inputs.push_back(source.input);
      if (source.input.signal) {
        const auto& others = plan->signals[*source.input.signal].triggers;
        signal.triggers.insert(signal.triggers.end(), others.begin(), others.end());
        furthest = std::max(furthest, reach[*source.input.signal]);
      } else {
        signal.triggers.push_back(source.input.field.stream);
      }
    }
    std::sort(signal.triggers.begin(), signal.triggers.end());
    signal.triggers.erase(std::unique(signal.triggers.begin(), signal.triggers.end()), signal.triggers.end());
    if (!signal.formula->spec.from.empty()) {
      const FieldPlace place = signal.inputs.front().field;
      for (const std::int64_t raw : signal.formula->spec.absent) {
        signal.absent.push_back(word_of_raw(catalog.streams[place.stream].row->fields[place.field], raw));
      }
    }
    reach.push_back(signal.of_one_stream() ? 0 : furthest + signal.formula->spec.max_age_ns);
    plan->lookback_ns = std::max(plan->lookback_ns, reach.back());
  }
  return plan;
}

}  // namespace cantrail::derive
