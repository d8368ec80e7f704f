#include "obd2/bench.hpp"

#include <gtest/gtest.h>

#include "decode/catalog/catalog_compiler.hpp"
#include "decode/obd2/answers.hpp"
#include "decode/transport/conversations.hpp"
#include "sources/obd2/options.hpp"

namespace cantrail::obd2 {

Bench::Bench(PollSettings settings, Width width, std::uint64_t seed)
    : poller(settings, now),
      car_(simulate::make_obd2_ecu({.seed = seed, .width = width}, now)),
      random_(seed) {}

PollSettings Bench::defaults() {
  return Options{}.poll_settings();
}

bool Bench::is_lost() {
  return static_cast<double>(random_() >> 11) * 0x1p-53 < lost;
}

void Bench::record(std::uint32_t id, FrameFlags flags, std::span<const std::uint8_t> data) {
  frames_.append({WallTime{now.ns}, id, flags, 0, static_cast<std::uint8_t>(data.size()), data});
}

void Bench::run(Duration time) {
  FrameBlock answers;
  for (const MonoTime end = now + time; now < end; now = now + std::chrono::milliseconds(1)) {
    if (const std::string more = poller.take_news(); !more.empty()) news += more + "\n";
    if (poller.due() <= now) {
      while (const auto frame = poller.next(now)) {
        const bool is_request = frame->id == to_all(Width::bits11) || frame->id == to_all(Width::bits29);
        if (is_request) requests.push_back(now);
        if (!is_request) ++flow_controls;
        record(frame->id, kFlagTx, frame->data);
        const FrameView sent{{}, frame->id, 0, 0, 8, frame->data};
        poller.hear({{}, frame->id, kFlagTx, 0, 8, frame->data}, now);
        if (ignition && !is_lost()) car_->hear(sent, now);
      }
      EXPECT_GT(poller.due(), now) << "a source that is always due would never wait";
    }
    if (car_->due() > now) continue;
    answers.clear();
    car_->answer(now, answers);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const FrameView frame = answers[i];
      if (!ignition || frame.id == mute || is_lost()) continue;
      if ((frame.data[0] & 0xF0) == 0x10) ++first_frames;
      record(frame.id, 0, frame.data);
      poller.hear(frame, now);
    }
  }
}

std::vector<Row> Bench::decode() const {
  CatalogSpec spec;
  spec.sources = {{"car", "obd2"}};
  spec.dbcs = {{"obd2.dbc", built_in_dbc()}};
  spec.channels = {{"car", 0, {0}}};
  Diagnostics diagnostics;
  const auto compiled = CatalogCompiler().compile(std::move(spec), diagnostics);
  if (!compiled) {
    ADD_FAILURE() << compiled.fault().message;
    return {};
  }
  dbc::Decoder decoder((*compiled)->channels);
  transport::Conversations conversations((*compiled)->transport, (*compiled)->catalog->streams.size());
  std::vector<StreamBlock> blocks;
  std::vector<std::uint32_t> parts;
  (void)decoder.decode(frames_, blocks);
  (void)conversations.decode(frames_, decoder.aside(), blocks, parts);
  std::vector<Row> rows;
  for (const StreamBlock& block : blocks) {
    const RowSchema& schema = *(*compiled)->catalog->streams[block.stream()].row;
    for (std::size_t i = 0; i < block.rows(); ++i) {
      Row& row = rows.emplace_back(Row{schema.name, {block.time_ns()[i]}, {}, {}});
      for (std::size_t field = 0; field < block.fields(); ++field) {
        if (!block.valid(field, i)) continue;
        const FieldSchema& column = schema.fields[field];
        if (column.type == FieldType::text) {
          row.text = block.text(field, i);
        } else {
          row.numbers[column.name] =
              column.type == FieldType::f64 ? block.f64(field)[i] : static_cast<double>(block.i64(field)[i]);
        }
      }
    }
  }
  return rows;
}

}  // namespace cantrail::obd2
