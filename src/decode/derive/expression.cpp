#include "decode/derive/expression.hpp"

#include <limits>
#include <string>
#include <vector>

#include <muParser.h>

#include "decode/derive/functions.hpp"

namespace cantrail::derive {
struct Expression::Compiled {
  std::vector<double> operands;  // the parser holds their addresses
  mu::Parser parser;
};

Expression::Expression(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

Result<Expression> Expression::compile(const ExpressionText& text) {
  auto compiled = std::make_unique<Compiled>();
  compiled->operands.resize(text.operands.size(), std::numeric_limits<double>::quiet_NaN());
  try {
    mu::Parser& parser = compiled->parser;
    parser.ClearFun();
    parser.ClearConst();
    parser.EnableBuiltInOprt(false);
    for (const Function& function : functions()) parser.DefineFun(std::string(function.name), function.call);
    for (const Operator& one : operators()) {
      parser.DefineOprt(std::string(one.name), one.call, static_cast<unsigned>(one.precedence),
                        one.to_the_right ? mu::oaRIGHT : mu::oaLEFT, true);
    }
    for (std::size_t i = 0; i < text.operands.size(); ++i) {
      parser.DefineVar("v" + std::to_string(i), &compiled->operands[i]);
    }
    for (std::size_t i = 0; i < text.numbers.size(); ++i) {
      parser.DefineConst("c" + std::to_string(i), text.numbers[i]);
    }
    parser.SetExpr(text.text);
    (void)parser.Eval();  // compiles
  } catch (const mu::Parser::exception_type& error) {
    return Fault{FaultKind::bug, "muParser does not take '" + text.text + "': " + error.GetMsg()};
  }
  return Expression(std::move(compiled));
}

std::span<double> Expression::operands() {
  return compiled_->operands;
}

double Expression::evaluate() {
  return compiled_->parser.Eval();
}

}  // namespace cantrail::derive
