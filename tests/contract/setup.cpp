#include "contract/setup.hpp"

#include <filesystem>
#include <fstream>

#include <stdlib.h>

#include "component/toml/config_document.hpp"
#include "component/toml/option_reader.hpp"

namespace cantrail::contract {

struct Adapter {
  ConfigTable root;
};

Result<ChannelId> NumberedChannels::channel(SourceId, std::string_view alias) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == alias) return static_cast<ChannelId>(i);
  }
  if (names.size() == 256) return Fault{FaultKind::exhausted, "more than 256 channels"};
  names.emplace_back(alias);
  return static_cast<ChannelId>(names.size() - 1);
}

Result<StreamId> NumberedChannels::stream(SourceId, std::optional<ChannelId>,
                                          const std::shared_ptr<const RowSchema>& row) {
  for (std::size_t i = rows.size(); i-- > 0;) {
    if (rows[i]->name != row->name) continue;
    if (*rows[i] == *row) return static_cast<StreamId>(i);
    break;
  }
  rows.push_back(row);
  return static_cast<StreamId>(rows.size() - 1);
}

Result<BlobReference> KeptBlobs::put(std::span<const std::byte> content) {
  const Digest digest = sha256({reinterpret_cast<const char*>(content.data()), content.size()});
  const std::lock_guard lock(mutex_);
  kept.insert(digest);
  return BlobReference{digest, content.size()};
}

Setup::Setup(const ComponentInfo& component, std::string source_folder)
    : component_(component), adapter_(std::make_unique<Adapter>()) {
  std::string name = (std::filesystem::temp_directory_path() / "cantrail-contract-XXXXXX").string();
  folder_ = ::mkdtemp(name.data());
  const std::string path = source_folder + "/contract.toml";
  const bool there = !source_folder.empty() && real_file_system().exists(path);
  const auto text = there ? read_file(real_file_system(), path) : Result<std::string>(std::string{});
  if (there && text) {
    read_adapter(*text);
  } else {
    guess_adapter();
  }
}

Setup::~Setup() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void Setup::read_adapter(const std::string& text) {
  std::string filled = text;
  for (auto at = filled.find("{tmp}"); at != std::string::npos; at = filled.find("{tmp}", at)) {
    filled.replace(at, 5, folder_);
  }
  ConfigDocument document = parse_config(filled, "contract.toml");
  if (!document.diagnostics.empty()) problem_ = to_string(document.diagnostics.front());
  adapter_->root = std::move(document.root);
  if (const ConfigEntry* skip = adapter_->root.find("skip")) skip_ = *skip->value.string();
  const ConfigEntry* files = adapter_->root.find("files");
  if (files == nullptr) return;
  for (const ConfigEntry& file : files->value.table()->entries) {
    std::ofstream(folder_ + "/" + file.key, std::ios::binary) << *file.value.string();
  }
}

void Setup::guess_adapter() {
  if (component_.kind == ComponentKind::source) {
    skip_ = "its folder has no contract.toml that says how to open it";
    return;
  }
  read_adapter(
      "files = { plain = \"\" }\n[good]\npath = \"{tmp}/store\"\n[bad]\npath = \"{tmp}/plain/store\"\n");
}

template <class Config>
std::unique_ptr<Config> Setup::fill(std::unique_ptr<Config> config, std::string_view which) {
  const ConfigEntry* entry = adapter_->root.find(which);
  if (entry == nullptr) return nullptr;
  Diagnostics found;
  const ConfigInputs none;
  OptionReader reader(*entry->value.table(), none, folder_, found);
  config->describe(reader);
  reader.finish();
  if (which == "good") reader.problems(config->problems());
  if (!found.empty()) problem_ = to_string(found.front());
  return found.empty() ? std::move(config) : nullptr;
}

std::unique_ptr<SinkConfig> Setup::sink(std::string_view which) {
  return fill(component_.make_sink(), which);
}

std::unique_ptr<SourceConfig> Setup::source(std::string_view which) {
  return fill(component_.make_source(), which);
}

SinkContext Setup::sink_context() {
  JournalId journal;
  journal.bytes.fill(0x5A);
  return {"under-test", "node", journal, clock_, real_file_system(), log_};
}

SourceContext Setup::source_context() {
  return {"under-test", 0, clock_, real_file_system(), log_, channels_, &blobs_};
}

ProbeContext Setup::probe_context() {
  return {"under-test", clock_, real_file_system()};
}

}  // namespace cantrail::contract
