// A component's README shows the sample that the program carries.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "base/file.hpp"

namespace cantrail::testing {

inline void expect_readme_shows(std::string_view folder, std::string_view sample) {
  const auto readme =
      read_file(real_file_system(), CANTRAIL_SOURCE_DIR "/src/" + std::string(folder) + "/README.md");
  ASSERT_TRUE(readme.ok()) << readme.fault().message;
  EXPECT_NE(readme->find("```toml\n" + std::string(sample) + "```\n"), std::string::npos);
}

}  // namespace cantrail::testing
