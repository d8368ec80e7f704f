#include "decode/transport/trouble_codes.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "decode/transport/field.hpp"
#include "model/frame.hpp"

namespace cantrail::transport {
namespace {

constexpr std::size_t kLampBytes = 2, kCodeBytes = 4;

// From the highest bits down, in both lamp bytes.
constexpr std::array<const char*, 4> kLamps{"malfunction", "red_stop", "amber_warning", "protect"};

// Columns of both kinds, in order.
enum J1939Column : std::size_t {
  kSpn,
  kFmi,
  kOccurrences,
  kConversion,
  kFirstLamp,
  kAddresses = kFirstLamp + 8
};
enum UdsColumn : std::size_t { kCode, kFailureType, kStatus, kFirstFlag, kService = kFirstFlag + 4, kUdsEcu };

struct Flag {
  const char *name, *comment;
  unsigned bit;  // of the status byte
};
constexpr std::array<Flag, 4> kFlags{Flag{"test_failed", "The test fails now", 0},
                                     Flag{"pending", "Failed in this or the last operation cycle", 2},
                                     Flag{"confirmed", "Confirmed", 3},
                                     Flag{"warning", "A warning indicator is requested", 7}};

bool no_code(std::span<const std::uint8_t> code) {
  const auto is = [](std::uint8_t value) { return [value](std::uint8_t byte) { return byte == value; }; };
  return std::all_of(code.begin(), code.end(), is(0)) || std::all_of(code.begin(), code.end(), is(0xFF));
}

// Answers that list records, as ISO 14229-1 numbers their kinds: by status mask, supported, first and most
// recent failed or confirmed, by fault detection counter, permanent.
bool lists_records(std::uint8_t kind) {
  return kind == 0x02 || (kind >= 0x0A && kind <= 0x0E) || kind == 0x14 || kind == 0x15;
}

struct UdsRecords {
  std::size_t first = 0, bytes = 0;
  std::span<const std::uint8_t> payload;

  [[nodiscard]] std::size_t count() const {
    return bytes == 0 || payload.size() < first ? 0 : (payload.size() - first) / bytes;
  }
  [[nodiscard]] std::span<const std::uint8_t> record(std::size_t number) const {
    return payload.subspan(first + number * bytes, bytes);
  }
};

// Without bytes: none of these answers.
UdsRecords uds_records(std::span<const std::uint8_t> payload) {
  if (payload.size() < 2) return {};
  const std::uint8_t service = payload[0];
  if (service == 0x59 && payload.size() >= 3 && lists_records(payload[1])) return {3, 4, payload};
  // ISO 15765-4: the number of codes stands before them. One that lacks some says nothing about trouble.
  const bool is_obd = service == 0x43 || service == 0x47 || service == 0x4A;
  if (is_obd && payload.size() >= 2 + 2 * std::size_t{payload[1]}) return {2, 2, payload};
  return {};
}

// SAE J2012: two bits for the system, two for the first digit, then three digits.
void put_code(StreamBlock& block, std::size_t row, std::uint8_t high, std::uint8_t low) {
  std::array<char, 8> text{};
  const int length = std::snprintf(text.data(), text.size(), "%c%u%X%02X", "PCBU"[high >> 6],
                                   static_cast<unsigned>((high >> 4) & 3), static_cast<unsigned>(high & 0xF),
                                   static_cast<unsigned>(low));
  block.set_text(kCode, row, {text.data(), static_cast<std::size_t>(length)});
}

}  // namespace

RowSchema describe_j1939_codes(std::string name, std::string comment, std::uint32_t group) {
  RowSchema row;
  row.group = group;
  row.name = std::move(name);
  row.comment = std::move(comment);
  row.fields = {
      field("spn", FieldType::i64, "Suspect parameter number; absent: no trouble", true),
      field("fmi", FieldType::i64, "Failure mode identifier", true),
      field("occurrences", FieldType::i64, "How often; absent: not known", true),
      field("conversion_method", FieldType::i64, "0: the SPN is as SAE J1939-73 version 4 says", true)};
  for (const char* lamp : kLamps) {
    row.fields.push_back(field(std::string(lamp) + "_lamp", FieldType::i64, "", true));
    row.fields.back().labels = {{0, "off"}, {1, "on"}};
  }
  for (const char* lamp : kLamps) {
    row.fields.push_back(field(std::string(lamp) + "_flash", FieldType::i64, "", true));
    row.fields.back().labels = {{0, "slow"}, {1, "fast"}};
  }
  row.fields.push_back(field("source", FieldType::i64, "Source address"));
  row.fields.push_back(field("destination", FieldType::i64, "Destination address; 255 is all"));
  row.fields.push_back(field("priority", FieldType::i64, "Priority; 0 goes first"));
  return row;
}

std::size_t count_j1939_codes(std::span<const std::uint8_t> payload) {
  if (payload.size() < kLampBytes + kCodeBytes) return 0;
  return (payload.size() - kLampBytes) / kCodeBytes;
}

void put_j1939_code(std::span<const std::uint8_t> payload, std::size_t number, const j1939::Identifier& said,
                    StreamBlock& block, std::size_t row) {
  const auto put = [&](std::size_t column, std::uint64_t value) { block.u64(column)[row] = value; };
  const auto code = payload.subspan(kLampBytes + number * kCodeBytes, kCodeBytes);
  if (no_code(code)) {
    for (const std::size_t column : {kSpn, kFmi, kOccurrences, kConversion}) {
      block.set_absent(column, row, Quality::not_available);
    }
  } else {
    put(kSpn,
        code[0] | static_cast<std::uint64_t>(code[1]) << 8 | static_cast<std::uint64_t>(code[2] >> 5) << 16);
    put(kFmi, code[2] & 0x1F);
    put(kOccurrences, code[3] & 0x7F);
    put(kConversion, code[3] >> 7);
    if ((code[3] & 0x7F) == 0x7F) block.set_absent(kOccurrences, row, Quality::not_available);
  }
  for (std::size_t i = 0; i < 2 * kLamps.size(); ++i) {
    const std::uint8_t bits = (payload[i / 4] >> (6 - 2 * (i % 4))) & 3;
    put(kFirstLamp + i, bits);
    if (bits >= 2) block.set_absent(kFirstLamp + i, row, bits == 3 ? Quality::not_available : Quality::error);
  }
  put(kAddresses, said.source);
  put(kAddresses + 1, said.destination);
  put(kAddresses + 2, said.priority);
}

RowSchema describe_uds_codes(std::string name) {
  RowSchema row;
  row.name = std::move(name);
  row.comment = "Trouble codes from answers of UDS and OBD-II";
  row.fields = {field("code", FieldType::text, "As SAE J2012 writes it; absent: no trouble", true),
                field("failure_type", FieldType::i64, "UDS: the code's third byte", true),
                field("status", FieldType::i64, "UDS: the status byte", true)};
  for (const Flag& flag : kFlags)
    row.fields.push_back(field(flag.name, FieldType::boolean, flag.comment, true));
  row.fields.push_back(
      field("service", FieldType::i64, "Of the answer: 89 UDS, 67 stored, 71 pending, 74 permanent"));
  row.fields.push_back(field("ecu", FieldType::i64, "The identifier that answered"));
  return row;
}

std::size_t count_uds_codes(std::span<const std::uint8_t> payload) {
  const UdsRecords records = uds_records(payload);
  return records.bytes == 0 ? 0 : std::max<std::size_t>(records.count(), 1);
}

void put_uds_code(std::span<const std::uint8_t> payload, std::size_t number, std::uint32_t id,
                  StreamBlock& block, std::size_t row) {
  const UdsRecords records = uds_records(payload);
  const bool some = number < records.count();
  const bool has_status = some && records.bytes == kCodeBytes;
  if (some) {
    put_code(block, row, records.record(number)[0], records.record(number)[1]);
  } else {
    block.set_absent(kCode, row, Quality::not_available);
  }
  for (std::size_t column = kFailureType; column < kService; ++column) {
    if (!has_status) block.set_absent(column, row, Quality::inactive);
  }
  if (has_status) {
    const auto record = records.record(number);
    block.u64(kFailureType)[row] = record[2];
    block.u64(kStatus)[row] = record[3];
    for (std::size_t i = 0; i < kFlags.size(); ++i) {
      block.u64(kFirstFlag + i)[row] = (record[3] >> kFlags[i].bit) & 1U;
    }
  }
  block.u64(kService)[row] = payload[0];
  block.u64(kUdsEcu)[row] = id & kIdExtendedMask;
}

}  // namespace cantrail::transport
