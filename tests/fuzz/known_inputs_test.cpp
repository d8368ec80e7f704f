// A fuzzer as a unit test, in every build: its seeds, and the inputs that broke something once.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "fuzz/input.hpp"

namespace cantrail::fuzz {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Bytes from_hex(const std::string& line) {
  Bytes bytes;
  std::string digits;
  for (const char c : line.substr(0, line.find("//"))) {
    if (c != ' ') digits += c;
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

// `.hex` and `.txt` hold an input a line, with comments; anything else is one input.
std::vector<Bytes> inputs_of(const std::filesystem::path& path) {
  const std::string kind = path.extension().string();
  if (kind != ".hex" && kind != ".txt") return {bytes_of(path)};
  std::vector<Bytes> inputs;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.starts_with("//")) continue;
    inputs.push_back(kind == ".hex" ? from_hex(line) : Bytes(line.begin(), line.end()));
  }
  return inputs;
}

void give(const Bytes& input) {
  EXPECT_EQ(LLVMFuzzerTestOneInput(input.data(), input.size()), 0);
}

const std::filesystem::path kFolder = FUZZ_FOLDER;

// A broken promise ends the program, and says which one.
TEST(KnownInputs, KeepEveryPromise) {
  const std::filesystem::path seeds = kFolder / "seeds" / FUZZ_SEEDS;
  ASSERT_TRUE(std::filesystem::exists(seeds)) << seeds;
  for (const Bytes& input : inputs_of(seeds)) {
    give(input);
    give(Bytes(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(input.size() / 2)));
  }
  const std::filesystem::path regressions = kFolder / "regressions" / FUZZ_NAME;
  if (!std::filesystem::exists(regressions)) return;
  for (const auto& file : std::filesystem::directory_iterator(regressions)) {
    SCOPED_TRACE(file.path());
    give(bytes_of(file.path()));
  }
}

}  // namespace
}  // namespace cantrail::fuzz
