// For tests of this folder: random message types and messages, and what a row of one shall hold, worked out
// by protobuf's own reflection and JSON.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>

#include "model/stream_block.hpp"
#include "sources/protobuf/row_plan.hpp"

namespace cantrail::protobuf::testing {

// A file of random types, of which `type()` is one; the same for the same seed.
class RandomTypes {
 public:
  explicit RandomTypes(std::uint32_t seed);
  [[nodiscard]] const google::protobuf::Descriptor* type() const { return type_; }
  [[nodiscard]] std::unique_ptr<google::protobuf::Message> message(std::mt19937& random);
  [[nodiscard]] std::unique_ptr<google::protobuf::Message> empty_message();

 private:
  google::protobuf::DescriptorPool pool_{google::protobuf::DescriptorPool::generated_pool()};
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::Descriptor* type_ = nullptr;
};

// The columns of a row that are there, by name, in one notation for both sides.
using Cells = std::map<std::string, std::string>;
[[nodiscard]] Cells expected_cells(const google::protobuf::Message& message);
[[nodiscard]] Cells actual_cells(const RowPlan& plan, const StreamBlock& block, std::size_t row);
// Whether JSON has a way to say it: damaged bytes can make a Timestamp or Duration for which it has none.
[[nodiscard]] bool is_sayable(const google::protobuf::Message& message);
// Where they differ; empty: nowhere. Columns of JSON are compared as JSON, floats as floats.
[[nodiscard]] std::string difference(const Cells& expected, const Cells& actual);

}  // namespace cantrail::protobuf::testing
