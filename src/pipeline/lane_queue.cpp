#include "pipeline/lane_queue.hpp"

#include <algorithm>

#include "pipeline/batch_decoder.hpp"
#include "pipeline/gap_batch.hpp"

namespace cantrail {

void LaneQueue::push(const BatchPtr& batch) {
  batches_.push_back(batch);
  bytes_ += memory_bytes(*batch);
  records_ += batch->raw->records();
}

BatchPtr LaneQueue::pop() {
  BatchPtr batch = std::move(batches_.front());
  batches_.pop_front();
  bytes_ -= memory_bytes(*batch);
  records_ -= batch->raw->records();
  return batch;
}

void LaneQueue::clear() {
  batches_.clear();
  bytes_ = records_ = 0;
}

void LaneQueue::drop_before(const Position& cursor) {
  while (!batches_.empty() && batches_.front()->begin() < cursor) pop();
}

BatchPtr LaneQueue::take_lost() {
  const JournalFate fate = batches_.front()->raw->fate;
  const TimeSpan begin = time_span(*batches_.front()->raw);
  GapRecord gap{begin.from, begin.to, reason_of_loss(fate), "journal", 0, 0};
  BatchPtr last;
  while (!batches_.empty() && batches_.front()->raw->fate == fate) {
    last = pop();
    gap.to = std::max(gap.to, time_span(*last->raw).to);
    *gap.count += last->raw->records();
  }
  return gap_batch(*last->raw, last->begin(), last->raw->first_record + last->raw->records(),
                   {std::move(gap)});
}

}  // namespace cantrail
