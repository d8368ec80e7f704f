// How many messages of ten fields become rows in a second: decoded alone, beside protobuf's own parser with
// run-time types, which makes no rows yet; and through the whole source, over TCP on loopback, sender
// included.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <arpa/inet.h>
#include <google/protobuf/compiler/importer.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/dynamic_message.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "machine.hpp"
#include "sources/protobuf/row_decoder.hpp"
#include "sources/protobuf/shape_reader.hpp"
#include "sources/protobuf/source.hpp"

namespace cantrail::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr const char* kType = R"(syntax = "proto3";
package car;
message State {
  double speed = 1; double torque = 2; float volts = 3; float amps = 4; int32 gear = 5;
  uint64 odometer = 6; sint32 slope = 7; bool braking = 8; string driver = 9; fixed32 flags = 10;
}
)";
constexpr std::size_t kMessages = 4096, kRounds = 500;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void say(const char* what, std::size_t messages, double seconds) {
  std::printf("%-52s %8.2f M messages/s\n", what, static_cast<double>(messages) / seconds / 1e6);
}

class NoLog final : public Log {
 public:
  void write(Severity severity, std::string_view, std::string_view message) override {
    if (severity == Severity::error)
      std::fprintf(stderr, "%.*s\n", static_cast<int>(message.size()), message.data());
  }
};

class OneStream final : public ChannelRegistry {
 public:
  Result<ChannelId> channel(SourceId, std::string_view) override { return ChannelId{0}; }
  Result<StreamId> stream(SourceId, std::optional<ChannelId>,
                          const std::shared_ptr<const RowSchema>&) override {
    return StreamId{0};
  }
};

void fill(pb::Message& message, int number) {
  const pb::Reflection& reflection = *message.GetReflection();
  const auto field = [&](int index) { return message.GetDescriptor()->FindFieldByNumber(index); };
  reflection.SetDouble(&message, field(1), 0.1 * number);
  reflection.SetDouble(&message, field(2), -0.3 * number);
  reflection.SetFloat(&message, field(3), 398.5F);
  reflection.SetFloat(&message, field(4), -12.25F);
  reflection.SetInt32(&message, field(5), number % 7);
  reflection.SetUInt64(&message, field(6), 123'456'789U + static_cast<unsigned>(number));
  reflection.SetInt32(&message, field(7), number % 2 == 0 ? -number : number);
  reflection.SetBool(&message, field(8), number % 3 == 0);
  reflection.SetString(&message, field(9), "driver");
  reflection.SetUInt32(&message, field(10), 0xDEADBEEFU);
}

std::vector<std::string> make_messages(const pb::Descriptor& type) {
  pb::DynamicMessageFactory factory;
  const std::unique_ptr<pb::Message> message(factory.GetPrototype(&type)->New());
  std::vector<std::string> all;
  for (std::size_t i = 0; i < kMessages; ++i) {
    fill(*message, static_cast<int>(i));
    all.push_back(message->SerializeAsString());
  }
  return all;
}

ByteSpan as_bytes(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

void decode_alone(const pb::Descriptor& type, const std::vector<std::string>& messages) {
  RowDecoder decoder(*plan_rows(*read_shapes(type), "State", ""));
  StreamBlock block;
  auto start = std::chrono::steady_clock::now();
  std::size_t bad = 0;
  for (std::size_t round = 0; round < kRounds; ++round) {
    decoder.begin(block, 0, messages.size());
    for (std::size_t row = 0; row < messages.size(); ++row) {
      bad += decoder.decode(row, as_bytes(messages[row])).malformed ? 1 : 0;
    }
  }
  say("to rows", kRounds * messages.size(), seconds_since(start));
  pb::DynamicMessageFactory factory;
  const std::unique_ptr<pb::Message> message(factory.GetPrototype(&type)->New());
  start = std::chrono::steady_clock::now();
  for (std::size_t round = 0; round < kRounds / 5; ++round) {
    for (const std::string& one : messages) bad += message->ParseFromString(one) ? 0 : 1;
  }
  say("protobuf's DynamicMessage, parsed only", kRounds / 5 * messages.size(), seconds_since(start));
  if (bad != 0) std::exit(1);
}

void send_all(std::uint16_t port, const std::string& bytes, std::size_t rounds) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::exit(1);
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t done = 0; done < bytes.size();) {
      const ssize_t sent = ::send(socket, bytes.data() + done, bytes.size() - done, MSG_NOSIGNAL);
      if (sent <= 0) std::exit(1);
      done += static_cast<std::size_t>(sent);
    }
  }
  ::close(socket);
}

// Every message as a client packs it: size, envelope, payload.
std::string packed(const std::vector<std::string>& messages) {
  std::string all;
  for (const std::string& one : messages) {
    std::string envelope =
        "\x0a\x09"
        "car.State"
        "\x1a";
    envelope += static_cast<char>(one.size());
    envelope += one;
    all += static_cast<char>(envelope.size());
    all += envelope;
  }
  return all;
}

void through_the_source(const std::string& folder, const std::vector<std::string>& messages) {
  SystemClock clock;
  NoLog log;
  OneStream streams;
  Options options;
  options.listen = "127.0.0.1:0";
  options.proto.value = folder;
  Source source(options);
  const SourceContext context{"bench", 0, clock, real_file_system(), log, streams};
  if (!source.open(context, std::nullopt)) std::exit(1);
  const std::string bytes = packed(messages);
  constexpr std::size_t kSent = kRounds / 2;
  std::thread sender([&] { send_all(source.port(), bytes, kSent); });
  const auto start = std::chrono::steady_clock::now();
  std::size_t rows = 0;
  while (rows < kSent * messages.size()) {
    RawBatch batch;
    FrameBuilder builder;
    builder.begin(batch);
    while (!builder.full()) {
      const auto outcome = source.read(builder, clock.mono() + std::chrono::milliseconds(2));
      if (!outcome) std::exit(1);
      if (*outcome == ReadOutcome::idle) break;
    }
    rows += batch.records();
  }
  say("through the source, over TCP, with envelopes", rows, seconds_since(start));
  sender.join();
}

void run() {
  const std::string folder = std::filesystem::temp_directory_path() / "cantrail-bench-protobuf";
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/state.proto") << kType;
  pb::compiler::DiskSourceTree tree;
  tree.MapPath("", folder);
  pb::compiler::Importer importer(&tree, nullptr);
  const pb::FileDescriptor* file = importer.Import("state.proto");
  if (file == nullptr) std::exit(1);
  const std::vector<std::string> messages = make_messages(*file->message_type(0));
  std::printf("messages of ten fields, %zu bytes\n", messages[100].size());
  decode_alone(*file->message_type(0), messages);
  through_the_source(folder, messages);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace cantrail::protobuf

int main() {
  std::printf("%s\n", cantrail::bench::machine_line().c_str());
  cantrail::protobuf::run();
}
