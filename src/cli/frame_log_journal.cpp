// Frames of a journal, in the order in which they were journaled.
#include <map>

#include "base/text.hpp"
#include "cli/frame_log.hpp"
#include "cli/standard_log.hpp"
#include "decode/catalog/definition.hpp"
#include "journal/archive.hpp"

namespace cantrail::cli {
namespace {

class JournalLog final : public FrameLog {
 public:
  explicit JournalLog(JournalArchive archive) : archive_(std::move(archive)) {}

  Status next(FrameBlock& frames) override {
    frames.clear();
    while (frames.empty()) {
      const auto item = archive_.reader->next();
      if (!item) return item.status();
      if (!*item) return {};
      if ((*item)->missing) ++missing_;
      const FrameBlock& found = (*item)->batch->frames;
      if (found.empty()) continue;
      const auto known = channels_of((*item)->catalog);
      if (!known) return known.status();
      for (std::size_t i = 0; i < found.size(); ++i) {
        FrameView frame = found[i];
        if (frame.channel >= (*known)->size()) continue;  // a forged journal
        frame.channel = (**known)[frame.channel];
        frames.append(frame);
      }
    }
    return {};
  }

  [[nodiscard]] std::string skipped() const override {
    return missing_ == 0 ? std::string() : counted(missing_, "place") + " where something is missing";
  }

 private:
  using Numbers = std::vector<ChannelId>;  // by the catalog's channels

  Result<const Numbers*> channels_of(const Digest& catalog) {
    const auto known = numbers_.find(catalog);
    if (known != numbers_.end()) return &known->second;
    const auto text = archive_.reader->definition(catalog);
    if (!text) return text.fault();
    const auto spec = read_definition(*text);
    if (!spec) return spec.fault();
    Numbers numbers;
    for (const ChannelInfo& info : spec->channels) numbers.push_back(channel(info.alias).value_or(0));
    return &(numbers_[catalog] = std::move(numbers));
  }

  JournalArchive archive_;
  std::map<Digest, Numbers> numbers_;
  std::uint64_t missing_ = 0;
};

}  // namespace

Result<std::unique_ptr<FrameLog>> open_journal_log(const std::string& folder) {
  StandardErrorLog log;
  auto archive = open_archive(folder, real_file_system(), log);
  if (!archive) return archive.fault();
  return std::unique_ptr<FrameLog>(std::make_unique<JournalLog>(std::move(*archive)));
}

}  // namespace cantrail::cli
