#include "decode/transport/vehicle_identification.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "decode/transport/field.hpp"
#include "model/frame.hpp"

namespace cantrail::transport {
namespace {

enum Column : std::size_t { kKind, kText, kEcu };
enum Kind : std::uint8_t { kVin = 0x02, kCalibration = 0x04, kName = 0x0A };

constexpr std::size_t kVinBytes = 17, kCalibrationBytes = 16, kNameBytes = 20;

struct Texts {
  std::uint8_t kind = 0;
  std::size_t first = 0, bytes = 0, count = 0;  // of the payload, of each text
};

// Without a count: none of these answers, or one that lacks some of its texts.
Texts texts_of(std::span<const std::uint8_t> payload) {
  if (payload.size() == 3 + kVinBytes && payload[0] == 0x62 && payload[1] == 0xF1 && payload[2] == 0x90) {
    return {kVin, 3, kVinBytes, 1};
  }
  if (payload.size() < 3 || payload[0] != 0x49) return {};
  Texts found{payload[1], 3, 0, payload[2]};
  if (found.kind == kVin) found.bytes = kVinBytes;
  if (found.kind == kCalibration) found.bytes = kCalibrationBytes;
  if (found.kind == kName) found.bytes = kNameBytes;
  const bool is_whole = found.bytes != 0 && payload.size() >= found.first + found.count * found.bytes;
  return is_whole ? found : Texts{};
}

}  // namespace

RowSchema describe_identification(std::string name) {
  RowSchema row;
  row.name = std::move(name);
  row.comment = "What the vehicle says of itself, from answers of OBD-II and UDS";
  row.fields = {field("kind", FieldType::i64, "What the text is"),
                field("text", FieldType::text, "Without what fills it up; ? is no character of ASCII"),
                field("ecu", FieldType::i64, "The identifier that answered")};
  row.fields[kKind].labels = {{kVin, "VIN"}, {kCalibration, "calibration"}, {kName, "control unit"}};
  return row;
}

std::size_t count_identification(std::span<const std::uint8_t> payload) {
  return texts_of(payload).count;
}

void put_identification(std::span<const std::uint8_t> payload, std::size_t number, std::uint32_t id,
                        StreamBlock& block, std::size_t row) {
  const Texts texts = texts_of(payload);
  const auto bytes = payload.subspan(texts.first + number * texts.bytes, texts.bytes);
  std::array<char, kNameBytes> text{};
  std::size_t size = 0;
  for (const std::uint8_t byte : bytes) {
    if (byte == 0 && size == 0) continue;  // in front of a short one
    const bool is_text = byte == 0 || (byte >= 0x20 && byte < 0x7F);
    text[size++] = is_text ? static_cast<char>(byte) : '?';
  }
  while (size > 0 && (text[size - 1] == 0 || text[size - 1] == ' ')) --size;
  std::replace(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size), '\0', '?');
  block.u64(kKind)[row] = texts.kind;
  block.set_text(kText, row, std::string_view(text.data(), size));
  block.u64(kEcu)[row] = id & kIdExtendedMask;
}

}  // namespace cantrail::transport
