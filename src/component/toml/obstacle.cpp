#include "component/toml/obstacle.hpp"

#include <algorithm>
#include <vector>

namespace cantrail {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// https://toml.io/en/v1.0.0: strings and comments are skipped; of the rest only dots, brackets, commas,
// equals signs and line ends count.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t most) : text_(text), most_(most) {}

  std::optional<TomlObstacle> run() {
    for (at_ = text_.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (static_cast<unsigned char>(c) > 0x7F) return TomlObstacle{TomlObstacle::Kind::not_ascii, at_};
      if (!take(c)) return TomlObstacle{TomlObstacle::Kind::too_deep, at_};
    }
    return std::nullopt;
  }

 private:
  struct Bracket {
    std::size_t parts;  // of the key that it is the value of
    bool is_table;
  };

  // False: too deep here. Leaves at_ on the last character used.
  bool take(char c) {
    switch (c) {
      case '#':
        at_ = std::min(text_.find('\n', at_), text_.size()) - 1;
        return true;
      case '"':
      case '\'':
        skip_string(c);
        return true;
      case '.':
        if (!in_value_) ++parts_;
        return fits();
      case '=':
        in_value_ = true;
        return true;
      case '[':
      case '{':
        return open(c == '{');
      case ']':
      case '}':
        close();
        return true;
      case ',':
        if (!open_.empty()) start_element(open_.back().is_table);
        return true;
      case '\n':
        if (open_.empty()) end_line();
        return true;
      default:
        return true;
    }
  }

  [[nodiscard]] bool fits() const { return header_ + above_ + parts_ <= most_; }

  // A bracket where a key would stand is a section's: its parts are those of the header.
  bool open(bool is_table) {
    if (open_.empty() && !in_value_ && !is_table) {
      header_ = 0;
      parts_ = 1;
      in_header_ = true;
      return true;
    }
    open_.push_back({parts_, is_table});
    above_ += parts_ + 1;
    start_element(is_table);
    return fits();
  }

  void close() {
    if (open_.empty()) return;
    parts_ = open_.back().parts;
    above_ -= parts_ + 1;
    open_.pop_back();
    in_value_ = true;
  }

  void start_element(bool of_table) {
    in_value_ = !of_table;
    parts_ = of_table ? 1 : 0;
  }

  void end_line() {
    if (in_header_) header_ = parts_;
    in_header_ = in_value_ = false;
    parts_ = 1;
  }

  void skip_string(char quote) {
    const std::string_view three(quote == '"' ? R"(""")" : "'''");
    const bool is_long = text_.substr(at_, 3) == three;
    at_ += is_long ? 3 : 1;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '\\' && quote == '"') {
        ++at_;
      } else if (!is_long && (text_[at_] == quote || text_[at_] == '\n')) {
        if (text_[at_] == '\n') --at_;  // never closed: the line end counts
        return;
      } else if (is_long && text_.substr(at_, 3) == three) {
        at_ += 2;
        while (at_ + 1 < text_.size() && text_[at_ + 1] == quote) ++at_;  // up to two belong to the text
        return;
      }
    }
  }

  std::string_view text_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::vector<Bracket> open_;
  std::size_t header_ = 0;  // parts of the section's name
  std::size_t above_ = 0;   // levels of the brackets that are open
  std::size_t parts_ = 1;   // of the key at hand
  bool in_header_ = false;
  bool in_value_ = false;
};

}  // namespace

std::optional<TomlObstacle> find_obstacle(std::string_view text, std::size_t most) {
  return Scanner(text, most).run();
}

}  // namespace cantrail
