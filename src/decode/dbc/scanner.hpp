// Reads the small pieces that DBC statements are made of: words, numbers, strings, punctuation. What a piece
// is depends on what the statement expects ("64_BIT_LE" is a name here, "1E3" a number there), so the
// statement asks.
//
// Failure sticks: after the first piece that is not there every further call gives an empty result and moves
// nothing, so a statement is read straight through and looks at failed() once. begin_statement() clears it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decode/dbc/line_index.hpp"
#include "decode/dbc/number.hpp"

namespace cantrail::dbc {

class Scanner {
 public:
  // `text` must outlive the scanner. It is taken as UTF-8, or as CP1252 where it is not valid UTF-8.
  explicit Scanner(std::string_view text);

  struct Problem {
    std::size_t at = 0;
    std::string what;  // "expected ':' after the message's name, found '8'"
  };

  void begin_statement();
  [[nodiscard]] bool failed() const { return problem_.has_value(); }
  [[nodiscard]] const Problem& problem() const { return *problem_; }
  void fail(std::size_t at, std::string what);
  // The problem of a piece that is not there: names what was found instead. Where that stands on a later
  // line, the place is the end of the last piece.
  void fail_expected(std::string_view what);

  // Offset of the next piece; the text's size at the end.
  [[nodiscard]] std::size_t position();
  [[nodiscard]] bool at_end() { return position() == text_.size(); }
  // The next piece is on the line where the last one ended.
  [[nodiscard]] bool more_on_line();
  [[nodiscard]] bool at_line_start(std::size_t offset) const;
  [[nodiscard]] char peek();
  [[nodiscard]] std::string_view peek_word();
  // A statement's keyword is next, and first on its line.
  [[nodiscard]] bool at_keyword_line();

  // A keyword is next, wherever on its line.
  [[nodiscard]] bool at_statement();
  // The next word is all there is on its line / a line of nothing but names is next.
  [[nodiscard]] bool lone_word();
  [[nodiscard]] bool line_of_words();
  [[nodiscard]] std::size_t last_end() const { return last_end_; }

  bool accept(char c);
  bool accept_word(std::string_view word);
  void expect(char c, std::string_view where);     // where: "after the start bit"
  std::string name(std::string_view what);         // what: "a signal's name"
  std::string_view word(std::string_view what);    // letters, digits, underscores
  std::string string(std::string_view what);       // quoted, may run over lines (LF); \" is a quote
  std::string line_string(std::string_view what);  // quoted, on one line
  Number number(std::string_view what);
  std::uint64_t natural(std::string_view what, std::uint64_t limit);
  // The characters up to the end of the line, trimmed, while they are among `allowed`.
  std::string rest_of_line(std::string_view allowed);

  // Goes to where reading can go on after a broken statement: the next keyword that begins a line, or, if
  // `to_semicolon`, after the next semicolon outside quotes if that comes first. A string that swallowed such
  // a line is taken as one whose closing quote is missing.
  void recover(bool to_semicolon);
  void skip_piece();

  // A block comment that never ends (the rest of its line was skipped instead), once.
  [[nodiscard]] std::optional<std::size_t> open_comment() const { return open_comment_; }
  [[nodiscard]] const LineIndex& lines() const { return lines_; }
  [[nodiscard]] bool is_utf8() const { return utf8_; }

 private:
  void skip_space();
  bool skip_comment();
  [[nodiscard]] std::string_view word_at(std::size_t offset) const;
  [[nodiscard]] std::size_t closing_quote(std::size_t opening) const;  // npos if there is none
  [[nodiscard]] std::optional<std::size_t> keyword_line_inside(std::size_t from, std::size_t to) const;
  [[nodiscard]] std::string found();
  std::string unquoted(std::size_t opening, std::size_t closing) const;

  std::string_view text_;
  bool utf8_;
  LineIndex lines_;
  std::size_t at_ = 0;
  std::size_t last_end_ = 0;                   // of the last piece taken
  std::optional<std::size_t> swallowed_line_;  // a keyword line inside a string of this statement
  std::size_t swallowing_quote_ = 0;           // where that string begins
  std::optional<std::size_t> open_comment_;
  bool no_comment_end_ = false;
  std::optional<Problem> problem_;
};

}  // namespace cantrail::dbc
