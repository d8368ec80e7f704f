// A folder of a test's own, gone afterwards.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace cantrail::testing {

class TestFolder {
 public:
  TestFolder() {
    std::string name = std::filesystem::temp_directory_path() / "cantrail-test-XXXXXX";
    path = ::mkdtemp(name.data()) != nullptr ? name : ".";
  }
  ~TestFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  [[nodiscard]] std::string file(const std::string& name) const { return path + "/" + name; }
  // Folders on the way are made.
  void write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
    std::ofstream(file(name), std::ios::binary) << text;
    std::filesystem::permissions(file(name), static_cast<std::filesystem::perms>(mode));
  }
  // The text with the folder's name taken out.
  [[nodiscard]] std::string without(std::string text) const {
    for (auto at = text.find(path + "/"); at != std::string::npos; at = text.find(path + "/")) {
      text.erase(at, path.size() + 1);
    }
    return text;
  }

  std::string path;
};

}  // namespace cantrail::testing
