#include "pipeline/config/expression_check.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace cantrail {
namespace {

struct Function {
  std::string_view name;
  std::size_t least, most;  // arguments
};

constexpr std::size_t kAny = 64;
constexpr std::array kFunctions{
    Function{"or", 2, 2},         Function{"valid", 1, 1},      Function{"abs", 1, 1},
    Function{"min", 2, kAny},     Function{"max", 2, kAny},     Function{"clamp", 3, 3},
    Function{"sqrt", 1, 1},       Function{"pow", 2, 2},        Function{"exp", 1, 1},
    Function{"log", 1, 1},        Function{"log10", 1, 1},      Function{"sin", 1, 1},
    Function{"cos", 1, 1},        Function{"tan", 1, 1},        Function{"atan2", 2, 2},
    Function{"floor", 1, 1},      Function{"ceil", 1, 1},       Function{"round", 1, 2},
    Function{"psychro_rh", 2, 3}, Function{"psychro_vpd", 2, 3}};

constexpr std::size_t kDeepest = 100;  // parentheses in each other

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Recursive descent over: sum {comparison sum}, product {+|- product}, operand {*|/|%|^ operand}. Where an
// operator binds does not matter to what is wrong, so one loop reads them all.
class Checker {
 public:
  Checker(std::string_view text, std::span<const std::string> signals) : text_(text), signals_(signals) {}

  ExpressionCheck run() {
    expression();
    if (check_.problem.empty() && !at_end()) fail("has a stray '" + printable(text_.substr(at_, 1)) + "'");
    return std::move(check_);
  }

 private:
  void expression() {
    if (++depth_ > kDeepest) return fail("is nested too deeply");
    operand();
    while (check_.problem.empty() && take_operator()) operand();
    --depth_;
  }

  void operand() {
    skip_space();
    while (take('-') || take('+')) skip_space();
    if (at_end())
      return fail(at_ == 0 || trim(text_).empty() ? "is empty" : "ends where a value is expected");
    if (take('(')) {
      expression();
      return expect_close();
    }
    const char c = text_[at_];
    if (is_digit(c) || c == '.') return number();
    if (is_letter(c)) return name();
    fail("has '" + printable(text_.substr(at_, 1)) + "' where a value is expected");
  }

  void number() {
    while (!at_end() && (is_digit(text_[at_]) || text_[at_] == '.')) ++at_;
    if (!at_end() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (!at_end() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
      while (!at_end() && is_digit(text_[at_])) ++at_;
    }
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
    if (word.find('.') != std::string::npos) {
      check_.fields.push_back(word);
    } else if (std::find(signals_.begin(), signals_.end(), word) == signals_.end()) {
      const auto near = nearest(word, signals_);
      fail("names '" + word + "', which is no signal" +
           (near ? "; did you mean '" + *near + "'?" : ": a field is written Stream.field"));
    }
  }

  void call(const std::string& word) {
    const auto* function = std::find_if(kFunctions.begin(), kFunctions.end(),
                                        [&](const Function& one) { return one.name == word; });
    if (function == kFunctions.end()) return unknown_function(word);
    std::size_t count = 0;
    skip_space();
    if (at_end() || text_[at_] != ')') {
      do {
        expression();
        ++count;
        skip_space();
      } while (check_.problem.empty() && take(','));
    }
    if (!check_.problem.empty()) return;
    expect_close();
    if (count >= function->least && count <= function->most) return;
    const std::string wanted =
        function->least == function->most ? std::to_string(function->least)
        : function->most == kAny          ? "at least " + std::to_string(function->least)
                                 : std::to_string(function->least) + " or " + std::to_string(function->most);
    fail("gives " + word + "() " + std::to_string(count) + " argument" + (count == 1 ? "" : "s") +
         ": it takes " + wanted);
  }

  void unknown_function(const std::string& word) {
    std::vector<std::string> names;
    names.reserve(std::size(kFunctions));
    for (const Function& function : kFunctions) names.emplace_back(function.name);
    const auto near = nearest(word, names);
    fail("has no function " + word + "()" + (near ? "; did you mean " + *near + "()?" : ""));
  }

  bool take_operator() {
    skip_space();
    for (const std::string_view two : {"<=", ">=", "==", "!=", "&&", "||"}) {
      if (text_.substr(at_).starts_with(two)) {
        at_ += two.size();
        return true;
      }
    }
    if (at_end() || std::string_view("+-*/%^<>").find(text_[at_]) == std::string_view::npos) return false;
    ++at_;
    return true;
  }

  void expect_close() {
    if (!check_.problem.empty()) return;
    skip_space();
    if (!take(')')) fail("has a '(' without ')'");
  }

  void fail(std::string problem) {
    if (check_.problem.empty()) check_.problem = std::move(problem);
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
  std::span<const std::string> signals_;
  std::size_t at_ = 0, depth_ = 0;
  ExpressionCheck check_;
};

}  // namespace

ExpressionCheck check_expression(std::string_view text, std::span<const std::string> signals) {
  return Checker(text, signals).run();
}

}  // namespace cantrail
