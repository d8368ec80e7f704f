#include <algorithm>
#include <array>
#include <map>
#include <random>

#include "contract/checks.hpp"
#include "contract/setup.hpp"

namespace cantrail::contract {
namespace {

constexpr Duration kWait = std::chrono::milliseconds(20);
constexpr Duration kPatience = std::chrono::seconds(2);
constexpr int kMostIdleReads = 1000;

class Bench {
 public:
  Bench(const ComponentInfo& component, const std::string& source_folder) : setup(component, source_folder) {
    if (setup.skip()) {
      verdict.skipped = *setup.skip();
      return;
    }
    config_ = setup.source("good");
    expect(config_ != nullptr, "the options of [good] are wrong: " + setup.problem());
    if (config_) remake();
  }
  [[nodiscard]] bool ready() const { return source != nullptr; }
  void expect(bool holds, const std::string& complaint) {
    auto& said = verdict.complaints;
    if (!holds && std::find(said.begin(), said.end(), complaint) == said.end()) said.push_back(complaint);
  }
  void remake() { source = config_->make(); }
  bool open(const std::optional<SourcePosition>& resume_at = {}) {
    const Status opened = source->open(setup.source_context(), resume_at);
    // What an emulator of another processor does not pass on to the kernel is no flaw of the source.
    const bool emulated =
        !opened && opened.fault().message.find("stamped by the kernel") != std::string::npos;
    if (emulated) verdict.skipped = opened.fault().message;
    expect(opened.ok() || emulated, "open: " + (opened ? "" : opened.fault().message));
    return opened.ok();
  }

  // Reads into batches of the given limits, one a read, until it ends, is idle, or `most` batches are read.
  void read(BatchLimits limits, std::size_t most = 1'000'000) {
    SystemClock clock;
    for (std::size_t i = 0; i < most; ++i) {
      RawBatch batch;
      FrameBuilder builder(limits);
      builder.begin(batch);
      const MonoTime before = clock.mono();
      const auto outcome = source->read(builder, before + kWait);
      expect(clock.mono() - before < kPatience, "read() does not come back at its deadline");
      expect(outcome.ok(), "read: " + (outcome ? "" : outcome.fault().message));
      take(batch, limits);
      check_blobs(batch, builder.take_blobs());
      if (!outcome || *outcome != ReadOutcome::more) return;
      idle_reads_ = batch.records() == 0 && batch.gaps.empty() ? idle_reads_ + 1 : 0;
      if (idle_reads_ > kMostIdleReads) return expect(false, "it says that there is more, and never gets on");
    }
  }

  // All that it delivered, frames and then rows stream by stream: rows of several streams have no order
  // between them.
  [[nodiscard]] std::vector<std::string> records() const {
    std::vector<std::string> all = frames;
    for (const auto& [stream, texts] : rows) {
      for (const std::string& text : texts) all.push_back(stream + " " + text);
    }
    return all;
  }
  void forget() {
    frames.clear();
    rows.clear();
    position.clear();
  }

  Setup setup;
  Verdict verdict;
  std::unique_ptr<FrameSource> source;
  std::vector<std::string> frames;
  std::map<std::string, std::vector<std::string>> rows;  // by stream and schema
  SourcePosition position;

 private:
  void take(const RawBatch& batch, BatchLimits limits) {
    expect(batch.frames.size() <= limits.frames, "a batch holds more frames than the limit");
    expect(batch.frames.payload().size() <= limits.payload_bytes, "a batch holds more bytes than the limit");
    for (std::size_t i = 0; i < batch.frames.size(); ++i) {
      const FrameView frame = batch.frames[i];
      const bool known = frame.channel < setup.channels().names.size();
      expect(known, "a frame is of a channel that was not asked for");
      frames.push_back(std::to_string(frame.time.ns) + " " + std::to_string(frame.id) + " " +
                       (known ? setup.channels().names[frame.channel] : "") + " " +
                       std::string(frame.data.begin(), frame.data.end()));
    }
    expect(batch.records() <= limits.frames, "a batch holds more records than the limit");
    for (const StreamBlock& block : batch.rows) take_rows(block);
    for (const GapRecord& gap : batch.gaps) {
      expect(gap.before_index <= batch.frames.size(), "a gap lies behind the end of its batch");
    }
    if (!batch.source_position.empty()) position = batch.source_position;
  }

  void take_rows(const StreamBlock& block) {
    const auto& known = setup.channels().rows;
    if (block.stream() >= known.size()) return expect(false, "a row is of a stream that was not asked for");
    const RowSchema& schema = *known[block.stream()];
    if (block.fields() != schema.fields.size())
      return expect(false, "a row has not the fields of its stream");
    const auto times = block.time_ns();
    expect(block.rows() != 0, "a block has no rows");
    expect(block.frame().empty(), "rows of a source name frames");
    expect(std::is_sorted(times.begin(), times.end()), "the times of a block do not ascend");
    std::string key = schema.name;
    for (const FieldSchema& field : schema.fields) key += " " + field.name;
    auto& texts = rows[key];
    for (std::size_t row = 0; row < block.rows(); ++row) {
      std::string text = std::to_string(times[row]);
      for (std::size_t i = 0; i < block.fields(); ++i) {
        const FieldSchema& field = schema.fields[i];
        const bool there = block.valid(i, row);
        expect(there || field.optional, "field " + field.name + " is absent, and is not optional");
        const bool is_text = field.type == FieldType::text || field.type == FieldType::blob;
        text += " " + field.name + "=" +
                (!there    ? "-"
                 : is_text ? std::string(block.text(i, row))
                           : std::to_string(block.word(i, row)));
      }
      texts.push_back(std::move(text));
    }
  }

  // What a row refers to was kept before, and the batcher is told.
  void check_blobs(const RawBatch& batch, const std::vector<Digest>& told) {
    for (const StreamBlock& block : batch.rows) {
      if (block.stream() >= setup.channels().rows.size()) continue;
      const auto& fields = setup.channels().rows[block.stream()]->fields;
      for (std::size_t i = 0; i < fields.size() && i < block.fields(); ++i) {
        if (fields[i].type != FieldType::blob) continue;
        for (std::size_t row = 0; row < block.rows(); ++row) {
          const auto reference = block.valid(i, row) ? block.blob(i, row).reference : std::nullopt;
          if (!reference) continue;
          expect(setup.blobs().kept.contains(reference->digest), "a row names a blob that was not kept");
          expect(std::find(told.begin(), told.end(), reference->digest) != told.end(),
                 "a row names a blob, and add_blob() was not told");
        }
      }
    }
  }

  std::unique_ptr<SourceConfig> config_;
  int idle_reads_ = 0;
};

Verdict opens_and_closes_again_and_again(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  for (int i = 0; bench.ready() && i < 6; ++i) {
    if (i == 3) bench.remake();
    if (!bench.open()) break;
    bench.source->close();
  }
  return bench.verdict;
}

Verdict fails_to_open_as_a_value(const ComponentInfo& component, const std::string& folder) {
  Setup setup(component, folder);
  const auto config = setup.source("bad");
  if (!config)
    return {{},
            setup.skip().value_or("contract.toml has no [bad] options that can be read: " + setup.problem())};
  Verdict verdict;
  const auto source = config->make();
  for (int i = 0; i < 3; ++i) {
    const Status opened = source->open(setup.source_context(), std::nullopt);
    if (opened) {
      verdict.complaints.emplace_back("it opens where it cannot");
    } else {
      const FaultKind kind = opened.fault().kind;
      if (kind != FaultKind::config && kind != FaultKind::unavailable) {
        verdict.complaints.push_back("a failed open is config or unavailable, not " +
                                     std::string(to_string(kind)));
      }
      if (opened.fault().message.empty()) verdict.complaints.emplace_back("a failed open has no message");
    }
    source->close();
  }
  return verdict;
}

Verdict reads_within_its_deadline_and_the_limits(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready() || !bench.open()) return bench.verdict;
  bench.read({.frames = 16, .payload_bytes = 16 * 64}, 3);
  bench.read({}, 3);
  bench.source->close();
  return bench.verdict;
}

Verdict stops_in_mid_read(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  for (int i = 0; bench.ready() && i < 3; ++i) {
    if (!bench.open()) break;
    bench.read({.frames = 16, .payload_bytes = 16 * 64}, 1);
    bench.source->close();
    bench.remake();
  }
  return bench.verdict;
}

Verdict gives_the_same_however_batches_are_cut(const ComponentInfo& component, const std::string& folder) {
  Bench whole(component, folder);
  if (!whole.ready()) return whole.verdict;
  if (!whole.source->traits().can_wait) return {{}, "what it reads does not come twice"};
  if (!whole.open()) return whole.verdict;
  whole.read({});
  whole.source->close();
  const std::vector<std::string> expected = whole.records();
  whole.expect(!expected.empty(), "contract.toml gives it nothing to read");
  std::mt19937 random(7);
  for (int run = 0; run < 8; ++run) {
    whole.remake();
    whole.forget();
    if (!whole.open()) break;
    const std::size_t frames = 1 + random() % 40;
    whole.read({.frames = frames, .payload_bytes = frames * 64, .row_bytes = frames * 200});
    whole.source->close();
    whole.expect(whole.records() == expected, "another cut gives other records");
  }
  return whole.verdict;
}

Verdict goes_on_where_it_was(const ComponentInfo& component, const std::string& folder) {
  Bench bench(component, folder);
  if (!bench.ready()) return bench.verdict;
  if (!bench.source->traits().resumes) return {{}, "it does not resume"};
  if (!bench.open()) return bench.verdict;
  bench.read({});
  bench.source->close();
  const std::vector<std::string> expected = bench.records();
  bench.forget();
  for (std::size_t pieces = 0; pieces <= expected.size() && bench.records().size() < expected.size();
       ++pieces) {
    bench.remake();
    if (!bench.open(bench.position.empty() ? std::nullopt : std::optional(bench.position))) break;
    bench.read({.frames = 16, .payload_bytes = 16 * 64}, 1 + pieces % 3);
    bench.source->close();
  }
  bench.expect(bench.records() == expected, "stopped and resumed it gives other records");
  return bench.verdict;
}

constexpr std::array kChecks{
    Check{"OpensAndClosesAgainAndAgain", opens_and_closes_again_and_again},
    Check{"FailsToOpenAsAValue", fails_to_open_as_a_value},
    Check{"ReadsWithinItsDeadlineAndTheLimits", reads_within_its_deadline_and_the_limits},
    Check{"StopsInMidRead", stops_in_mid_read},
    Check{"GivesTheSameHoweverBatchesAreCut", gives_the_same_however_batches_are_cut},
    Check{"GoesOnWhereItWas", goes_on_where_it_was}};

}  // namespace

std::span<const Check> source_checks() {
  return kChecks;
}

}  // namespace cantrail::contract
