// The batches that a durable lane was offered and has not written yet. The lane's lock guards it.
#pragma once

#include <deque>

#include "component/sink.hpp"
#include "model/batch.hpp"

namespace cantrail {

class LaneQueue {
 public:
  void push(const BatchPtr& batch);
  BatchPtr pop();  // precondition: not empty
  void clear();
  void drop_before(const Position& cursor);
  // The run of batches at the front that were lost for one reason, as one gap. Precondition: the front is
  // lost.
  BatchPtr take_lost();

  [[nodiscard]] bool empty() const { return batches_.empty(); }
  [[nodiscard]] const BatchPtr& front() const { return batches_.front(); }
  [[nodiscard]] std::size_t size() const { return batches_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // As much as a group may have.
  [[nodiscard]] bool fills(const SinkTraits& most) const {
    return records_ >= most.records || bytes_ >= most.bytes;
  }

 private:
  std::deque<BatchPtr> batches_;
  std::size_t bytes_ = 0, records_ = 0;
};

}  // namespace cantrail
