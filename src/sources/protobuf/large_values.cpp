#include "sources/protobuf/large_values.hpp"

#include "sources/protobuf/occurrence.hpp"

namespace cantrail::protobuf {
namespace {

void find_in(const RowPlan& plan, std::uint32_t node_index, ByteSpan message,
             std::vector<LargeValue>& found) {
  const PlanNode& node = plan.nodes[node_index];
  const MessageShape& shape = plan.shape(node);
  WireReader wire(message);
  std::size_t hint = 0;
  Tag tag;
  while (!wire.at_end() && wire.tag(tag)) {
    const auto index = shape.find(tag.number, hint);
    if (!index) {
      if (!wire.skip(tag)) return;
      continue;
    }
    const FieldShape& field = shape.fields[*index];
    Occurrence occurrence;
    const Reading reading = read_occurrence(wire, tag, field, occurrence);
    if (reading == Reading::malformed) return;
    if (reading == Reading::unwanted || occurrence.bytes.size() <= kMostInlineBytes) continue;
    const Slot slot = node.slots[*index];
    if (slot.goal == Slot::Goal::node) find_in(plan, slot.index, occurrence.bytes, found);
    if (slot.goal == Slot::Goal::column && field.kind == Kind::bytes) found.push_back({occurrence.bytes});
  }
}

}  // namespace

std::vector<LargeValue> find_large_values(const RowPlan& plan, ByteSpan message) {
  std::vector<LargeValue> found;
  if (message.size() > kMostInlineBytes) find_in(plan, 0, message, found);
  return found;
}

}  // namespace cantrail::protobuf
