// Any bytes as an MCAP file: examined, read in the order of time, and what is readable made into a file that
// is whole.
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/recovery.hpp"
#include "formats/mcap/salvage.hpp"
#include "fuzz/input.hpp"

namespace cantrail::fuzz {
namespace {

// Little memory for every input, and quick: files here are small.
mcap::Limits limits() {
  mcap::Limits few;
  few.most_chunk_bytes = 1U << 20U;
  return few;
}

std::uint64_t count(const mcap::ByteSource& source, const mcap::Summary& summary) {
  mcap::OrderedReader reader(source, summary, {}, limits());
  std::uint64_t messages = 0;
  for (;;) {
    const auto some = reader.next();
    require(some.ok(), "memory can be read");
    if (some->empty()) return messages;
    messages += some->size();
  }
}

}  // namespace
}  // namespace cantrail::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail;
  using namespace cantrail::fuzz;
  const mcap::MemorySource source(std::as_bytes(std::span(data, size)));
  const auto examined = mcap::examine(source, limits());
  mcap::MemorySink sink;
  const auto saved = mcap::salvage(source, sink, limits());
  require(saved.ok() == examined.ok(), "a file is one, or none");
  if (!examined) return 0;
  require(count(source, examined->readable) == examined->readable.statistics.messages,
          "what is readable is read");
  const mcap::MemorySource whole(sink.bytes);
  const auto checked = mcap::examine(whole, limits());
  require(checked.ok() && checked->ending == mcap::Ending::complete, "what was saved has its end");
  for (const mcap::Damage& damage : checked->damage.first())
    require(false, "what was saved is whole: " + to_string(damage));
  require(checked->readable.statistics.messages == saved->messages, "all of what was saved is in the file");
  return 0;
}
