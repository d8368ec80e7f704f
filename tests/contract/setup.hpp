// What a component under test is given: a folder of its own, and the options that its folder's contract.toml
// says.
//
//   [files]         written into the folder first: name = "content"
//   [good]          options with which it opens; "{tmp}" is the folder
//   [bad]           options with which it cannot be opened
//   skip = "…"      why it cannot be opened here at all
//
// A sink without contract.toml that has a `path` gets one in the folder, and for [bad] one below a plain
// file.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/diagnostic.hpp"
#include "component/registry.hpp"

namespace cantrail::contract {

class QuietLog final : public Log {
 public:
  void write(Severity, std::string_view, std::string_view) override {}
};

class NumberedChannels final : public ChannelRegistry {
 public:
  Result<ChannelId> channel(SourceId source, std::string_view alias) override;
  Result<StreamId> stream(SourceId source, std::optional<ChannelId> channel,
                          const std::shared_ptr<const RowSchema>& row) override;
  std::vector<std::string> names;
  std::vector<std::shared_ptr<const RowSchema>> rows;  // by stream
};

class KeptBlobs final : public BlobStore {
 public:
  Result<BlobReference> put(std::span<const std::byte> content) override;
  std::set<Digest> kept;  // one thread at a time

 private:
  std::mutex mutex_;
};

class Setup {
 public:
  // `source_folder`: where the component's code lies; empty for those that live in a test.
  Setup(const ComponentInfo& component, std::string source_folder);
  ~Setup();
  Setup(const Setup&) = delete;
  Setup& operator=(const Setup&) = delete;

  // "good" or "bad"; nullptr: not said, or said wrongly (then problem() has it).
  [[nodiscard]] std::unique_ptr<SinkConfig> sink(std::string_view which);
  [[nodiscard]] std::unique_ptr<SourceConfig> source(std::string_view which);
  [[nodiscard]] SinkContext sink_context();
  [[nodiscard]] SourceContext source_context();
  [[nodiscard]] ProbeContext probe_context();

  [[nodiscard]] const std::optional<std::string>& skip() const { return skip_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] const std::string& folder() const { return folder_; }
  [[nodiscard]] const NumberedChannels& channels() const { return channels_; }
  [[nodiscard]] const KeptBlobs& blobs() const { return blobs_; }

 private:
  void read_adapter(const std::string& text);
  void guess_adapter();
  template <class Config>
  std::unique_ptr<Config> fill(std::unique_ptr<Config> config, std::string_view which);

  const ComponentInfo& component_;
  std::string folder_;
  std::optional<std::string> skip_;
  std::string problem_;
  std::unique_ptr<struct Adapter> adapter_;
  SystemClock clock_;
  QuietLog log_;
  NumberedChannels channels_;
  KeptBlobs blobs_;
};

}  // namespace cantrail::contract
