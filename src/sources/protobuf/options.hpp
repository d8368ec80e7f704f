// [source.NAME] of type protobuf.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "component/registry.hpp"

namespace cantrail::protobuf {

struct Options {
  std::string listen = "127.0.0.1:20300";
  std::string transport = "tcp";
  Path proto;
  std::string message;
  std::string time = "sender";
  std::string time_field;
  std::string prefix;
  Bytes max_message{std::uint64_t{1} << 20};
  std::int64_t max_clients = 32;
  Bytes receive_buffer{std::uint64_t{12} << 20};

  [[nodiscard]] bool is_udp() const { return transport == "udp"; }
};

class Config final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override;
  [[nodiscard]] std::vector<std::string> problems() const override;
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override;
  [[nodiscard]] bool has_channels() const override { return false; }
  [[nodiscard]] std::vector<std::shared_ptr<const RowSchema>> streams_without_channel(
      FileSystem& files, Diagnostics& found) const override;
  [[nodiscard]] std::optional<Findings> probe(const ProbeContext& context) const override;
  [[nodiscard]] std::optional<ListensOn> listens_on() const override {
    return ListensOn{options_.is_udp(), options_.listen};
  }
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override;

 private:
  Options options_;
};

[[nodiscard]] ComponentInfo protobuf_source_info();

}  // namespace cantrail::protobuf
