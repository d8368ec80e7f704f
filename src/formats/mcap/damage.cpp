#include "formats/mcap/damage.hpp"

#include "base/text.hpp"

namespace cantrail::mcap {
namespace {

std::string_view text_of(DamageKind kind) {
  switch (kind) {
    case DamageKind::magic:
      return "the file does not begin as an MCAP file does";
    case DamageKind::truncated:
      return "the file ends within a record";
    case DamageKind::lost:
      return "there is no record where one should be";
    case DamageKind::wrong_length:
      return "a record's length is wrong";
    case DamageKind::chunk:
      return "a chunk cannot be decompressed, or its checksum is wrong";
    case DamageKind::chunk_content:
      return "a chunk does not consist of records";
    case DamageKind::unknown_compression:
      return "a chunk's compression is not known";
    case DamageKind::too_large:
      return "a record is larger than the limit";
    case DamageKind::attachment:
      return "the checksum of an attachment is wrong";
    case DamageKind::definition:
      return "a schema or channel contradicts one before, or there are too many";
    case DamageKind::unknown_channel:
      return "messages of a channel that is not defined";
    case DamageKind::index_without_chunk:
      return "message indexes without their chunk";
    case DamageKind::data_crc:
      return "the checksum of the data section is wrong";
    case DamageKind::ending:
      return "the summary or the end of the file is damaged";
    case DamageKind::behind_end:
      return "there is something behind the end";
  }
  return "damaged";
}

}  // namespace

std::string to_string(const Damage& damage) {
  std::string text = "at byte " + format_count(damage.offset) + ": " + std::string(text_of(damage.kind));
  if (damage.length > 0) text += " (" + counted(damage.length, "byte") + ")";
  return text;
}

void DamageLog::add(const Damage& damage) {
  ++count_;
  lost_bytes_ += damage.length;
  if (first_.size() < kKept) first_.push_back(damage);
}

}  // namespace cantrail::mcap
