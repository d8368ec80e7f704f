#include "sources/protobuf/options.hpp"

#include <cerrno>
#include <system_error>

#include <sys/socket.h>

#include "base/text.hpp"
#include "component/option.hpp"
#include "sources/datagram/address.hpp"
#include "sources/datagram/descriptor.hpp"
#include "sources/protobuf/source.hpp"

namespace cantrail::protobuf {
namespace {

constexpr std::string_view kSample = R"([source.sensors]
type = "protobuf"
listen = "127.0.0.1:20300"   # "0.0.0.0:20300": from other machines
proto = "proto"              # folder of .proto files; a new file there is a new input
# transport = "udp"          # a message a datagram
# message = "car.Wheels"     # messages without envelope, all of this type
# time = "arrival"           # where clients' clocks cannot be trusted
)";

constexpr double kMostBuffered = 1 << 30;

OptionSpec choice(OptionSpec spec, std::vector<std::string> choices) {
  spec.choices = std::move(choices);
  return spec;
}

OptionSpec limited(OptionSpec spec, double minimum, double maximum) {
  spec.minimum = minimum;
  spec.maximum = maximum;
  return spec;
}

}  // namespace

void Config::describe(OptionVisitor& visitor) {
  visitor.option(option("listen", "Address and port to receive on; \"0.0.0.0:20300\" is every interface",
                        &options_.listen));
  visitor.option(
      choice(option("transport", "What carries the messages", &options_.transport), {"tcp", "udp"}));
  OptionSpec proto = option("proto", "Folder with the .proto files of what comes; looked at once a second",
                            &options_.proto, "\"proto\"");
  proto.required = true;
  visitor.option(proto);
  visitor.option(option("message", "The type of all messages, which then come without an envelope",
                        &options_.message, "\"car.Wheels\""));
  visitor.option(
      choice(option("time", "What a row's time is: the sender's word, else arrival; or always arrival",
                    &options_.time),
             {"sender", "arrival"}));
  visitor.option(option("time_field",
                        "Path of a google.protobuf.Timestamp in the message that is the sender's word",
                        &options_.time_field, "\"header.stamp\""));
  visitor.option(
      option("prefix", "What stands in front of the names of streams", &options_.prefix, "\"pit_\""));
  visitor.option(limited(option("max_message", "A larger message is passed over, and counted as malformed",
                                &options_.max_message),
                         64, static_cast<double>(kLargestBlob)));
  visitor.option(
      limited(option("max_clients", "Connections at once; more are closed", &options_.max_clients), 1, 1000));
  visitor.option(limited(option("receive_buffer", "UDP: room in the kernel for datagrams not read yet",
                                &options_.receive_buffer),
                         4096, 512U << 20));
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found;
  const auto listen = datagram::parse_host_port(options_.listen);
  if (!listen) {
    found.push_back("listen: " + listen.fault().message);
  } else if (!listen->port) {
    found.push_back("listen = \"" + options_.listen + "\" lacks a port, as in \"" + options_.listen +
                    ":20300\"");
  }
  if (static_cast<double>(options_.max_message.count) * static_cast<double>(options_.max_clients) >
      kMostBuffered) {
    found.push_back("max_message times max_clients may be 1 GiB: that much memory the clients could take");
  }
  if (options_.time == "arrival" && !options_.time_field.empty()) {
    found.emplace_back(
        "time_field is the sender's word, which time = \"arrival\" does not believe: leave one out");
  }
  if (options_.prefix.find_first_of(".:") != std::string::npos) {
    found.emplace_back("prefix: '.' and ':' have a meaning in the names of streams");
  }
  return found;
}

// Messages come from no bus.
std::vector<std::string> Config::channels(const std::string&) const {
  return {};
}

// Whether the port is free: it is taken and let go of.
std::optional<Findings> Config::probe(const ProbeContext&) const {
  const auto where = datagram::parse_host_port(options_.listen);
  const auto address = where ? datagram::resolve(*where) : where.fault();
  if (!address) return Findings{finding_of(address.fault(), "listen")};
  const datagram::Descriptor socket(
      ::socket(address->get()->sa_family, (options_.is_udp() ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
  const int reuse = 1;  // as the source does over TCP, so that connections of a node before do not count
  if (!options_.is_udp()) ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  const bool taken = !socket.is_open() || ::bind(socket.get(), address->get(), address->size) != 0 ||
                     (!options_.is_udp() && ::listen(socket.get(), 1) != 0);
  if (!taken) return Findings{};
  return Findings{finding_of({FaultKind::unavailable, "cannot receive on " + options_.listen + ": " +
                                                          std::generic_category().message(errno)},
                             "listen")};
}

std::vector<std::shared_ptr<const RowSchema>> Config::streams_without_channel(FileSystem& files,
                                                                              Diagnostics& found) const {
  if (options_.proto.value.empty()) return {unknown_schema(options_.prefix)};  // told as missing
  if (!files.exists(options_.proto.value)) {
    found.push_back({Severity::warning,
                     {options_.proto.value, 0, 0},
                     "there is no folder of that name: until there is, all messages are kept as bytes"});
    return {unknown_schema(options_.prefix)};
  }
  const std::size_t first = found.size();
  const auto types = TypeSet::load(files, options_.proto.value, nullptr, found);
  for (std::size_t i = first; i < found.size(); ++i) found[i].severity = Severity::warning;
  return types->schemas(options_.prefix);
}

std::unique_ptr<FrameSource> Config::make() const {
  return std::make_unique<Source>(options_);
}

ComponentInfo protobuf_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "protobuf";
  info.summary = "Messages that clients send over TCP or UDP, of types in .proto files";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<Config>(); };
  return info;
}

}  // namespace cantrail::protobuf
