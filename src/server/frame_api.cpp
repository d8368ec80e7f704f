// /api/frames: raw frames, newest of each identifier.
#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "decode/catalog/frame_names.hpp"
#include "server/query.hpp"
#include "server/routes.hpp"

namespace cantrail::server {
namespace {

using encode::JsonWriter;

// The message of an identifier, empty where no DBC knows it.
class Names {
 public:
  explicit Names(CompiledCatalogPtr compiled)
      : catalog_(compiled ? compiled->catalog : nullptr), names_(std::move(compiled)) {}

  [[nodiscard]] std::string_view of(const LatestFrame& frame) {
    if (!catalog_) return {};
    const auto& channels = catalog_->channels;
    const auto at = std::find_if(channels.begin(), channels.end(),
                                 [&](const ChannelInfo& one) { return one.alias == frame.channel; });
    return at == channels.end() ? std::string_view()
                                : names_.of(static_cast<ChannelId>(at - channels.begin()), frame.id);
  }

 private:
  CatalogPtr catalog_;
  FrameNames names_;
};

// The four bits of the frame: beyond 8 bytes they count in steps.
std::uint8_t dlc_of(const LatestFrame& frame) {
  if (const auto raw = static_cast<std::uint8_t>((frame.flags & kDlcMask) >> kDlcShift); raw != 0) return raw;
  if (frame.length <= kMaxClassicBytes) return frame.length;
  std::uint8_t dlc = 9;
  while (dlc < 15 && fd_length_from_dlc(dlc) < frame.length) ++dlc;
  return dlc;
}

void flag(JsonWriter& json, std::string_view name, bool value) {
  json.key(name);
  json.boolean(value);
}

void write_frame(JsonWriter& json, const LatestFrame& frame, std::string_view name, const ClockPair& now) {
  json.begin_object();
  json.key("channel");
  json.string(frame.channel);
  json.key("id");
  json.unsigned_integer(frame.number());
  flag(json, "extended", (frame.id & kIdExtended) != 0);
  flag(json, "remote", (frame.id & kIdRemote) != 0);
  flag(json, "error", (frame.id & kIdError) != 0);
  flag(json, "fd", (frame.flags & kFlagFd) != 0);
  flag(json, "sent", (frame.flags & kFlagTx) != 0);
  json.key("message");
  name.empty() ? json.null() : json.string(name);
  write_time(json, "time", frame.time);
  json.key("age_ms");
  json.integer(std::max(now.mono - frame.seen, Duration(0)) / std::chrono::milliseconds(1));
  json.key("dlc");
  json.unsigned_integer(dlc_of(frame));
  json.key("length");
  json.unsigned_integer(frame.length);
  json.key("data");
  json.string(to_hex(std::span(frame.data).first(frame.data_bytes)));
  json.key("count");
  json.unsigned_integer(frame.count);
  json.key("rate");
  frame.rate ? json.number(*frame.rate) : json.null();
  json.end_object();
}

// "498" or "0x1F2".
std::optional<std::uint32_t> read_id(QueryReader& query) {
  const std::string text = query.text("id");
  if (!query.has("id")) return std::nullopt;
  const bool hex = text.starts_with("0x") || text.starts_with("0X");
  const char* begin = text.data() + (hex ? 2 : 0);
  const char* end = text.data() + text.size();
  std::uint32_t id = 0;
  const auto [rest, error] = std::from_chars(begin, end, id, hex ? 16 : 10);
  if (error != std::errc{} || rest != end || id > kIdExtendedMask) {
    query.refuse("id", "id is no identifier: \"" + printable(text) + "\"; write 498 or 0x1F2");
    return std::nullopt;
  }
  return id;
}

}  // namespace

Response answer_frames(Api& api, const Request& request) {
  QueryReader query(request);
  FrameQuery wanted;
  wanted.channel = query.text("channel");
  wanted.id = read_id(query);
  wanted.limit = query.count("limit", FrameState::kCapacity, 1, FrameState::kCapacity);
  if (auto wrong = query.problem()) return *wrong;
  const ClockPair now = api.clock().pair();
  const FrameState::Found found = api.state().frames().find(wanted, now.mono);
  Names names(api.node().compiled_catalog());
  Response response;
  JsonWriter json(response.body, encode::BigIntegers::as_string);
  json.begin_object();
  write_time(json, "time", now.wall);
  flag(json, "more", found.more);
  json.key("dropped");
  json.unsigned_integer(found.dropped);
  json.key("frames");
  json.begin_array();
  for (const LatestFrame& frame : found.frames) write_frame(json, frame, names.of(frame), now);
  json.end_array();
  json.end_object();
  response.body += '\n';
  return response;
}

}  // namespace cantrail::server
