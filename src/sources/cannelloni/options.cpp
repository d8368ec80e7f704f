#include "sources/cannelloni/options.hpp"

#include "component/option.hpp"
#include "sources/cannelloni/listener.hpp"
#include "sources/cannelloni/source.hpp"
#include "sources/datagram/address.hpp"

namespace cantrail::cannelloni {
namespace {

constexpr std::string_view kSample = R"([source.remote]
type = "cannelloni"
listen = "127.0.0.1:20000"   # "0.0.0.0:20000": from other machines
channel = "can0"
# remote = "192.168.1.20"    # take packets from there only
)";

}  // namespace

void Config::describe(OptionVisitor& visitor) {
  visitor.option(option("listen", "Address and port to receive on; \"0.0.0.0:20000\" is every interface",
                        &options_.listen));
  visitor.option(option("remote", "Only packets from this address (and port, if given) are taken",
                        &options_.remote, "\"192.168.1.20\""));
  visitor.option(option("channel", "What frames say they came from; the source's name if left out",
                        &options_.channel, "\"can0\""));
  OptionSpec buffer =
      option("receive_buffer", "Room in the kernel for packets not read yet", &options_.receive_buffer);
  buffer.minimum = 4096;
  buffer.maximum = 512U << 20;
  visitor.option(buffer);
}

std::vector<std::string> Config::problems() const {
  std::vector<std::string> found;
  const auto listen = datagram::parse_host_port(options_.listen);
  if (!listen) {
    found.push_back("listen: " + listen.fault().message);
  } else if (!listen->port) {
    found.push_back("listen = \"" + options_.listen + "\" lacks a port, as in \"" + options_.listen +
                    ":20000\"");
  }
  if (!options_.remote.empty()) {
    if (const auto remote = datagram::parse_host_port(options_.remote); !remote) {
      found.push_back("remote: " + remote.fault().message);
    }
  }
  return found;
}

std::vector<std::string> Config::channels(const std::string& source_name) const {
  return {options_.channel_of(source_name)};
}

std::optional<Findings> Config::probe(const ProbeContext&) const {
  Findings found;
  const Result<Listener> listener = Listener::open(options_.listen);
  const Status bound = listener ? bind_listener(listener->socket.get(), listener->address, options_.listen)
                                : listener.status();
  if (!bound) found.push_back(finding_of(bound.fault(), "listen"));
  if (options_.remote.empty()) return found;
  const auto where = datagram::parse_host_port(options_.remote);
  const auto remote = where ? datagram::resolve(*where) : where.fault();
  if (!remote) found.push_back(finding_of(remote.fault(), "remote"));
  return found;
}

std::unique_ptr<FrameSource> Config::make() const {
  return std::make_unique<Source>(options_);
}

ComponentInfo cannelloni_source_info() {
  ComponentInfo info;
  info.kind = ComponentKind::source;
  info.type = "cannelloni";
  info.summary = "Frames that a cannelloni peer sends over UDP";
  info.sample = kSample;
  info.make_source = []() -> std::unique_ptr<SourceConfig> { return std::make_unique<Config>(); };
  return info;
}

}  // namespace cantrail::cannelloni
