// How the messages of one type become rows: the schema, and where in a row each field goes.
//
// Scalars have a column each; fields of a message inside it are flattened, "a.b". A repeated field, a map,
// and a message that contains itself or lies deeper than the plan goes is one text column with protobuf's
// JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "model/schema.hpp"
#include "sources/protobuf/shape.hpp"

namespace cantrail::protobuf {

inline constexpr std::size_t kMostColumns = 1024;
inline constexpr std::size_t kDeepestColumn = 8;  // messages in messages that are flattened

struct Slot {  // where a field goes
  enum class Goal : std::uint8_t {
    column,  // a value of its own
    node,    // flattened: index of the node
    json,    // index into RowPlan::json
  };
  Goal goal = Goal::column;
  std::uint32_t index = 0;
};

// One message of the tree that the type is when flattened; nodes are numbered so that those below a node
// follow it.
struct PlanNode {
  std::uint32_t message = 0;  // index into Shapes::messages
  std::vector<Slot> slots;    // one for each field of its shape
  // Valid as soon as the message is there, of those that can be absent: its scalars without presence, and for
  // a message that has no fields the column that says so.
  std::vector<std::uint32_t> implied;
  // What belongs to it and the nodes below it: [first, last).
  std::uint32_t first_column = 0, last_column = 0;
  std::uint32_t last_node = 0;
  std::uint32_t first_json = 0, last_json = 0;
  std::uint32_t first_oneof = 0, last_oneof = 0;  // states in a row
};

struct JsonColumn {
  std::uint32_t column = 0;
  std::uint32_t node = 0;   // that has the field
  std::uint32_t field = 0;  // index in the node's shape
};

// Immutable; shared by the threads that decode and those that write blobs.
struct RowPlan {
  Shapes shapes;
  std::shared_ptr<const RowSchema> row;
  std::vector<PlanNode> nodes;  // [0]: the type itself
  std::vector<JsonColumn> json;
  std::uint32_t oneofs = 0;                  // states in a row
  std::vector<std::uint8_t> optional;        // by column: has a validity
  std::optional<std::uint32_t> time_column;  // i64 ns: a Timestamp that says when the row was measured

  [[nodiscard]] const MessageShape& shape(const PlanNode& node) const {
    return shapes.messages[node.message];
  }
};

using RowPlanPtr = std::shared_ptr<const RowPlan>;

// `stream`: what the rows' stream is called. `time_field`: the path of the Timestamp that says the time;
// empty, or one that the type does not have: none. Fault `config`: more than kMostColumns columns at whatever
// depth.
[[nodiscard]] Result<RowPlanPtr> plan_rows(Shapes shapes, const std::string& stream,
                                           std::string_view time_field);

}  // namespace cantrail::protobuf
