// Computes the rows of named signals from the rows of a batch. A row is made at each row of a stream that the
// signal is computed of in the end, with that row's time and frame; of other streams it takes the last value
// known, whose time must not be further away than the signal's max_age. Pure: no clock, and where the batches
// are cut does not matter.
//
// Rows come in the order of encode::RowCursor: those of frames in the order of the frames, then all others by
// time. Where the batch's records are both, a signal has two blocks.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decode/derive/calibration.hpp"
#include "decode/derive/expression.hpp"
#include "decode/derive/plan.hpp"
#include "model/batch.hpp"

namespace cantrail::derive {

// Holds what is remembered from batch to batch, and memory: one per thread. After warm-up derive() does not
// allocate: blocks are recycled by way of reclaim().
class Deriver {
 public:
  Deriver(std::shared_ptr<const Plan> plan, std::size_t streams);

  // Nothing has come yet: another run, or a batch that does not follow the one before.
  void forget();

  // Takes the blocks of named signals out of those of a batch that nobody needs any more.
  void reclaim(std::vector<StreamBlock>& blocks);

  // Adds the signals' blocks to those that were decoded of `raw`; all are ascending by stream then. Returns
  // how many rows they hold.
  std::uint32_t derive(const RawBatch& raw, std::vector<StreamBlock>& blocks);

 private:
  struct Signal {
    const PlannedSignal* planned = nullptr;
    Calibration calibration;
    std::optional<Expression> expression;
    std::vector<std::size_t> slots;   // by operand, of a signal of several streams
    std::optional<std::size_t> slot;  // where its own value is remembered
    std::size_t output = 0;           // index into made_, while a batch is at hand
    std::size_t next_row = 0;
  };
  struct Remembered {
    Value value;
    std::int64_t time_ns = 0;
    bool seen = false;
  };
  // A value of a stream's row that signals of several streams need: a field, or a signal of that stream
  // alone.
  struct Feed {
    std::size_t slot = 0;
    FieldPlace field;
    FieldType type = FieldType::f64;
    std::optional<std::size_t> column;  // index into Stream::columns
  };
  struct Stream {
    std::vector<std::size_t> columns;   // signals of this stream alone
    std::vector<std::size_t> stateful;  // signals of this stream and others
    std::vector<Feed> feeds;
  };
  struct Part {  // a block that stateful signals need
    const StreamBlock* block = nullptr;
    std::size_t first_column = 0;  // index into made_
  };
  struct RowPlace {
    std::uint64_t key = 0;  // what it is ordered by: frame or time
    std::uint32_t part = 0, row = 0;
  };

  void plan_memory();
  std::size_t slot_of(const Input& input);
  StreamBlock take_block(std::size_t signal, std::size_t rows, bool of_frames);
  void run(std::span<const StreamBlock> blocks, bool of_frames);
  void compute_column(std::size_t signal, const StreamBlock& block);
  void compute_stateful(bool of_frames);
  void put_rows_in_order(bool of_frames);
  void compute_row(const Part& part, std::size_t row, bool of_frames);
  [[nodiscard]] Value recall(const Signal& signal, std::size_t operand, std::int64_t time_ns) const;
  [[nodiscard]] Value result(Signal& signal) const;

  std::shared_ptr<const Plan> plan_;
  std::vector<Signal> signals_;                  // as in the plan
  std::vector<Stream> streams_;                  // by StreamId
  std::vector<std::size_t> signal_of_;           // by StreamId: index into signals_ + 1; 0: none
  std::vector<Input> slot_inputs_;               // by slot
  std::vector<Remembered> memory_;               // by slot
  std::vector<std::vector<StreamBlock>> spare_;  // by signal
  std::vector<StreamBlock> made_;                // of the batch at hand
  std::vector<Part> parts_;
  std::vector<RowPlace> order_;
  std::vector<Value> operands_;  // of the row at hand
};

}  // namespace cantrail::derive
