// Any frames on a bus with J1939 and ISO-TP: packets are put together, and it does not matter where batches
// are cut. An input is a row of frames: which identifier, how long after the one before, how many bytes, the
// bytes.
#include <array>
#include <map>
#include <tuple>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/transport/conversations.hpp"
#include "decode/transport/test_dbc.hpp"
#include "fuzz/input.hpp"

namespace cantrail::fuzz {
namespace {

constexpr std::array<std::uint32_t, 12> kIds = {0x18ECFF00U | kIdExtended,
                                                0x18EBFF00U | kIdExtended,
                                                0x18EC0102U | kIdExtended,
                                                0x18EC0201U | kIdExtended,
                                                0x18EB0102U | kIdExtended,
                                                0x18FECA00U | kIdExtended,
                                                0x0CF00400U | kIdExtended,
                                                1979,
                                                1980,
                                                291,
                                                0x18FEE200U | kIdExtended,
                                                0x7E8};

CompiledCatalogPtr catalog() {
  static const CompiledCatalogPtr made = [] {
    CatalogSpec spec;
    spec.sources = {{"bus", "fuzz"}};
    spec.dbcs = {{"fuzz.dbc", transport::testing::kDbc}};
    spec.channels = {{"can0", 0, {0}}};
    Diagnostics diagnostics;
    auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
    require(compiled.ok(), "the catalog compiles");
    return *compiled;
  }();
  return made;
}

FrameBlock frames_of(Input& input) {
  FrameBlock frames;
  std::int64_t time_ns = 0;
  while (!input.empty() && frames.size() < 400) {
    const std::uint32_t id = kIds[input.byte() % kIds.size()];
    const std::uint8_t wait = input.byte();
    time_ns += wait < 200 ? wait * 1'000'000LL : (wait - 200) * 1'000'000'000LL;
    const std::uint8_t length = fd_round_up_length(input.byte() % 65);
    std::array<std::uint8_t, kMaxFrameBytes> data{};
    const auto bytes = input.bytes(length);
    std::copy(bytes.begin(), bytes.end(), data.begin());
    frames.append({WallTime{time_ns}, id, static_cast<FrameFlags>(length > 8 ? kFlagFd : 0), 0, length,
                   std::span(data).first(length)});
  }
  return frames;
}

struct Decoded {
  // (frame, stream) → what rows of it hold, as text.
  std::map<std::pair<std::size_t, StreamId>, std::string> rows;
  std::vector<std::size_t> parts;
  std::uint64_t undecoded = 0;
  std::uint64_t lost = 0;
  bool operator==(const Decoded&) const = default;
};

void add_rows(const StreamBlock& block, std::size_t begin, Decoded& decoded) {
  const RowSchema& schema = *catalog()->catalog->streams[block.stream()].row;
  require(block.fields() == schema.fields.size(), "a block has the fields of its stream");
  for (std::size_t row = 0; row < block.rows(); ++row) {
    std::string& text = decoded.rows[{begin + block.frame()[row], block.stream()}];
    for (std::size_t field = 0; field < block.fields(); ++field) {
      const FieldType type = schema.fields[field].type;
      text += block.valid(field, row) ? '+' : '-';
      text += type == FieldType::text || type == FieldType::blob ? std::string(block.text(field, row))
                                                                 : std::to_string(block.word(field, row));
    }
  }
}

// In batches of 1 to `most` frames.
Decoded decode(const FrameBlock& frames, std::uint32_t most, Random random) {
  const CompiledCatalog& compiled = *catalog();
  dbc::Decoder decoder(compiled.channels);
  transport::Conversations conversations(compiled.transport, compiled.catalog->streams.size());
  Decoded decoded;
  std::vector<StreamBlock> blocks;
  std::vector<std::uint32_t> parts;
  std::vector<std::pair<ChannelId, TransportLosses>> losses;
  for (std::size_t begin = 0; begin < frames.size();) {
    const std::size_t size = std::min(frames.size() - begin, std::size_t{1} + random.below(most));
    FrameBlock batch;
    for (std::size_t i = begin; i < begin + size; ++i) batch.append(frames[i]);
    conversations.reclaim(blocks);
    decoded.undecoded += decoder.decode(batch, blocks);
    parts.clear();
    decoded.undecoded += conversations.decode(batch, decoder.aside(), blocks, parts);
    for (const std::uint32_t part : parts) decoded.parts.push_back(begin + part);
    for (const StreamBlock& block : blocks) add_rows(block, begin, decoded);
    losses.clear();
    conversations.take_losses(losses);
    for (const auto& [channel, counts] : losses) decoded.lost += counts.total();
    begin += size;
  }
  return decoded;
}

}  // namespace
}  // namespace cantrail::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail::fuzz;
  Input input(data, size);
  const Random random(input.byte());
  const cantrail::FrameBlock frames = frames_of(input);
  if (frames.empty()) return 0;
  const Decoded whole = decode(frames, 1000, Random(0));
  require(whole.parts.size() + whole.undecoded <= frames.size(), "a frame is one thing only");
  require(decode(frames, 7, random) == whole, "it does not matter where batches are cut");
  return 0;
}
