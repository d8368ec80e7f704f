// Writes the rows and frames of a candump log as protobuf, for another implementation to read:
//   protobuf_rows LOG FOLDER DBC…
// FOLDER gets N.desc for each message type (its own descriptor set), `names` (their full names, a line each),
// `rows` (for each row, in the log's order: the number of its type and the message), and `recording.desc`
// with `frames` (a message each). Numbers and lengths are varints before what they belong to.
#include <cstdio>
#include <string>

#include "base/file.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "encode/protobuf/descriptors.hpp"
#include "encode/protobuf/record_encoder.hpp"
#include "encode/protobuf/recording_types.hpp"
#include "encode/protobuf/row_encoder.hpp"
#include "encode/protobuf/wire.hpp"
#include "encode/row_cursor.hpp"
#include "formats/candump_reader.hpp"
#include "formats/text_input.hpp"

namespace {

using namespace cantrail;
using namespace cantrail::encode::protobuf;

void append_number(std::string& out, std::uint64_t number) {
  char bytes[wire::kMostVarintBytes];
  out.append(bytes, wire::put_varint(bytes, number));
}

void append_message(std::string& out, const std::string& message) {
  append_number(out, message.size());
  out += message;
}

Result<std::string> read_log(const std::string& path) {
  auto input = TextInput::open(path);
  if (!input) return input.fault();
  std::string text;
  std::vector<char> piece(1 << 20);
  for (;;) {
    const auto got = (*input)->read(piece);
    if (!got) return got.fault();
    if (*got == 0) return text;
    text.append(piece.data(), *got);
  }
}

Status write(const std::string& folder, const std::string& name, std::string_view content) {
  return write_file_atomically(real_file_system(), join_path(folder, name), content);
}

Status write_types(const StreamTypes& types, const std::string& folder) {
  std::string names;
  for (std::size_t type = 0; type < types.types().size(); ++type) {
    if (auto written = write(folder, std::to_string(type) + ".desc", descriptor_set(types, type)); !written)
      return written;
    names += types.full_name(type) + "\n";
  }
  if (auto written = write(folder, "names", names); !written) return written;
  return write(folder, "recording.desc", recording_descriptor_set());
}

// All frames of the log, on channel 0.
Result<FrameBlock> read_frames(const std::string& path) {
  const auto text = read_log(path);
  if (!text) return text.fault();
  FrameBlock frames;
  candump::Reader reader([](std::string_view) { return ChannelId{0}; });
  std::string_view rest = *text;
  while (!rest.empty()) rest.remove_prefix(reader.parse(rest, true, 4096, frames));
  if (reader.stats().malformed != 0) return Fault{FaultKind::rejected, path + " has malformed lines"};
  return frames;
}

Status run(const std::string& log, const std::string& folder, const std::vector<std::string>& dbcs) {
  CatalogSpec spec;
  spec.sources = {{"log", "logfile"}};
  spec.channels = {{"can0", 0, {}}};
  for (const std::string& path : dbcs) {
    auto text = read_file(real_file_system(), path);
    if (!text) return text.status();
    spec.channels[0].dbcs.push_back(static_cast<std::uint32_t>(spec.dbcs.size()));
    spec.dbcs.push_back({path, std::move(*text)});
  }
  Diagnostics diagnostics;
  const auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
  if (!compiled) return compiled.status();
  const StreamTypes types(*(*compiled)->catalog);
  if (auto written = write_types(types, folder); !written) return written;

  auto raw = std::make_shared<RawBatch>();
  raw->catalog = (*compiled)->catalog;
  auto read = read_frames(log);
  if (!read) return read.status();
  raw->frames = std::move(*read);
  Batch batch;
  batch.raw = raw;
  dbc::Decoder((*compiled)->channels).decode(raw->frames, batch.blocks);

  const RowEncoder encoder(types);
  std::string rows, message;
  encode::RowCursor cursor;
  cursor.start(batch);
  for (encode::RowRef row; cursor.next(row);) {
    const StreamBlock& block = cursor.block(row);
    message.clear();
    encoder.append(message, block, row.row, raw->frames.id()[block.frame()[row.row]]);
    append_number(rows, types.type_of()[block.stream()]);
    append_message(rows, message);
  }
  if (auto written = write(folder, "rows", rows); !written) return written;

  const FrameEncoder frame_encoder(*(*compiled)->catalog);
  const Position position{{}, 1, 1, 0};
  std::string frames;
  for (std::size_t i = 0; i < raw->frames.size(); ++i) {
    message.clear();
    frame_encoder.append(message, raw->frames, i, &position);
    append_message(frames, message);
  }
  return write(folder, "frames", frames);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: protobuf_rows LOG FOLDER DBC…\n");
    return 2;
  }
  const Status done = run(argv[1], argv[2], {argv + 3, argv + argc});
  if (!done) std::fprintf(stderr, "protobuf_rows: %s\n", done.fault().message.c_str());
  return done ? 0 : 1;
}
