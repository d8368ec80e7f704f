// A condition over the rows of one stream: what `trigger` and `trip` wait for. What needs several streams is
// a [signal], whose rows are those of a stream. Nothing is remembered from row to row, so a batch that comes
// again means the same again.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "decode/derive/expression.hpp"
#include "model/batch.hpp"

namespace cantrail::mcap_sink {

// One thread.
class Condition {
 public:
  // "Battery.soc < 10", "can0:Door.open", "low_and_moving" (a named signal). Fault `config`: what is wrong,
  // as it follows the option's name.
  static Result<Condition> read(const std::string& text);

  // Fields and named signals, as they are written.
  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }
  [[nodiscard]] const std::string& text() const { return text_; }

  // The streams that it is about, by the names of this catalog. Without a channel: of any.
  void bind(const Catalog& catalog);

  // How it stands in the rows of a batch, in the order of each stream's rows. A row in which a value is
  // absent says nothing.
  struct Outcome {
    bool holds = false;           // in one row at least
    bool begins = false;          // in one row, and not in the one before, as far as that is known
    std::optional<bool> at_last;  // in the last row that said something
  };
  [[nodiscard]] Outcome look(const Batch& batch, std::optional<bool> before = std::nullopt);

 private:
  struct Bound {
    StreamId stream = 0;
    std::vector<std::size_t> fields;  // by operand
    std::vector<FieldType> types;
  };

  Condition(std::string text, std::vector<std::string> operands, derive::Expression expression)
      : text_(std::move(text)), operands_(std::move(operands)), expression_(std::move(expression)) {}
  void look_at(const Bound& bound, const StreamBlock& block, Outcome& outcome);
  [[nodiscard]] std::optional<Bound> bound_to(const Catalog& catalog, StreamId stream) const;

  std::string text_;
  std::vector<std::string> operands_;
  derive::Expression expression_;
  std::vector<Bound> bound_;
};

}  // namespace cantrail::mcap_sink
