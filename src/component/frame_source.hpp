// Where frames and rows enter. A source runs on a thread of its own and does one thing: read, stamp, hand
// over. It never sleeps beyond the deadline, never retries, never buffers more than one read, never logs per
// frame.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "base/time.hpp"
#include "component/context.hpp"
#include "component/forecast.hpp"
#include "component/frame_builder.hpp"
#include "component/options.hpp"
#include "component/probe.hpp"
#include "model/batch.hpp"

namespace cantrail {

enum class ReadOutcome : std::uint8_t {
  more,   // there may be more at once
  idle,   // nothing came before the deadline
  ended,  // there will never be more (the end of a recording)
};

struct SourceTraits {
  // True for sources that can be held back without loss (a recording): where there is no room they wait.
  // Others drop at the batcher, and the drop is a gap.
  bool can_wait = false;
  // True for sources that resume at their journaled position: the time the node was down is no gap for them.
  bool resumes = false;
};

// Life: open() once, read() … , ack() between reads, close(). After a fault from open() or read() the
// pipeline closes it and, for `unavailable`, opens it again later with the last journaled position. All calls
// come from one thread.
class FrameSource {
 public:
  virtual ~FrameSource() = default;

  [[nodiscard]] virtual SourceTraits traits() const = 0;

  // `resume_at`: the position journaled last for this source, if any. Faults: config (never retried),
  // unavailable.
  virtual Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) = 0;

  // Appends what is there, waiting until `deadline` (monotonic) for the first frame and not longer. May
  // return early. Frames appended before a fault count.
  virtual Result<ReadOutcome> read(FrameBuilder& builder, MonoTime deadline) = 0;

  // Everything up to this source position is safe on disk (fdatasync has returned).
  virtual void ack(const SourcePosition& position) = 0;

  virtual void close() = 0;

  // Between a fault and the next open(): waits, until `deadline` at most, for an event that makes opening
  // worth a try. False: none came, or the source knows of none; the pipeline then opens it when its own time
  // is up.
  [[nodiscard]] virtual bool wait_for_return(MonoTime deadline) {
    (void)deadline;
    return false;
  }

  // For a user who sees no data: what the source knows about the reason, one line; empty where there is
  // nothing to say. Asked about once a second between reads.
  [[nodiscard]] virtual std::string hint() const { return {}; }
};

// An address of this machine that a source receives on.
struct ListensOn {
  bool udp = false;     // else TCP
  std::string address;  // as it was written: "127.0.0.1:20000"
};

// One [source.NAME] of the configuration: describes its options (which fills them), then makes the source.
class SourceConfig {
 public:
  virtual ~SourceConfig() = default;
  virtual void describe(OptionVisitor& visitor) = 0;
  // What is wrong between options, without I/O: messages without location (the reader adds the section's).
  [[nodiscard]] virtual std::vector<std::string> problems() const { return {}; }
  // Files that must be there when the node starts; whoever may touch the file system looks for them.
  [[nodiscard]] virtual std::vector<std::string> reads() const { return {}; }
  // Channels known before start, given the source's name; empty where they are learnt from the data, or where
  // its input has none.
  [[nodiscard]] virtual std::vector<std::string> channels(const std::string& source_name) const = 0;
  // Streams of rows that it delivers itself on each of its channels, as far as they are known before start.
  [[nodiscard]] virtual std::vector<std::shared_ptr<const RowSchema>> streams() const { return {}; }
  // DBCs that the component brings along for its frames; asked after those that the user names.
  [[nodiscard]] virtual std::vector<DbcText> dbcs() const { return {}; }
  // For the numbers of `check`; what cannot be read is not known.
  [[nodiscard]] virtual SourceForecast forecast(FileSystem& files) const {
    (void)files;
    return {};
  }
  // For `check --connect`: looks at what it would open, within a few seconds, and leaves everything as it
  // is. nullopt: there is nothing to look at.
  [[nodiscard]] virtual std::optional<Findings> probe(const ProbeContext& context) const {
    (void)context;
    return std::nullopt;
  }
  // Files whose content is part of what it is, as it is read when the source opens: with another content a
  // reload starts it anew. Not what it reads as its input, nor what it looks at again by itself.
  [[nodiscard]] virtual std::vector<std::string> made_of() const { return {}; }
  [[nodiscard]] virtual bool has_channels() const { return true; }
  // By its option `listen`, so that two sections that want one address are found before they run.
  [[nodiscard]] virtual std::optional<ListensOn> listens_on() const { return std::nullopt; }
  // Streams of rows known before start that belong to no channel, as files say that it names. What is wrong
  // with such a file is a warning: the source starts without it.
  [[nodiscard]] virtual std::vector<std::shared_ptr<const RowSchema>> streams_without_channel(
      FileSystem& files, Diagnostics& found) const {
    (void)files;
    (void)found;
    return {};
  }
  [[nodiscard]] virtual std::unique_ptr<FrameSource> make() const = 0;
};

}  // namespace cantrail
