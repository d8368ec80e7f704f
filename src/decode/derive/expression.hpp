// Computes expressions: a thin coat over muParser, which compiles them to its byte code. What users write
// does not reach it: names and numbers are replaced (expression_text.hpp), and all functions and operators
// are our own (functions.hpp), so that it decides about nothing but precedence.
#pragma once

#include <memory>
#include <span>

#include "base/status.hpp"
#include "decode/derive/expression_text.hpp"

namespace cantrail::derive {

// One thread: evaluating writes into it.
class Expression {
 public:
  // Precondition: the text has no problem. Fault `bug`: muParser does not take what we accept.
  static Result<Expression> compile(const ExpressionText& text);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  // By operand; NaN where it is absent.
  [[nodiscard]] std::span<double> operands();
  // NaN: absent, or no number. Does not allocate after the first time.
  [[nodiscard]] double evaluate();

 private:
  struct Compiled;
  explicit Expression(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace cantrail::derive
