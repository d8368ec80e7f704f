// What the benchmark decodes: random frames over all messages of a DBC, made anew in every run from a fixed
// seed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decode/dbc/plan.hpp"
#include "model/frame.hpp"

namespace cantrail::bench {

// One frame as a simple program would keep it: what the scalar sketch reads.
struct Record {
  std::uint32_t id = 0;
  std::uint32_t length = 0;
  std::uint64_t data = 0;  // the first eight bytes
};

struct Input {
  std::string name;
  std::string dbc_path;
  std::shared_ptr<const dbc::DecodePlan> plan;
  std::vector<Record> records;
};

// Identifiers uniform over the plan's messages, payloads random, selectors set to values that select
// something. Frames are at most 8 bytes long; messages that are longer are left out. nullopt: the DBC cannot
// be read.
[[nodiscard]] std::optional<Input> make_input(const std::string& name, const std::string& dbc_path,
                                              std::size_t frames);

[[nodiscard]] std::vector<FrameBlock> batches_of(const Input& input, std::size_t frames_per_batch);

}  // namespace cantrail::bench
