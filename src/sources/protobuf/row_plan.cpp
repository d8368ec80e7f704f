#include "sources/protobuf/row_plan.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace cantrail::protobuf {
namespace {

FieldType column_type(Kind kind) {
  switch (kind) {
    case Kind::f64:
    case Kind::f32:
      return FieldType::f64;
    case Kind::uint32:
    case Kind::uint64:
    case Kind::fixed32:
    case Kind::fixed64:
      return FieldType::u64;
    case Kind::boolean:
      return FieldType::boolean;
    case Kind::text:
      return FieldType::text;
    case Kind::bytes:
      return FieldType::blob;
    default:
      return FieldType::i64;
  }
}

// Words, not numbers: so that they are found by what a column holds.
std::vector<Label> labels_of(const EnumNames& names) {
  std::vector<Label> labels;
  for (const auto& [number, name] : names) {
    labels.push_back({static_cast<std::uint64_t>(std::int64_t{number}), name});
  }
  std::sort(labels.begin(), labels.end(), [](const Label& a, const Label& b) { return a.word < b.word; });
  return labels;
}

class Planner {
 public:
  Planner(const Shapes& shapes, std::string_view time_field, std::size_t depth)
      : shapes_(shapes), time_field_(time_field), depth_(depth) {}

  // False: too many columns.
  bool plan(RowPlan& plan, RowSchema& row) {
    plan_ = &plan;
    row_ = &row;
    (void)add_node(0, "");
    return row.fields.size() <= kMostColumns;
  }

 private:
  [[nodiscard]] bool too_many() const { return row_->fields.size() > kMostColumns; }

  std::uint32_t columns() const { return static_cast<std::uint32_t>(row_->fields.size()); }
  std::uint32_t jsons() const { return static_cast<std::uint32_t>(plan_->json.size()); }

  std::uint32_t add_node(std::uint32_t message, const std::string& prefix) {
    const auto index = static_cast<std::uint32_t>(plan_->nodes.size());
    const MessageShape& shape = shapes_.messages[message];
    PlanNode node;
    node.message = message;
    node.first_column = columns();
    node.first_json = jsons();
    node.first_oneof = plan_->oneofs;
    plan_->oneofs += shape.oneofs;
    plan_->nodes.push_back({});
    path_.push_back(message);
    for (std::size_t i = 0; i < shape.fields.size() && !too_many(); ++i) {
      node.slots.push_back(add_field(node, index, static_cast<std::uint32_t>(i), prefix));
    }
    if (shape.fields.empty() && index != 0) {
      node.implied.push_back(columns());
      add_column(prefix.substr(0, prefix.size() - 1), FieldType::boolean, true).comment = shape.comment;
    }
    path_.pop_back();
    node.last_column = columns();
    node.last_json = jsons();
    node.last_oneof = plan_->oneofs;
    node.last_node = static_cast<std::uint32_t>(plan_->nodes.size());
    plan_->nodes[index] = std::move(node);
    return index;
  }

  Slot add_field(PlanNode& node, std::uint32_t node_index, std::uint32_t index, const std::string& prefix) {
    const FieldShape& field = shapes_.messages[node.message].fields[index];
    const bool single_message = is_message(field.kind) && !field.repeated;
    const WellKnown known = single_message ? shapes_.messages[field.message].well_known : WellKnown::none;
    if (single_message && known == WellKnown::none && may_flatten(field.message)) {
      return {Slot::Goal::node, add_node(field.message, prefix + field.name + ".")};
    }
    const std::uint32_t column = columns();
    const bool as_json = field.repeated || (single_message && known == WellKnown::none);
    const FieldType type = as_json ? FieldType::text : column_type(field.kind);
    // A large value that could not be kept is absent, whatever its field says.
    const bool may_be_absent = field.presence || node_index != 0 || type == FieldType::blob;
    if (!field.presence && may_be_absent) node.implied.push_back(column);
    FieldSchema& schema = add_column(prefix + field.name, type, may_be_absent);
    schema.comment = field.comment;
    schema.unit = field.unit;
    if (as_json) {
      plan_->json.push_back({column, node_index, index});
      return {Slot::Goal::json, jsons() - 1};
    }
    if (field.kind == Kind::enumeration) schema.labels = labels_of(shapes_.enums[field.names]);
    if (known == WellKnown::timestamp) {
      schema.unit = "ns";
      if (schema.name == time_field_) plan_->time_column = column;
    } else if (known == WellKnown::duration) {
      schema.type = FieldType::f64;
      schema.unit = "s";
    }
    return {Slot::Goal::column, column};
  }

  [[nodiscard]] bool may_flatten(std::uint32_t message) const {
    return path_.size() <= depth_ && std::find(path_.begin(), path_.end(), message) == path_.end();
  }

  FieldSchema& add_column(const std::string& name, FieldType type, bool optional) {
    FieldSchema& schema = row_->fields.emplace_back();
    schema.name = name;
    schema.type = type;
    schema.optional = optional;
    plan_->optional.push_back(optional ? 1 : 0);
    return schema;
  }

  const Shapes& shapes_;
  const std::string_view time_field_;
  const std::size_t depth_;
  RowPlan* plan_ = nullptr;
  RowSchema* row_ = nullptr;
  std::vector<std::uint32_t> path_;
};

}  // namespace

Result<RowPlanPtr> plan_rows(Shapes shapes, const std::string& stream, std::string_view time_field) {
  for (std::size_t depth = kDeepestColumn + 1; depth-- > 0;) {
    auto plan = std::make_shared<RowPlan>();
    auto row = std::make_shared<RowSchema>();
    if (!Planner(shapes, time_field, depth).plan(*plan, *row)) continue;
    row->name = stream;
    row->comment = shapes.messages.front().comment;
    row->labels = {{"proto", shapes.messages.front().name}};
    plan->row = std::move(row);
    plan->shapes = std::move(shapes);
    return RowPlanPtr(std::move(plan));
  }
  return Fault{FaultKind::config, shapes.messages.front().name + " has more than " +
                                      format_count(kMostColumns) + " fields: its messages are kept as bytes"};
}

}  // namespace cantrail::protobuf
