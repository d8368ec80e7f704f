// For tests that damage a journal again and again: its folder as it once was, to be put back as often as
// wanted.
#pragma once

#include <map>

#include "journal/journal_fixture.hpp"

namespace cantrail {

class KeptFolderTest : public JournalTest {
 protected:
  void keep() {
    journal_.reset();
    for (const auto& entry : std::filesystem::directory_iterator(options_.folder)) {
      if (entry.path().filename() != "lock") kept_[entry.path()] = slurp(entry.path());
    }
  }
  void put_back() {
    journal_.reset();
    std::filesystem::remove_all(options_.folder);
    std::filesystem::create_directory(options_.folder);
    for (const auto& [path, content] : kept_) spill(path, content);
  }

  std::map<std::string, std::string> kept_;
};

}  // namespace cantrail
