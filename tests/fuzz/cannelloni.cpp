// Any bytes as a datagram of cannelloni: all frames or none, and those that came are packed and read as they
// were.
#include "formats/cannelloni.hpp"

#include <algorithm>

#include "fuzz/input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cantrail;
  using namespace cantrail::fuzz;
  FrameBlock frames;
  const auto info = cannelloni::decode_packet({data, size}, {}, frames);
  if (!info) {
    require(frames.empty(), "all frames of a packet or none");
    return 0;
  }
  require(info->frames == frames.size(), "as many frames as the packet says");
  cannelloni::PacketWriter writer(cannelloni::kMaxPacketBytes);
  writer.begin(info->sequence);
  for (std::size_t i = 0; i < frames.size(); ++i)
    require(writer.add(frames[i]), "what came in a packet fits into one");
  FrameBlock again;
  const auto packed = cannelloni::decode_packet(writer.bytes(), {}, again);
  require(packed.ok() && packed->sequence == info->sequence && again.size() == frames.size(),
          "what is packed is read");
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const FrameView one = frames[i], other = again[i];
    require(one.id == other.id && one.flags == other.flags && one.length == other.length &&
                std::equal(one.data.begin(), one.data.end(), other.data.begin(), other.data.end()),
            "frames are read as they were packed");
  }
  return 0;
}
