#include "decode/dbc/scanner.hpp"

#include <algorithm>
#include <utility>

#include "base/quoted.hpp"
#include "base/text.hpp"
#include "decode/dbc/keywords.hpp"

namespace cantrail::dbc {
namespace {

constexpr std::size_t kMostQuoted = 30;

constexpr std::string_view kBlank = " \t\v\f";
constexpr std::string_view kSpace = " \t\v\f\r\n";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::string_view without_mark(std::string_view text) {
  return text.starts_with("\xEF\xBB\xBF") ? text.substr(3) : text;
}

}  // namespace

Scanner::Scanner(std::string_view text)
    : text_(without_mark(text)), utf8_(is_valid_utf8(text_)), lines_(text_) {}

void Scanner::begin_statement() {
  problem_.reset();
  swallowed_line_.reset();
}

void Scanner::fail(std::size_t at, std::string what) {
  if (problem_) return;
  problem_ = Problem{at, std::move(what)};
  if (swallowed_line_) problem_ = Problem{swallowing_quote_, "the closing quote of this text is missing"};
}

void Scanner::fail_expected(std::string_view what) {
  if (failed()) return;
  const std::size_t next = position();
  const bool later_line = !lines_.same_line(next, last_end_);
  fail(later_line ? last_end_ : next, "expected " + std::string(what) + ", found " + found());
}

std::string Scanner::found() {
  const std::size_t next = position();
  if (next == text_.size()) return "the end of the file";
  if (!lines_.same_line(next, last_end_)) return "the end of the line";
  const std::string_view word = word_at(next);
  if (!word.empty()) return quoted(word, kMostQuoted);
  const std::size_t number = number_length(text_.substr(next));
  if (number > 0) return quoted(text_.substr(next, number), kMostQuoted);
  return quoted(text_.substr(next, 1));
}

bool Scanner::skip_comment() {
  const std::string_view rest = text_.substr(at_);
  if (rest.starts_with("//")) {
    const std::size_t end = text_.find_first_of("\r\n", at_);
    at_ = end == std::string_view::npos ? text_.size() : end;
    return true;
  }
  if (!rest.starts_with("/*")) return false;
  const std::size_t end = no_comment_end_ ? std::string_view::npos : text_.find("*/", at_ + 2);
  if (end != std::string_view::npos) {
    at_ = end + 2;
    return true;
  }
  no_comment_end_ = true;
  if (!open_comment_) open_comment_ = at_;
  at_ = lines_.next_line(at_);
  return true;
}

void Scanner::skip_space() {
  do {
    const std::size_t next = text_.find_first_not_of(kSpace, at_);
    at_ = next == std::string_view::npos ? text_.size() : next;
  } while (at_ < text_.size() && text_[at_] == '/' && skip_comment());
}

std::size_t Scanner::position() {
  if (!failed()) skip_space();
  return at_;
}

bool Scanner::more_on_line() {
  const std::size_t next = position();
  return !failed() && next < text_.size() && lines_.same_line(next, last_end_);
}

bool Scanner::at_line_start(std::size_t offset) const {
  while (offset > 0 && kBlank.find(text_[offset - 1]) != std::string_view::npos) --offset;
  return offset == 0 || text_[offset - 1] == '\n' || text_[offset - 1] == '\r';
}

char Scanner::peek() {
  const std::size_t next = position();
  return failed() || next == text_.size() ? '\0' : text_[next];
}

std::string_view Scanner::word_at(std::size_t offset) const {
  std::size_t end = offset;
  while (end < text_.size() && is_word(text_[end])) ++end;
  return text_.substr(offset, end - offset);
}

std::string_view Scanner::peek_word() {
  return failed() ? std::string_view() : word_at(position());
}

bool Scanner::at_keyword_line() {
  const std::size_t next = position();
  return is_keyword(word_at(next)) && at_line_start(next);
}

bool Scanner::at_statement() {
  return is_unmistakable_keyword(peek_word());
}

bool Scanner::lone_word() {
  const std::string_view word = peek_word();
  if (word.empty() || !at_line_start(at_)) return false;
  const std::size_t after = text_.find_first_not_of(kBlank, at_ + word.size());
  return after == std::string_view::npos || text_[after] == '\r' || text_[after] == '\n';
}

bool Scanner::line_of_words() {
  if (peek_word().empty() || at_statement() || !at_line_start(at_)) return false;
  for (std::size_t i = at_; i < text_.size() && text_[i] != '\r' && text_[i] != '\n'; ++i) {
    if (!is_word(text_[i]) && kBlank.find(text_[i]) == std::string_view::npos && text_[i] != ',')
      return false;
  }
  return true;
}

bool Scanner::accept(char c) {
  if (peek() != c || failed() || at_ == text_.size()) return false;
  last_end_ = ++at_;
  return true;
}

bool Scanner::accept_word(std::string_view word) {
  if (failed() || peek_word() != word) return false;
  last_end_ = at_ += word.size();
  return true;
}

void Scanner::expect(char c, std::string_view where) {
  if (!accept(c)) fail_expected("'" + std::string(1, c) + "' " + std::string(where));
}

std::string_view Scanner::word(std::string_view what) {
  const std::string_view word = peek_word();
  if (word.empty()) {
    fail_expected(what);
    return {};
  }
  last_end_ = at_ += word.size();
  return word;
}

std::string Scanner::name(std::string_view what) {
  const std::string_view next = peek_word();
  if (is_keyword(next) && at_line_start(position())) {
    fail_expected(what);
    return {};
  }
  return std::string(word(what));
}

std::size_t Scanner::closing_quote(std::size_t opening) const {
  for (std::size_t at = text_.find('"', opening + 1); at != std::string_view::npos;
       at = text_.find('"', at + 1)) {
    if (text_[at - 1] != '\\') return at;
  }
  return std::string_view::npos;
}

// A line between the two offsets that begins with a statement's keyword, if there is one.
std::optional<std::size_t> Scanner::keyword_line_inside(std::size_t from, std::size_t to) const {
  for (std::size_t line = lines_.next_line(from); line < to; line = lines_.next_line(line)) {
    const std::size_t start = text_.find_first_not_of(kBlank, line);
    if (start != std::string_view::npos && start < to && is_unmistakable_keyword(word_at(start)))
      return start;
  }
  return std::nullopt;
}

std::string Scanner::unquoted(std::size_t opening, std::size_t closing) const {
  const std::string_view inside = text_.substr(opening + 1, closing - opening - 1);
  std::string plain;
  plain.reserve(inside.size());
  for (std::size_t i = 0; i < inside.size(); ++i) {
    const char after = i + 1 < inside.size() ? inside[i + 1] : '\0';
    if (inside[i] == '\\' && after == '"') continue;
    if (inside[i] != '\r') {
      plain += inside[i];
    } else if (after != '\n') {
      plain += '\n';
    }
  }
  return utf8_ ? plain : cp1252_to_utf8(plain);
}

std::string Scanner::string(std::string_view what) {
  if (peek() != '"') {
    fail_expected(what);
    return {};
  }
  const std::size_t opening = at_;
  const std::size_t closing = closing_quote(opening);
  if (closing == std::string_view::npos) {
    fail(opening, "the closing quote of " + std::string(what) + " is missing");
    return {};
  }
  if (!swallowed_line_) {
    swallowed_line_ = keyword_line_inside(opening, closing);
    swallowing_quote_ = opening;
  }
  last_end_ = at_ = closing + 1;
  return unquoted(opening, closing);
}

std::string Scanner::line_string(std::string_view what) {
  if (peek() == '"') {
    const std::size_t closing = closing_quote(at_);
    if (closing == std::string_view::npos || !lines_.same_line(at_, closing)) {
      fail(at_, "the closing quote of " + std::string(what) + " is missing on this line");
    }
  }
  return string(what);
}

Number Scanner::number(std::string_view what) {
  const std::size_t length = failed() ? 0 : number_length(text_.substr(position()));
  if (length == 0 || (at_ + length < text_.size() && is_word(text_[at_ + length]))) {
    fail_expected(what);
    return {};
  }
  const std::string_view digits = text_.substr(at_, length);
  last_end_ = at_ += length;
  return to_number(digits);
}

std::uint64_t Scanner::natural(std::string_view what, std::uint64_t limit) {
  const std::size_t start = position();
  const Number parsed = number(what);
  if (failed()) return 0;
  if (!parsed.natural || *parsed.natural > limit) {
    fail(start, "expected " + std::string(what) + " between 0 and " + std::to_string(limit) + ", found " +
                    quoted(text_.substr(start, at_ - start), kMostQuoted));
    return 0;
  }
  return *parsed.natural;
}

std::string Scanner::rest_of_line(std::string_view allowed) {
  if (!more_on_line()) return {};
  const std::size_t start = at_;
  const std::size_t end = text_.find_first_not_of(allowed, start);
  at_ = end == std::string_view::npos ? text_.size() : end;
  last_end_ = at_;
  return std::string(trim(text_.substr(start, at_ - start)));
}

void Scanner::skip_piece() {
  const std::string_view word = peek_word();
  if (!word.empty()) {
    at_ += word.size();
  } else if (at_ < text_.size()) {
    ++at_;
  }
  last_end_ = at_;
}

void Scanner::recover(bool to_semicolon) {
  problem_.reset();
  if (swallowed_line_) {
    at_ = *swallowed_line_;
    last_end_ = at_;
    return;
  }
  while (!at_end() && !at_keyword_line()) {
    const char next = peek();
    if (next != '"') {
      skip_piece();
      if (next == ';' && to_semicolon) return;
      continue;
    }
    const std::size_t closing = std::min(closing_quote(at_), text_.size());
    if (const auto line = keyword_line_inside(at_, closing)) {
      at_ = *line;
      return;
    }
    last_end_ = at_ = std::min(closing + 1, text_.size());
  }
}

}  // namespace cantrail::dbc
