#include "decode/derive/expression_text.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "decode/derive/functions.hpp"

namespace cantrail::derive {
namespace {

constexpr std::size_t kDeepest = 100;  // parentheses in each other

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Recursive descent over: sum {comparison sum}, product {+|- product}, operand {*|/|%|^ operand}. Where an
// operator binds does not matter to what is wrong, so one loop reads them all.
class ExpressionReader {
 public:
  explicit ExpressionReader(std::string_view text) : text_(text) {}

  ExpressionText run() {
    if (text_.size() > kLongestExpression) {
      fail("is longer than " + std::to_string(kLongestExpression) + " characters");
    } else {
      expression();
    }
    if (!failed() && !at_end()) fail("has a stray '" + printable(text_.substr(at_, 1)) + "'");
    if (read_.operands.empty()) fail("names no field and no signal");
    if (failed()) return {std::move(read_.problem), {}, {}, {}};
    return std::move(read_);
  }

 private:
  void expression() {
    if (++depth_ > kDeepest) return fail("is nested too deeply");
    operand();
    while (!failed() && take_operator()) operand();
    --depth_;
  }

  void operand() {
    skip_space();
    bool negative = false;  // muParser takes one sign
    while (take('-') || take('+')) {
      negative = negative != (text_[at_ - 1] == '-');
      skip_space();
    }
    if (negative) write("-");
    if (at_end())
      return fail(at_ == 0 || trim(text_).empty() ? "is empty" : "ends where a value is expected");
    if (take('(')) {
      write("(");
      expression();
      return expect_close();
    }
    const char c = text_[at_];
    if (is_digit(c) || c == '.') return number();
    if (is_letter(c)) return name();
    fail("has '" + printable(text_.substr(at_, 1)) + "' where a value is expected");
  }

  // Digits with at most one point, then perhaps an exponent.
  void number() {
    const std::size_t begin = at_;
    std::size_t digits = take_digits();
    if (take('.')) digits += take_digits();
    bool whole = digits != 0;
    if (!at_end() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (!take('-')) (void)take('+');
      whole = take_digits() != 0 && whole;
    }
    const std::string_view digits_text = text_.substr(begin, at_ - begin);
    double value = 0;
    const auto [end, error] =
        std::from_chars(digits_text.data(), digits_text.data() + digits_text.size(), value);
    if (!whole || error != std::errc() || end != digits_text.data() + digits_text.size()) {
      return fail("has '" + printable(digits_text) + "', which is no number");
    }
    write("c" + std::to_string(read_.numbers.size()));
    read_.numbers.push_back(value);
  }

  std::size_t take_digits() {
    const std::size_t begin = at_;
    while (!at_end() && is_digit(text_[at_])) ++at_;
    return at_ - begin;
  }

  void name() {
    const std::size_t begin = at_;
    while (!at_end() &&
           (is_letter(text_[at_]) || is_digit(text_[at_]) || text_[at_] == '.' || text_[at_] == ':')) {
      ++at_;
    }
    const std::string word(text_.substr(begin, at_ - begin));
    skip_space();
    if (take('(')) return call(word);
    auto known = std::find(read_.operands.begin(), read_.operands.end(), word);
    write("v" + std::to_string(known - read_.operands.begin()));
    if (known == read_.operands.end()) read_.operands.push_back(word);
  }

  void call(const std::string& word) {
    const auto function = std::find_if(functions().begin(), functions().end(),
                                       [&](const Function& one) { return one.name == word; });
    if (function == functions().end()) return unknown_function(word);
    write(word);
    write("(");
    std::size_t count = 0;
    skip_space();
    if (at_end() || text_[at_] != ')') {
      do {
        if (count != 0) write(",");
        expression();
        ++count;
        skip_space();
      } while (!failed() && take(','));
    }
    expect_close();
    if (count >= function->least && count <= function->most) return;
    const std::string wanted =
        function->least == function->most ? std::to_string(function->least)
        : function->most == kMostArguments
            ? "at least " + std::to_string(function->least)
            : std::to_string(function->least) + " or " + std::to_string(function->most);
    fail("gives " + word + "() " + std::to_string(count) + " argument" + (count == 1 ? "" : "s") +
         ": it takes " + wanted);
  }

  void unknown_function(const std::string& word) {
    std::vector<std::string> names;
    names.reserve(functions().size());
    for (const Function& function : functions()) names.emplace_back(function.name);
    const auto near = nearest(word, names);
    fail("has no function " + word + "()" + (near ? "; did you mean " + *near + "()?" : ""));
  }

  bool take_operator() {
    skip_space();
    for (const Operator& one : operators()) {
      if (!text_.substr(at_).starts_with(one.name)) continue;
      at_ += one.name.size();
      write(one.name);
      return true;
    }
    return false;
  }

  void expect_close() {
    if (failed()) return;
    skip_space();
    if (!take(')')) return fail("has a '(' without ')'");
    write(")");
  }

  void fail(std::string problem) {
    if (!failed()) read_.problem = std::move(problem);
  }
  [[nodiscard]] bool failed() const { return !read_.problem.empty(); }
  // With spaces around, so that `- -` does not become another operator.
  void write(std::string_view token) {
    read_.text += token;
    if (token != "(" && !is_letter(token.front())) read_.text += ' ';
  }
  void skip_space() {
    while (!at_end() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }

  std::string_view text_;
  std::size_t at_ = 0, depth_ = 0;
  ExpressionText read_;
};

}  // namespace

ExpressionText read_expression(std::string_view text) {
  return ExpressionReader(text).run();
}

}  // namespace cantrail::derive
