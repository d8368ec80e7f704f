#include "decode/dbc/oracle_rows.hpp"

#include <array>
#include <stdexcept>

#include <zlib.h>

#include "base/text.hpp"

namespace cantrail::dbc::testing {
namespace {

// The part of JSON that the files use: objects, strings, numbers, true and false.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool take(char wanted) {
    skip_space();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted))
      throw std::runtime_error("expected " + std::string(1, wanted) + " at " + std::string(rest_));
  }

  std::string string() {
    expect('"');
    std::string result;
    while (!rest_.empty() && rest_.front() != '"') {
      if (rest_.front() == '\\') throw std::runtime_error("escapes are not expected here");
      result += rest_.front();
      rest_.remove_prefix(1);
    }
    expect('"');
    return result;
  }

  // A number, a word or the content of a string.
  std::string scalar() {
    skip_space();
    if (!rest_.empty() && rest_.front() == '"') return string();
    const std::size_t end = rest_.find_first_of(",} \n");
    std::string result(rest_.substr(0, end));
    rest_.remove_prefix(result.size());
    return result;
  }

  // Calls use(key) with the scanner at the key's value.
  template <class Use>
  void object(Use use) {
    expect('{');
    if (take('}')) return;
    do {
      const std::string key = string();
      expect(':');
      use(key);
    } while (take(','));
    expect('}');
  }

 private:
  void skip_space() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) rest_.remove_prefix(1);
  }

  std::string_view rest_;
};

OracleRow parse_row(std::string_view line) {
  OracleRow row;
  Scanner scanner(line);
  const auto texts = [&scanner](NamedTexts& to) {
    scanner.object([&](const std::string& name) { to.emplace_back(name, scanner.scalar()); });
  };
  scanner.object([&](const std::string& key) {
    if (key == "raw") return texts(row.raw);
    if (key == "phys") return texts(row.physical);
    const std::string value = scanner.scalar();
    if (key == "id") row.id = static_cast<std::uint32_t>(std::stoul(value));
    if (key == "ext") row.extended = value == "true";
    if (key == "msg") row.message = value;
    if (key == "error") row.error = value;
    if (key == "data") row.data = from_hex(value).value();
  });
  return row;
}

}  // namespace

std::vector<OracleRow> read_oracle_rows(const std::string& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) throw std::runtime_error("cannot open " + path);
  std::string text;
  std::array<char, 65536> buffer{};
  int count = 0;
  while ((count = gzread(file, buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  gzclose(file);
  if (count < 0) throw std::runtime_error("cannot read " + path);
  std::vector<OracleRow> rows;
  for (const std::string_view line : split(text, '\n')) {
    if (!trim(line).empty()) rows.push_back(parse_row(line));
  }
  return rows;
}

}  // namespace cantrail::dbc::testing
