#include "sinks/mcap/test_world.hpp"

#include <array>
#include <filesystem>

#include <gtest/gtest.h>
#include <stdlib.h>

#include "encode/protobuf/record_decoder.hpp"
#include "formats/mcap/ordered_reader.hpp"
#include "formats/mcap/summary_reader.hpp"

namespace cantrail::mcap_sink {
namespace {

FieldSchema field(std::string name, FieldType type, std::string unit = {}) {
  FieldSchema schema;
  schema.name = std::move(name);
  schema.type = type;
  schema.unit = std::move(unit);
  return schema;
}

StreamInfo stream(std::string name, ChannelId channel, std::optional<std::uint32_t> can_id,
                  std::vector<FieldSchema> fields) {
  auto row = std::make_shared<RowSchema>();
  row->name = std::move(name);
  row->can_id = can_id;
  row->fields = std::move(fields);
  StreamInfo info;
  info.row = std::move(row);
  if (can_id) info.channel = channel;
  info.source = can_id ? 0 : 1;
  return info;
}

std::shared_ptr<Catalog> sign(std::shared_ptr<Catalog> catalog, const std::string& definition) {
  catalog->definition = definition;
  catalog->digest = sha256(definition);
  return catalog;
}

std::shared_ptr<Catalog> base_catalog() {
  auto catalog = std::make_shared<Catalog>();
  catalog->sources = {{"can0", "socketcan"}, {"air", "bme280"}};
  catalog->dbcs = {{"car.dbc", "VERSION \"\"\n"}};
  catalog->channels = {{"can0", 0, {0}}};
  FieldSchema gear = field("Gear", FieldType::u64);
  gear.labels = {{0, "PARK"}, {1, "DRIVE"}};
  catalog->streams = {
      stream("Battery", 0, 0x1DBU,
             {field("Voltage", FieldType::f64, "V"), field("Count", FieldType::i64), std::move(gear)}),
      stream("Motor", 0, 0x18FF50E5U | kIdExtended, {field("Rpm", FieldType::i64, "1/min")}),
      stream("Air", 0, std::nullopt, {field("Temp", FieldType::f64, "°C"), field("Note", FieldType::text)})};
  return catalog;
}

}  // namespace

CatalogPtr make_catalog() {
  return sign(base_catalog(), "base");
}

CatalogPtr make_larger_catalog() {
  auto catalog = base_catalog();
  catalog->dbcs.push_back({"second.dbc", "VERSION \"2\"\n"});
  catalog->channels.push_back({"can1", 0, {1}});
  catalog->streams.push_back(stream("Brake", 1, 0x100U, {field("Pressure", FieldType::f64, "bar")}));
  return sign(std::move(catalog), "larger");
}

CatalogPtr make_other_catalog() {
  auto catalog = base_catalog();
  std::swap(catalog->streams[kBattery], catalog->streams[kMotor]);
  return sign(std::move(catalog), "other");
}

std::shared_ptr<Batch> make_batch(const CatalogPtr& catalog, std::uint64_t seq, std::size_t frames,
                                  std::int64_t start_ns) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(seq);
  raw->catalog = catalog;
  raw->clock.wall = {start_ns + static_cast<std::int64_t>(frames) * 1000};
  raw->clock.mono = {raw->clock.wall.ns - kStart};
  std::vector<std::uint32_t> battery, motor;
  for (std::size_t i = 0; i < frames; ++i) {
    const std::array<std::uint8_t, 2> data{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(seq)};
    FrameView frame;
    frame.time = {start_ns + static_cast<std::int64_t>(i) * 1000};
    frame.length = 2;
    frame.data = data;
    const bool unknown = i % 10 == 9;
    frame.id = unknown ? 0x7FFU : i % 2 == 0 ? 0x1DBU : (0x18FF50E5U | kIdExtended);
    raw->frames.append(frame);
    if (!unknown) (i % 2 == 0 ? battery : motor).push_back(static_cast<std::uint32_t>(i));
  }
  auto batch = std::make_shared<Batch>();
  batch->undecoded = static_cast<std::uint32_t>(frames / 10);
  for (const auto& [id, rows] : {std::pair(kBattery, &battery), std::pair(kMotor, &motor)}) {
    if (rows->empty()) continue;
    StreamBlock block;
    block.reset(id, catalog->streams[id].row->fields.size(), rows->size(), true);
    for (std::size_t r = 0; r < rows->size(); ++r) {
      const std::uint32_t frame = (*rows)[r];
      block.frame()[r] = frame;
      block.time_ns()[r] = raw->frames.time_ns()[frame];
      if (id == kMotor) {
        block.i64(0)[r] = static_cast<std::int64_t>(seq);
        continue;
      }
      block.f64(0)[r] = frame / 2.0;
      block.i64(1)[r] = frame;
      block.u64(2)[r] = frame % 4 == 0 ? 1 : 7;
    }
    batch->blocks.push_back(std::move(block));
  }
  batch->raw = std::move(raw);
  return batch;
}

std::shared_ptr<Batch> make_air_batch(const CatalogPtr& catalog, std::uint64_t seq,
                                      const std::vector<std::string>& notes, std::int64_t start_ns) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(seq);
  raw->catalog = catalog;
  raw->clock.wall = {start_ns};
  StreamBlock block;
  block.reset(kAir, 2, notes.size(), false);
  for (std::size_t r = 0; r < notes.size(); ++r) {
    block.time_ns()[r] = start_ns + static_cast<std::int64_t>(r);
    block.f64(0)[r] = 21.5;
    block.set_text(1, r, notes[r]);
  }
  raw->rows.push_back(std::move(block));
  auto batch = std::make_shared<Batch>();
  batch->raw = std::move(raw);
  return batch;
}

JournalId test_journal() {
  JournalId id;
  id.bytes.fill(0x5A);
  return id;
}

Position at(std::uint64_t seq, std::uint32_t index, std::uint32_t epoch) {
  return {test_journal(), epoch, seq, index};
}

World::World(FileSystem& file_system, std::string name) : files(file_system), folder(std::move(name)) {
  if (folder.empty()) {
    temporary_ = true;
    std::string made = (std::filesystem::temp_directory_path() / "mcap_sink_test.XXXXXX").string();
    folder = ::mkdtemp(made.data());
  }
  config.path.value = folder;
  remake();
}

World::~World() {
  sink.reset();
  if (!temporary_) return;
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

void World::remake() {
  sink.reset();
  sink = config.make();
}

Result<std::optional<Position>> World::open() {
  auto opened = sink->open({"recording", "node", journal, clock, files, log});
  if (opened) {
    if (const Status told = sink->catalog(nullptr, catalog); !told) return told.fault();
  }
  return opened;
}

void World::close() {
  EXPECT_TRUE(sink->flush());
  sink->close();
}

Result<WriteOutcome> World::write(const std::vector<BatchPtr>& batches) {
  return sink->write(batches, batches.front()->begin(), batches.back()->end());
}

std::vector<std::string> World::names(std::string_view ending) const {
  auto all = files.list(folder);
  if (!all) return {};
  std::erase_if(*all, [&](const std::string& name) { return !name.ends_with(ending); });
  return std::move(*all);
}

std::string World::read(const std::string& name) const {
  auto text = read_file(files, join_path(folder, name), std::uint64_t{1} << 30);
  EXPECT_TRUE(text) << name;
  return text ? std::move(*text) : std::string();
}

mcap::Summary World::summary(const std::string& name) const {
  const std::string bytes = read(name);
  auto summary = mcap::read_summary(mcap::MemorySource(std::as_bytes(std::span(bytes))));
  EXPECT_TRUE(summary) << name;
  return summary ? std::move(*summary) : mcap::Summary();
}

std::vector<FoundMessage> World::messages() const {
  std::vector<FoundMessage> found;
  for (const std::string& name : names(".mcap")) {
    const std::string bytes = read(name);
    const mcap::MemorySource source(std::as_bytes(std::span(bytes)));
    const auto examined = mcap::examine(source);
    EXPECT_TRUE(examined && examined->intact()) << name;
    const auto summary = mcap::read_summary(source);
    EXPECT_TRUE(summary) << name;
    if (!summary) continue;
    mcap::OrderedReader reader(source, *summary, {});
    for (;;) {
      const auto some = reader.next();
      EXPECT_TRUE(some) << name;
      if (!some || some->empty()) break;
      for (const mcap::Message& message : *some) {
        const mcap::Channel* channel = summary->definitions.channel(message.channel);
        const mcap::Schema* schema =
            channel != nullptr ? summary->definitions.schema(channel->schema_id) : nullptr;
        EXPECT_NE(schema, nullptr) << name;
        if (schema == nullptr) continue;
        found.push_back(
            {name, channel->topic, schema->name, message.log_time_ns,
             std::string(reinterpret_cast<const char*>(message.data.data()), message.data.size())});
      }
    }
  }
  return found;
}

std::map<World::Place, int> World::frames() const {
  std::map<Place, int> count;
  for (const FoundMessage& message : messages()) {
    if (message.schema != "cantrail.Frame") continue;
    const auto frame = encode::protobuf::decode_frame(message.data);
    EXPECT_TRUE(frame && frame->place);
    if (frame && frame->place) ++count[{frame->place->epoch, frame->place->seq, frame->place->index}];
  }
  return count;
}

}  // namespace cantrail::mcap_sink
