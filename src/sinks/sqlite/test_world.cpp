#include "sinks/sqlite/test_world.hpp"

#include <array>
#include <filesystem>

#include <stdlib.h>

#include "sinks/sqlite/database.hpp"
#include "sinks/sqlite/sqlite_sink.hpp"

namespace cantrail::sqlite {
namespace {

FieldSchema field(std::string name, FieldType type, std::string unit = {}) {
  FieldSchema schema;
  schema.name = std::move(name);
  schema.type = type;
  schema.unit = std::move(unit);
  return schema;
}

StreamInfo stream(std::string name, std::optional<std::uint32_t> can_id, std::vector<FieldSchema> fields) {
  auto row = std::make_shared<RowSchema>();
  row->name = std::move(name);
  row->can_id = can_id;
  row->fields = std::move(fields);
  StreamInfo info;
  info.row = std::move(row);
  if (can_id) info.channel = ChannelId{0};
  info.source = can_id ? 0 : 1;
  return info;
}

}  // namespace

CatalogPtr make_catalog() {
  auto catalog = std::make_shared<Catalog>();
  catalog->sources = {{"can0", "socketcan"}, {"air", "bme280"}};
  catalog->channels = {{"can0", 0, {}}};
  FieldSchema gear = field("Gear", FieldType::u64);
  gear.labels = {{0, "PARK"}, {1, "DRIVE"}};
  catalog->streams = {
      stream("Battery", 0x1DBU,
             {field("Voltage", FieldType::f64, "V"), field("Count", FieldType::i64),
              field("Big", FieldType::u64), std::move(gear)}),
      stream("Motor", 0x18FF50E5U | kIdExtended, {field("Rpm", FieldType::i64, "1/min")}),
      stream("Air", std::nullopt, {field("Temp", FieldType::f64, "°C"), field("Note", FieldType::text)})};
  return catalog;
}

std::shared_ptr<Batch> make_batch(const CatalogPtr& catalog, std::uint64_t seq, std::size_t frames,
                                  std::int64_t start_ns, std::int64_t step_ns) {
  auto raw = std::make_shared<RawBatch>();
  raw->position = at(seq);
  raw->catalog = catalog;
  std::vector<std::uint32_t> battery, motor;
  for (std::size_t i = 0; i < frames; ++i) {
    const std::array<std::uint8_t, 2> data{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(seq)};
    FrameView frame;
    frame.time = {start_ns + static_cast<std::int64_t>(i) * step_ns};
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
      block.u64(2)[r] = 18'446'744'073'709'551'615U;
      block.u64(3)[r] = frame % 4 == 0 ? 1 : 7;
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

World::World(std::vector<std::string> limits) : keep(std::move(limits)) {
  std::string name = (std::filesystem::temp_directory_path() / "sqlite_test.XXXXXX").string();
  folder = ::mkdtemp(name.data());
  path = folder + "/history.db";
  remake();
}

World::~World() {
  sink.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder, ignored);
}

void World::remake() {
  SqliteConfig config;
  config.path.value = path;
  config.keep = *parse_keep(keep);
  config.rows = form;
  config.keep_1s = *parse_keep(levels[0]);
  config.keep_1m = *parse_keep(levels[1]);
  config.keep_1h = *parse_keep(levels[2]);
  config.check = check;
  sink = config.make();
}

Result<std::optional<Position>> World::open() {
  return sink->open({"history", "node", test_journal(), clock, real_file_system(), log, rejected});
}

Result<WriteOutcome> World::write(const std::shared_ptr<Batch>& batch) {
  const BatchPtr shared = batch;
  return sink->write({&shared, 1}, batch->begin(), batch->end());
}

std::uint64_t World::bytes_on_disk() const {
  std::uint64_t bytes = 0;
  for (const char* part : {"", "-wal"}) {
    std::error_code missing;
    const std::uintmax_t size = std::filesystem::file_size(path + part, missing);
    if (!missing) bytes += size;
  }
  return bytes;
}

std::vector<HistoryRow> World::rows(const HistoryQuery& query) const {
  Result<std::vector<HistoryRow>> found = sink->history()->rows(query);
  return found ? std::move(*found) : std::vector<HistoryRow>{};
}

std::int64_t World::number(const std::string& sql) const {
  Result<Database> database = Database::open(path, Access::read);
  if (!database) return -1;
  const Result<std::int64_t> found = database->number(sql);
  return found ? *found : -1;
}

}  // namespace cantrail::sqlite
