#include "sources/protobuf/source.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/text.hpp"
#include "sources/protobuf/envelope.hpp"
#include "sources/protobuf/tcp_port.hpp"
#include "sources/protobuf/udp_port.hpp"

namespace cantrail::protobuf {
namespace {

constexpr Duration kBetweenComplaints = std::chrono::seconds(10);
constexpr Duration kSilence = std::chrono::seconds(5);

}  // namespace

Source::Source(Options options) : options_(std::move(options)) {}

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>&) {
  close();
  context_.emplace(context);
  if (options_.is_udp()) {
    port_ = std::make_unique<UdpPort>(
        UdpPort::Options{options_.listen, options_.receive_buffer.count, options_.max_message.count});
  } else {
    if (context.blobs != nullptr) blob_writer_ = std::make_unique<BlobWriter>(*context.blobs);
    port_ = std::make_unique<TcpPort>(
        TcpPort::Options{options_.listen, static_cast<std::size_t>(options_.max_clients),
                         options_.max_message.count, blob_writer_ ? blob_writer_->wake() : -1});
  }
  if (Status opened = port_->open(context); !opened) {
    close();
    return opened;
  }
  folder_ = std::make_unique<FolderWatch>(
      FolderWatch::Parts{context.name, options_.proto.value, context.files, context.log});
  rows_ = std::make_unique<RowMaker>(
      context, RowMaker::Options{options_.prefix, options_.time_field, options_.time == "sender"});
  types_version_ = 0;
  adopt_types();
  last_time_ = context.clock.wall();
  last_message_ = context.clock.mono();
  return {};
}

// Writing ends first: it reads what the port holds.
void Source::close() {
  blob_writer_.reset();
  jobs_.clear();
  messages_.clear();
  waiting_.clear();
  if (port_) port_->close();
  folder_.reset();
  rows_.reset();
  context_.reset();
}

void Source::adopt_types() {
  const std::uint64_t version = folder_->version();
  if (version == types_version_) return;
  types_version_ = version;
  rows_->adopt(folder_->types());
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  if (!deliver(builder)) return ReadOutcome::more;
  if (Status received = port_->receive(deadline); !received) return received.fault();
  adopt_types();
  PortNews news;
  Losses losses;
  take(builder.row_room(), news, losses);
  rows_->make(waiting_, losses);
  tell(builder, news, losses);
  const bool any = !messages_.empty() || !waiting_.empty() || !news.gaps.empty() || news.malformed != 0;
  messages_.clear();
  jobs_.clear();
  (void)deliver(builder);
  return any ? ReadOutcome::more : ReadOutcome::idle;
}

// False: the batch is full; the rest stays for the next read.
bool Source::deliver(FrameBuilder& builder) {
  std::size_t done = 0;
  for (; done < waiting_.size(); ++done) {
    RowBlock& block = waiting_[done];
    if (!builder.add_rows(std::move(block.rows))) break;
    for (const Digest& digest : block.blobs) builder.add_blob(digest);
  }
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  return waiting_.empty();
}

// Messages whose large values are kept now come first; then what the port has. A row weighs at least its
// columns.
void Source::take(RowRoom room, PortNews& news, Losses& losses) {
  room.rows = std::min(room.rows, std::max<std::size_t>(room.bytes / (8 * rows_->widest_row()), 1));
  if (blob_writer_) jobs_ = blob_writer_->finished();
  for (const BlobWriter::Job& job : jobs_) {
    port_->release(job.message.sender);
    if (!job.problem.empty()) complain(job.problem, 0);
    unpack(job.message, &job.values, losses);
    room.rows -= std::min<std::size_t>(room.rows, 1);
  }
  port_->take(room, messages_, news);
  for (const Message& message : messages_) unpack(message, nullptr, losses);
  if (messages_.empty() && jobs_.empty()) return;
  last_message_ = context_->clock.mono();
}

// `large`: its large values, if they were kept; else it waits for that where it has any.
void Source::unpack(const Message& message, const std::vector<LargeValue>* large, Losses& losses) {
  Parcel parcel{options_.message, message.bytes, std::nullopt, message.arrived, large};
  if (options_.message.empty()) {
    const auto envelope = read_envelope(message.bytes);
    if (!envelope) {
      ++losses.malformed;
      losses.complaint = "a message is no cantrail.Envelope";
      return;
    }
    parcel.type = envelope->type;
    parcel.payload = envelope->payload;
    parcel.sent_ns = envelope->time_ns;
  }
  if (large == nullptr && blob_writer_) {
    if (auto values = rows_->large_values(parcel); !values.empty()) {
      port_->hold(message.sender);
      return blob_writer_->start({message, std::move(values), ""});
    }
  }
  rows_->add(parcel, losses);
}

void Source::tell(FrameBuilder& builder, const PortNews& news, const Losses& losses) {
  const WallTime now = context_->clock.wall();
  const auto gap = [&](GapReason reason, std::uint64_t count) {
    if (count == 0) return;
    builder.add_gap({std::min(last_time_, now), now, reason, context_->name, count, 0});
  };
  for (const GapRecord& one : news.gaps) builder.add_gap(one);
  gap(GapReason::malformed_input, news.malformed + losses.malformed);
  gap(GapReason::too_many_channels, losses.without_stream);
  gap(GapReason::blob_lost, losses.without_blob);
  if (!news.complaint.empty()) complain(news.complaint, news.malformed);
  if (!losses.complaint.empty()) complain(losses.complaint, losses.malformed);
  if (!messages_.empty()) last_time_ = now;
}

void Source::complain(const std::string& about, std::uint64_t lost) {
  lost_ += lost;
  const MonoTime now = context_->clock.mono();
  if (now < next_complaint_) return;
  next_complaint_ = now + kBetweenComplaints;
  context_->log.write(Severity::warning, context_->name,
                      about + (lost_ != 0 ? "; " + counted(lost_, "message") + " lost so far" : ""));
}

std::string Source::hint() const {
  if (!context_ || !rows_) return "";
  if (rows_->types().size() == 0) {
    return "no .proto file in " + options_.proto.value + " defines a type: all messages are kept as bytes";
  }
  if (!options_.message.empty() && !rows_->types().has(options_.message)) {
    return "no .proto file in " + options_.proto.value + " defines " + options_.message;
  }
  if (rows_->unknown() != 0) {
    return counted(rows_->unknown(), "message") +
           " of types that no .proto file defines, kept as bytes; the last: " +
           printable(rows_->last_unknown());
  }
  const Duration silent = context_->clock.mono() - last_message_;
  if (silent < kSilence) return "";
  return port_->senders() + ", no message for " +
         std::to_string(std::chrono::duration_cast<std::chrono::seconds>(silent).count()) + " s";
}

}  // namespace cantrail::protobuf
