#include "cli/batch_log.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/frame_log.hpp"
#include "cli/log_catalog.hpp"
#include "cli/standard_log.hpp"
#include "decode/catalog/catalog_compiler.hpp"
#include "journal/archive.hpp"
#include "pipeline/batch_decoder.hpp"
#include "pipeline/gap_batch.hpp"

namespace cantrail::cli {
namespace {

constexpr std::size_t kMostFrames = 4096;  // of a batch, as a node seals them

class FrameBatches final : public BatchLog {
 public:
  FrameBatches(std::unique_ptr<FrameLog> log, LogCatalog catalog)
      : log_(std::move(log)), catalog_(std::move(catalog)) {}

  Result<BatchPtr> next() override {
    if (at_ == frames_.size()) {
      if (Status read = log_->next(frames_); !read) return read.fault();
      at_ = 0;
      if (frames_.empty()) return BatchPtr();
      if (Status named = name_channels(); !named) return named.fault();
    }
    auto raw = std::make_shared<RawBatch>();
    const std::size_t to = std::min(frames_.size(), at_ + kMostFrames);
    for (; at_ < to; ++at_) raw->frames.append(frames_[at_]);
    raw->first_record = records_;
    records_ += raw->frames.size();
    raw->source = 0;
    raw->clock.wall = time_span(*raw).to;
    raw->catalog = catalog_.compiled()->catalog;
    return decoder_.decode(std::move(raw), catalog_.compiled());
  }

  [[nodiscard]] std::string skipped() const override { return log_->skipped(); }
  [[nodiscard]] std::vector<std::string> remarks() const override { return log_->remarks(); }
  [[nodiscard]] bool is_damaged() const override { return log_->is_damaged(); }
  [[nodiscard]] std::optional<double> progress() const override { return log_->progress(); }

 private:
  // Both number channels by their first appearance.
  Status name_channels() {
    for (; named_ < log_->channels().size(); ++named_) {
      if (catalog_.channel(log_->channels()[named_]) == static_cast<ChannelId>(named_)) continue;
      return {FaultKind::rejected,
              "a recording can have " + std::to_string(kMostChannels) + " channels, this one has more"};
    }
    return {};
  }

  std::unique_ptr<FrameLog> log_;
  LogCatalog catalog_;
  BatchDecoder decoder_;
  FrameBlock frames_;
  std::size_t at_ = 0, named_ = 0;
  std::uint64_t records_ = 0;
};

class JournalBatches final : public BatchLog {
 public:
  explicit JournalBatches(JournalArchive archive) : archive_(std::move(archive)) {}

  Result<BatchPtr> next() override {
    for (;;) {
      if (!ahead_) {
        auto item = archive_.reader->next();
        if (!item) return item.fault();
        if (!*item) return BatchPtr();
        ahead_ = std::move(**item);
      }
      const std::shared_ptr<RawBatch>& raw = ahead_->batch;
      if (raw->records() == 0 && raw->gaps.empty() && !ahead_->missing) {
        ahead_.reset();
        continue;
      }
      auto catalog = catalog_of(ahead_->catalog, raw->records() == 0);
      if (!catalog) return catalog.fault();
      raw->catalog = CatalogPtr(*catalog, (*catalog)->catalog.get());
      if (ahead_->missing) {  // told before the batch it was found at, as a lane does
        ++missing_;
        GapRecord gap = *std::exchange(ahead_->missing, std::nullopt);
        return gap_batch_before(*raw, std::move(gap));
      }
      const std::shared_ptr<RawBatch> whole = std::exchange(ahead_, std::nullopt)->batch;
      leave_out_misfits(*whole);
      return decoder_.decode(whole, *catalog);
    }
  }

  [[nodiscard]] std::string skipped() const override {
    return missing_ == 0 ? std::string() : counted(missing_, "place") + " where something is missing";
  }
  [[nodiscard]] std::optional<double> progress() const override { return std::nullopt; }
  [[nodiscard]] std::optional<JournalId> journal() const override { return archive_.id; }

 private:
  Result<CompiledCatalogPtr> catalog_of(const Digest& digest, bool may_be_none) {
    if (digest.is_zero() && may_be_none) {  // a gap from before the first catalog
      if (!last_)
        last_ = std::make_shared<const CompiledCatalog>(CompiledCatalog{std::make_shared<Catalog>(), {}});
      return last_;
    }
    CompiledCatalogPtr& known = catalogs_[digest];
    if (!known) {
      const auto text = archive_.reader->definition(digest);
      if (!text) return text.fault();
      auto compiled = compiler_.compile(*text);
      if (!compiled) return compiled.fault();
      known = std::move(*compiled);
    }
    return last_ = known;
  }

  JournalArchive archive_;
  CatalogCompiler compiler_;
  BatchDecoder decoder_;
  std::map<Digest, CompiledCatalogPtr> catalogs_;
  CompiledCatalogPtr last_;
  std::optional<JournalReader::Item> ahead_;  // read, and not yet handed over
  std::uint64_t missing_ = 0;
};

}  // namespace

Result<std::unique_ptr<BatchLog>> open_batch_log(const std::string& path, std::vector<DbcText> dbcs,
                                                 Diagnostics& diagnostics) {
  FileSystem& files = real_file_system();
  const auto type = files.type(path);
  if (dbcs.empty() && type && *type == FileType::folder && is_journal(path, files)) {
    StandardErrorLog log;
    auto archive = open_archive(path, files, log);
    if (!archive) return archive.fault();
    return std::unique_ptr<BatchLog>(std::make_unique<JournalBatches>(std::move(*archive)));
  }
  auto frames = open_frame_log(path);
  if (!frames) return frames.fault();
  auto catalog = LogCatalog::create({.dbcs = std::move(dbcs)}, diagnostics);
  if (!catalog) return catalog.fault();
  return std::unique_ptr<BatchLog>(std::make_unique<FrameBatches>(std::move(*frames), std::move(*catalog)));
}

}  // namespace cantrail::cli
