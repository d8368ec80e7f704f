// Messages from a network port, as rows.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "component/frame_source.hpp"
#include "sources/protobuf/blob_writer.hpp"
#include "sources/protobuf/folder_watch.hpp"
#include "sources/protobuf/options.hpp"
#include "sources/protobuf/port.hpp"
#include "sources/protobuf/row_maker.hpp"

namespace cantrail::protobuf {

// The source's own thread reads, decodes and hands over; a second one looks at the .proto files, a third,
// begun with the first large value, writes those. Lost messages are gaps of the source: malformed_input,
// source_down, receive_overflow, too_many_channels; rows without a value that could not be kept are
// blob_lost.
class Source final : public FrameSource {
 public:
  explicit Source(Options options);

  // A port cannot wait: whoever sends, sends on.
  [[nodiscard]] SourceTraits traits() const override { return {}; }
  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override;
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) override;
  void ack(const SourcePosition&) override {}
  void close() override;
  [[nodiscard]] std::string hint() const override;

  [[nodiscard]] std::uint16_t port() const { return port_->number(); }

 private:
  bool deliver(FrameBuilder& builder);
  void adopt_types();
  void take(RowRoom room, PortNews& news, Losses& losses);
  void unpack(const Message& message, const std::vector<LargeValue>* large, Losses& losses);
  void tell(FrameBuilder& builder, const PortNews& news, const Losses& losses);
  void complain(const std::string& about, std::uint64_t lost);

  const Options options_;
  std::optional<SourceContext> context_;
  std::unique_ptr<FolderWatch> folder_;
  std::uint64_t types_version_ = 0;
  std::unique_ptr<RowMaker> rows_;
  std::unique_ptr<Port> port_;
  std::unique_ptr<BlobWriter> blob_writer_;  // nullptr: large values are not kept. Ends before the port

  std::vector<Message> messages_;
  std::vector<BlobWriter::Job> jobs_;  // finished, and not rows yet
  std::vector<RowBlock> waiting_;      // found no room in a batch
  WallTime last_time_;                 // of the last message
  MonoTime last_message_;
  std::uint64_t lost_ = 0;
  MonoTime next_complaint_;
};

}  // namespace cantrail::protobuf
