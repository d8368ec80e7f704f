#include "formats/log_kind.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace cantrail {
namespace {

// What makes a candump log of it. python-can reads and writes by the names of files.
enum class Converter : std::uint8_t { python_can, savvy_can, none };

struct Kind {
  std::string_view name;
  Converter converter;
};

struct Magic {
  std::string_view bytes;
  Kind kind;
};

using namespace std::string_view_literals;

// BLF: Vector's BLF_LOGG; MDF: ASAM MDF 4, "MDF     " or "UnFinMF " where the recorder did not finish; pcap:
// draft-ietf-opsawg-pcap and -pcapng; TRC: PEAK's header; CSV: the headers that SavvyCAN and python-can
// write.
constexpr std::array<Magic, 14> kMagics{{
    {"LOGG"sv, {"Vector BLF", Converter::python_can}},
    {"MDF     "sv, {"ASAM MDF (MF4)", Converter::python_can}},
    {"UnFinMF "sv, {"ASAM MDF (MF4)", Converter::python_can}},
    {"SQLite format 3\0"sv, {"an SQLite database", Converter::python_can}},
    {"\xd4\xc3\xb2\xa1"sv, {"pcap", Converter::none}},
    {"\xa1\xb2\xc3\xd4"sv, {"pcap", Converter::none}},
    {"\x4d\x3c\xb2\xa1"sv, {"pcap", Converter::none}},
    {"\xa1\xb2\x3c\x4d"sv, {"pcap", Converter::none}},
    {"\x0a\x0d\x0d\x0a"sv, {"pcapng", Converter::none}},
    {";$FILEVERSION="sv, {"PEAK TRC", Converter::python_can}},
    {";##"sv, {"PEAK TRC", Converter::python_can}},
    {"Time Stamp,ID,Extended"sv, {"GVRET CSV", Converter::savvy_can}},
    {"timestamp,arbitration_id,"sv, {"the CSV of python-can", Converter::python_can}},
    {"date "sv, {"Vector ASC", Converter::python_can}},
}};

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

// "0.035000 1R11 402 fd …": bus, direction, bits of the identifier; "1R29", "T11", or "CEV" and "CXX" of what
// is no frame (OVMS, CRTD).
bool is_crtd_line(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_number(line.substr(0, space))) return false;
  std::string_view record = line.substr(space + 1);
  record = record.substr(0, record.find(' '));
  if (!record.empty() && record.front() >= '0' && record.front() <= '9') record.remove_prefix(1);
  constexpr std::array<std::string_view, 7> kRecords{"R11", "R29", "T11", "T29", "CEV", "CXX", "CVR"};
  return std::find(kRecords.begin(), kRecords.end(), record) != kRecords.end();
}

// Its header may lack the date and begin with the base of the numbers.
bool is_asc_line(std::string_view line) {
  return line.starts_with("base hex") || line.starts_with("base dec") ||
         line.starts_with("Begin Triggerblock");
}

std::optional<Kind> kind_of(std::string_view beginning) {
  for (const Magic& magic : kMagics) {
    if (beginning.starts_with(magic.bytes)) return magic.kind;
  }
  constexpr std::size_t kLines = 10;
  std::size_t seen = 0;
  for (const std::string_view line : split(beginning, '\n')) {
    if (++seen > kLines) break;
    if (is_asc_line(line)) return Kind{"Vector ASC", Converter::python_can};
    if (is_crtd_line(line)) return Kind{"CRTD", Converter::savvy_can};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> other_log_kind(std::string_view beginning) {
  const auto kind = kind_of(beginning);
  if (!kind) return std::nullopt;
  std::string text = "looks like " + std::string(kind->name) + "; cantrail reads candump logs: convert it";
  if (kind->converter == Converter::python_can) text += " (python-can: `can_logconvert FILE drive.log`)";
  if (kind->converter == Converter::savvy_can) text += " (SavvyCAN opens it and saves candump logs)";
  return text;
}

}  // namespace cantrail
