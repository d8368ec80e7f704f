#include "pipeline/config/test_components.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cantrail::testing {

ConfigFolder::ConfigFolder() {
  std::string name = std::filesystem::temp_directory_path() / "cantrail-config-XXXXXX";
  path = ::mkdtemp(name.data()) != nullptr ? name : ".";
  write("leaf.dbc",
        "VERSION \"\"\nBU_: A\nBO_ 256 Battery: 8 A\n SG_ voltage : 0|16@1+ (0.1,0) [0|0] \"V\" A\n");
  write("bms.dbc", "VERSION \"\"\nBU_: A\nBO_ 512 Cells: 8 A\n SG_ low : 0|16@1+ (1,0) [0|0] \"mV\" A\n");
}

ConfigFolder::~ConfigFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

void ConfigFolder::write(const std::string& name, const std::string& text, unsigned mode) const {
  std::filesystem::create_directories(std::filesystem::path(file(name)).parent_path());
  std::ofstream(file(name), std::ios::binary) << text;
  std::filesystem::permissions(file(name), static_cast<std::filesystem::perms>(mode));
}

}  // namespace cantrail::testing
