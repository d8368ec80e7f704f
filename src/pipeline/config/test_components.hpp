// Components for the tests of the configuration: a bus, a recording, a store, and one that was not built.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "component/registry.hpp"

namespace cantrail::testing {

class BusConfig final : public SourceConfig {
 public:
  void describe(OptionVisitor& visitor) override {
    visitor.option({"channel", "", &channel});
    visitor.option({"bitrate", "", &bitrate, false, 1'000, 1'000'000});
    visitor.option({"filters", "", &filters});
    visitor.option({"traffic", "", &traffic, false, {}, {}, {"live", "recording", "exact"}});
  }
  [[nodiscard]] std::vector<std::string> problems() const override {
    std::vector<std::string> found;
    for (const std::string& filter : filters) {
      if (filter.find(':') == std::string::npos) found.push_back("filters: \"" + filter + "\" is no filter");
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> channels(const std::string& source_name) const override {
    return {channel.empty() ? source_name : channel};
  }
  [[nodiscard]] std::vector<std::shared_ptr<const RowSchema>> streams() const override {
    auto row = std::make_shared<RowSchema>();
    row->name = "Bus";
    row->cycle_ms = 1000;
    row->fields.emplace_back().name = "load";
    return {row};
  }
  [[nodiscard]] std::unique_ptr<FrameSource> make() const override { return nullptr; }

  // A bus where a frame takes 47 bits and its data; "exact": Battery twice a second, and a message that no
  // DBC has.
  [[nodiscard]] SourceForecast forecast(FileSystem&) const override {
    SourceForecast forecast;
    if (traffic == "recording") forecast.unknown = "a recording";
    if (traffic == "exact") forecast.frames = {{256, 8, 2}, {999, 8, 5}};
    if (bitrate) {
      forecast.frame_seconds = [rate = *bitrate](std::uint32_t, std::uint32_t bytes) {
        return (47.0 + 8.0 * bytes) / static_cast<double>(rate);
      };
    }
    if (!filters.empty()) forecast.takes = [](std::uint32_t id) { return id == 512; };
    return forecast;
  }

  std::string channel;
  std::string traffic = "live";
  std::optional<std::int64_t> bitrate;
  std::vector<std::string> filters;
};

// Only to be asked what kind of sink it is.
class DoesNothing final : public Sink {
 public:
  explicit DoesNothing(bool durable) : durable_(durable) {}
  [[nodiscard]] SinkTraits traits() const override {
    SinkTraits traits;
    traits.durable = durable_;
    return traits;
  }
  Result<std::optional<Position>> open(const SinkContext&) override { return std::optional<Position>{}; }
  Status catalog(const CatalogPtr&, const CatalogPtr&) override { return {}; }
  Result<WriteOutcome> write(std::span<const BatchPtr>, const Position&, const Position&) override {
    return WriteOutcome{};
  }
  Status flush() override { return {}; }
  void close() override {}

 private:
  bool durable_;
};

class StoreConfig final : public SinkConfig {
 public:
  void describe(OptionVisitor& visitor) override {
    visitor.option({"path", "", &path});
    visitor.option({"every", "", &every});
    visitor.option({"batch", "", &batch});
    visitor.option({"mode", "", &mode, false, {}, {}, {"fast", "careful"}});
    visitor.option({"password", "", &password});
  }
  [[nodiscard]] std::vector<std::string> writes() const override { return {path.value}; }
  // Ten bytes a field, and room for a gigabyte.
  [[nodiscard]] std::optional<SinkForecast> forecast(std::span<const StreamRate> streams) const override {
    SinkForecast forecast;
    for (const StreamRate& stream : streams) {
      forecast.bytes_per_day +=
          stream.rows_per_s * 86400 * 10 * static_cast<double>(stream.row->fields.size());
    }
    if (forecast.bytes_per_day <= 0) return forecast;
    forecast.holds = std::chrono::seconds(static_cast<std::int64_t>(1e9 / forecast.bytes_per_day * 86400));
    forecast.limit = "1GB";
    return forecast;
  }
  [[nodiscard]] std::unique_ptr<Sink> make() const override { return std::make_unique<DoesNothing>(true); }

  Path path{"history.db"};
  Duration every = std::chrono::seconds(1);
  Bytes batch{1 << 20};
  std::string mode = "fast";
  Secret password;
};

class UploadConfig final : public SinkConfig {
 public:
  void describe(OptionVisitor& visitor) override {
    visitor.option({"url", "", &url, true, {}, {}, {}, "\"https://example.org\""});
    OptionSpec keys{"keys", "", &topics};
    keys.placeholders = {"stream", "node"};
    keys.references = true;
    keys.labels = true;
    visitor.option(keys);
    OptionSpec table{"measurement", "", &measurement};
    table.placeholders = {"stream"};
    visitor.option(table);
    visitor.option({"bandwidth", "", &bandwidth});
  }
  [[nodiscard]] std::unique_ptr<Sink> make() const override { return std::make_unique<DoesNothing>(false); }
  std::string url;
  Template topics;
  std::vector<TemplateRule> measurement;
  std::optional<Bandwidth> bandwidth;
};

template <class Config>
std::unique_ptr<SourceConfig> make_source() {
  return std::make_unique<Config>();
}
template <class Config>
std::unique_ptr<SinkConfig> make_sink() {
  return std::make_unique<Config>();
}

inline const std::array<ComponentInfo, 4>& components() {
  static const std::array<ComponentInfo, 4> list = {{
      {ComponentKind::source, "bus", "", "", make_source<BusConfig>, nullptr, ""},
      {ComponentKind::source, "camera", "", "", nullptr, nullptr, "libavdevice"},
      {ComponentKind::sink, "store", "", "", nullptr, make_sink<StoreConfig>, ""},
      {ComponentKind::sink, "upload", "", "", nullptr, make_sink<UploadConfig>, ""},
  }};
  return list;
}

// A folder of its own with two DBC files, gone afterwards.
class ConfigFolder {
 public:
  ConfigFolder();
  ~ConfigFolder();
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;
  // Folders on the way are made.
  void write(const std::string& name, const std::string& text, unsigned mode = 0644) const;
  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }

  std::string path;
};

}  // namespace cantrail::testing
