// How fast rows and frames become protobuf messages, on one thread, into memory: millions a second, the best
// of 50 runs; libprotobuf on the same data in the same run. Rows: messages of six signals (four doubles, an
// integer, an enum) with identifier and time. All write the same bytes, which is checked first.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>

#include "encode/protobuf/descriptors.hpp"
#include "encode/protobuf/record_decoder.hpp"
#include "encode/protobuf/record_encoder.hpp"
#include "encode/protobuf/row_encoder.hpp"
#include "encode/row_cursor.hpp"
#include "machine.hpp"
#include "recording.pb.h"
#include "row.pb.h"

namespace {

using namespace cantrail;
namespace pb = google::protobuf;

constexpr std::size_t kStreams = 8, kRows = 512, kFields = 6;

Catalog make_catalog() {
  Catalog catalog;
  catalog.sources = {{"bus", "socketcan"}};
  catalog.channels = {{"can0", 0, {}}};
  for (std::size_t s = 0; s < kStreams; ++s) {
    RowSchema row;
    row.name = "Message" + std::to_string(s);
    row.can_id = static_cast<std::uint32_t>(0x100 + s);
    for (std::size_t f = 0; f < kFields; ++f) {
      FieldSchema field;
      field.name = "SignalNumber" + std::to_string(f);
      field.type = f < 4 ? FieldType::f64 : FieldType::i64;
      field.layout = BitLayout{.length_bits = f == 5 ? 4U : 16U};
      if (f == 5) field.labels = {{0, "PARK"}, {1, "REVERSE"}, {2, "NEUTRAL"}, {3, "DRIVE"}};
      row.fields.push_back(field);
    }
    catalog.streams.push_back({std::make_shared<RowSchema>(row), ChannelId{0}, 0});
  }
  return catalog;
}

Batch make_batch() {
  std::mt19937 random(1);
  Batch batch;
  batch.raw = std::make_shared<RawBatch>();
  for (std::size_t s = 0; s < kStreams; ++s) {
    StreamBlock& block = batch.blocks.emplace_back();
    block.reset(static_cast<StreamId>(s), kFields, kRows, true);
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::size_t frame = row * kStreams + s;
      block.frame()[row] = static_cast<std::uint32_t>(frame);
      block.time_ns()[row] = 1'700'000'000'000'000'000 + static_cast<std::int64_t>(frame) * 230'017;
      block.f64(0)[row] = static_cast<double>(random() % 65536) * 0.01;
      block.f64(1)[row] = static_cast<double>(random() % 256) * 0.5 - 40;
      block.f64(2)[row] = static_cast<double>(random() % 4096) * 0.1;
      block.f64(3)[row] = static_cast<double>(random() % 65536) / 3;
      block.i64(4)[row] = static_cast<std::int64_t>(random() % 65536);
      block.i64(5)[row] = static_cast<std::int64_t>(random() % 5);
    }
  }
  return batch;
}

FrameBlock make_frames() {
  std::mt19937 random(2);
  FrameBlock frames;
  std::vector<std::uint8_t> data(8);
  for (std::size_t i = 0; i < kStreams * kRows; ++i) {
    for (std::uint8_t& byte : data) byte = static_cast<std::uint8_t>(random());
    frames.append({WallTime{1'700'000'000'000'000'000 + static_cast<std::int64_t>(i) * 230'017},
                   static_cast<std::uint32_t>(random() % 2048), with_origin(0, TimeOrigin::kernel), 0, 8,
                   data});
  }
  return frames;
}

// Runs work(), which makes or reads kStreams * kRows messages of `bytes` in all.
template <class Work>
void measure(const char* name, Work work) {
  double best = 1e9;
  std::size_t bytes = 0;
  for (int run = 0; run < 50; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    bytes = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    best = std::min(best, took.count());
  }
  constexpr double kMessages = kStreams * kRows;
  std::printf("%-52s %7.2f M messages/s  %6.2f GB/s  (%.1f bytes each)\n", name, kMessages / best / 1e6,
              static_cast<double>(bytes) / best / 1e9, static_cast<double>(bytes) / kMessages);
}

void require_same(const std::string& ours, const std::string& theirs, const char* what) {
  if (ours == theirs) return;
  std::fprintf(stderr, "%s are not the same bytes\n", what);
  std::exit(1);
}

// Calls use(block, row, id) for each row in the order of arrival.
template <class Use>
void for_each_row(const Batch& batch, encode::RowCursor& cursor, Use use) {
  cursor.start(batch);
  for (encode::RowRef row; cursor.next(row);) {
    const StreamBlock& block = cursor.block(row);
    use(block, row.row, 0x100 + block.stream());
  }
}

void set_time(pb::Timestamp& time, std::int64_t ns) {
  time.set_seconds(ns / 1'000'000'000);
  time.set_nanos(static_cast<std::int32_t>(ns % 1'000'000'000));
}

void fill(peer::Message& message, const StreamBlock& block, std::size_t row, std::uint32_t id) {
  message.set_signal_0(block.f64(0)[row]);
  message.set_signal_1(block.f64(1)[row]);
  message.set_signal_2(block.f64(2)[row]);
  message.set_signal_3(block.f64(3)[row]);
  message.set_signal_4(static_cast<std::uint32_t>(block.i64(4)[row]));
  message.set_signal_5(static_cast<peer::Message::Gear>(block.i64(5)[row]));
  message.set_can_id(id);
  set_time(*message.mutable_timestamp(), block.time_ns()[row]);
}

// Messages through their descriptors, as a program fills them that does not know the DBC when it is compiled.
class Dynamic {
 public:
  explicit Dynamic(const encode::protobuf::StreamTypes& types) {
    pb::FileDescriptorSet set;
    set.ParseFromString(encode::protobuf::descriptor_set(types));
    for (const auto& file : set.file()) pool_.BuildFile(file);
    for (std::size_t type = 0; type < types.types().size(); ++type) {
      const pb::Descriptor* found = pool_.FindMessageTypeByName(types.full_name(type));
      messages_.emplace_back(factory_.GetPrototype(found)->New());
    }
  }

  pb::Message& fill(const StreamBlock& block, std::size_t row, std::uint32_t id) {
    pb::Message& message = *messages_[block.stream()];
    const pb::Descriptor& type = *message.GetDescriptor();
    const pb::Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < 4; ++i)
      reflection.SetDouble(&message, type.field(i), block.f64(static_cast<std::size_t>(i))[row]);
    reflection.SetUInt32(&message, type.field(4), static_cast<std::uint32_t>(block.i64(4)[row]));
    reflection.SetEnumValue(&message, type.field(5), static_cast<int>(block.i64(5)[row]));
    reflection.SetUInt32(&message, type.field(6), id);
    pb::Message& time = *reflection.MutableMessage(&message, type.field(7));
    const std::int64_t ns = block.time_ns()[row];
    time.GetReflection()->SetInt64(&time, time.GetDescriptor()->field(0), ns / 1'000'000'000);
    time.GetReflection()->SetInt32(&time, time.GetDescriptor()->field(1),
                                   static_cast<std::int32_t>(ns % 1'000'000'000));
    return message;
  }

 private:
  pb::DescriptorPool pool_;
  pb::DynamicMessageFactory factory_;
  std::vector<std::unique_ptr<pb::Message>> messages_;
};

void bench_rows() {
  const Catalog catalog = make_catalog();
  const Batch batch = make_batch();
  const encode::protobuf::StreamTypes types(catalog);
  const encode::protobuf::RowEncoder encoder(types);
  encode::RowCursor cursor;
  Dynamic dynamic(types);
  peer::Message generated;
  std::string ours, by_class, by_descriptor, filled_before;
  std::vector<peer::Message> filled;

  const auto run_ours = [&] {
    ours.clear();
    for_each_row(batch, cursor, [&](const StreamBlock& block, std::size_t row, std::uint32_t id) {
      encoder.append(ours, block, row, id);
    });
    return ours.size();
  };
  std::vector<char> memory(std::size_t{1} << 20);
  const auto run_put = [&] {
    char* at = memory.data();
    for_each_row(batch, cursor, [&](const StreamBlock& block, std::size_t row, std::uint32_t id) {
      if (encoder.most_bytes(block, row) > static_cast<std::size_t>(memory.data() + memory.size() - at))
        std::exit(1);
      at = encoder.put(at, block, row, id);
    });
    return static_cast<std::size_t>(at - memory.data());
  };
  const auto run_class = [&] {
    by_class.clear();
    for_each_row(batch, cursor, [&](const StreamBlock& block, std::size_t row, std::uint32_t id) {
      fill(generated, block, row, id);
      generated.AppendToString(&by_class);
    });
    return by_class.size();
  };
  const auto run_descriptor = [&] {
    by_descriptor.clear();
    for_each_row(batch, cursor, [&](const StreamBlock& block, std::size_t row, std::uint32_t id) {
      dynamic.fill(block, row, id).AppendToString(&by_descriptor);
    });
    return by_descriptor.size();
  };
  for_each_row(batch, cursor, [&](const StreamBlock& block, std::size_t row, std::uint32_t id) {
    fill(filled.emplace_back(), block, row, id);
  });
  const auto run_filled = [&] {
    filled_before.clear();
    for (const peer::Message& message : filled) message.AppendToString(&filled_before);
    return filled_before.size();
  };
  run_ours();
  run_class();
  run_descriptor();
  require_same(ours, by_class, "rows of cantrail and of the generated class");
  require_same(ours, by_descriptor, "rows of cantrail and of DynamicMessage");
  measure("rows: cantrail, to the end of a string", run_ours);
  measure("rows: cantrail, to memory", run_put);
  measure("rows: libprotobuf, generated class", run_class);
  measure("rows: libprotobuf, generated class, filled before", run_filled);
  measure("rows: libprotobuf, DynamicMessage", run_descriptor);
}

void bench_frames() {
  const Catalog catalog = make_catalog();
  const FrameBlock frames = make_frames();
  const encode::protobuf::FrameEncoder encoder(catalog);
  const Position batch{{}, 1, 1000, 0};
  std::string ours, theirs;
  std::vector<std::string> messages;
  peer::Frame message;
  const auto run_ours = [&] {
    ours.clear();
    for (std::size_t i = 0; i < frames.size(); ++i) encoder.append(ours, frames, i, &batch);
    return ours.size();
  };
  const auto run_class = [&] {
    theirs.clear();
    for (std::size_t i = 0; i < frames.size(); ++i) {
      const FrameView frame = frames[i];
      set_time(*message.mutable_timestamp(), frame.time.ns);
      message.set_channel(catalog.channels[frame.channel].alias);
      message.set_id(frame.id);
      message.set_time_origin(peer::TIME_ORIGIN_KERNEL);
      message.set_length(frame.length);
      message.set_data(frame.data.data(), frame.data.size());
      message.set_epoch(batch.epoch);
      message.set_seq(batch.seq);
      message.set_index(static_cast<std::uint32_t>(i));
      message.AppendToString(&theirs);
    }
    return theirs.size();
  };
  run_ours();
  run_class();
  require_same(ours, theirs, "frames of cantrail and of the generated class");
  measure("frames: cantrail", run_ours);
  measure("frames: libprotobuf, generated class", run_class);
  for (std::size_t i = 0; i < frames.size(); ++i) encoder.append(messages.emplace_back(), frames, i, &batch);
  std::size_t decoded = 0;
  measure("frames read back: cantrail", [&] {
    for (const std::string& bytes : messages)
      decoded += encode::protobuf::decode_frame(bytes).has_value() ? 1U : 0U;
    return ours.size();
  });
  measure("frames read back: libprotobuf, generated class", [&] {
    for (const std::string& bytes : messages) decoded += message.ParseFromString(bytes) ? 1U : 0U;
    return ours.size();
  });
  if (decoded != 2 * 50 * frames.size()) std::exit(1);
}

}  // namespace

int main() {
  std::printf("%s\n", cantrail::bench::machine_line().c_str());
  bench_rows();
  bench_frames();
}
