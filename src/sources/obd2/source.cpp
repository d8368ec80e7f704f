#include "sources/obd2/source.hpp"

#include <algorithm>
#include <utility>

namespace cantrail::obd2 {

Status Source::open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) {
  close();
  if (!capture_) capture_ = transport_.capture(context.name);
  if (Status status = capture_->open(context, resume_at); !status) return status;
  Result<std::unique_ptr<FrameTarget>> target = transport_.target(context.name);
  if (!target) {
    capture_->close();
    return target.status();
  }
  target_ = std::move(*target);
  context_.emplace(context);
  poller_.emplace(settings_, context.clock.mono());
  return {};
}

Result<ReadOutcome> Source::read(FrameBuilder& builder, MonoTime deadline) {
  send_what_is_due();
  const std::size_t before = builder.frames().size();
  Result<ReadOutcome> outcome = capture_->read(builder, std::min(deadline, poller_->due()));
  const FrameBlock& frames = builder.frames();
  const MonoTime now = context_->clock.mono();
  for (std::size_t i = before; i < frames.size(); ++i) poller_->hear(frames[i], now);
  send_what_is_due();
  if (const std::string news = poller_->take_news(); !news.empty()) {
    context_->log.write(Severity::note, context_->name, news);
  }
  return outcome;
}

void Source::send_what_is_due() {
  const MonoTime now = context_->clock.mono();
  while (const auto frame = poller_->next(now)) {
    outgoing_.clear();
    outgoing_.append({{}, frame->id, 0, 0, static_cast<std::uint8_t>(frame->data.size()), frame->data});
    const Status sent = target_->send(outgoing_, 0, 1, {});
    trouble_ = sent ? std::string() : sent.fault().message;
    if (!sent) return poller_->not_sent(now);
  }
}

void Source::close() {
  if (capture_) capture_->close();
  target_.reset();
  poller_.reset();
  context_.reset();
  trouble_.clear();
}

bool Source::wait_for_return(MonoTime deadline) {
  return capture_ && capture_->wait_for_return(deadline);
}

std::string Source::hint() const {
  if (!poller_) return {};
  if (!trouble_.empty()) return trouble_;
  const std::string own = poller_->hint(context_->clock.mono());
  return own.empty() ? capture_->hint() : own;
}

}  // namespace cantrail::obd2
