#include "journal/probe.hpp"

#include <unistd.h>

#include "journal/journal_fixture.hpp"

namespace cantrail {
namespace {

class JournalProbe : public JournalTest {
 protected:
  std::string probe() {
    std::string text;
    for (const Finding& finding : probe_journal(options_, files_)) {
      text += (finding.severity == Severity::error ? "error: " : "warning: ") + finding.message + "\n";
    }
    for (auto at = text.find(scratch_ + "/"); at != std::string::npos; at = text.find(scratch_ + "/")) {
      text.erase(at, scratch_.size() + 1);
    }
    return text;
  }
};

TEST_F(JournalProbe, AFolderThatIsNotThereIsNotMade) {
  EXPECT_EQ(probe(), "");
  EXPECT_FALSE(std::filesystem::exists(options_.folder));
}

TEST_F(JournalProbe, AFolderThatANodeUsesIsAnErrorThatNamesTheProcess) {
  ASSERT_TRUE(try_open().ok());
  const std::string pid = std::to_string(::getpid());
  EXPECT_EQ(probe(), "error: folder: the journal folder journal is in use by another running node (process " +
                         pid + "); stop that one or give this one its own [journal] folder\n");
  journal_.reset();
  EXPECT_EQ(probe(), "");
  ASSERT_TRUE(try_open().ok()) << "the look has left no lock";
}

TEST_F(JournalProbe, AFileInThePlaceOfTheFolderIsAnError) {
  std::ofstream(scratch_ + "/plain").close();
  options_.folder = scratch_ + "/plain/journal";
  EXPECT_EQ(probe(), "error: folder: plain is no folder, so plain/journal/lock cannot be made\n");
  options_.folder = scratch_ + "/plain";
  EXPECT_EQ(probe().find("error: folder: the journal folder plain cannot be written"), 0U) << probe();
}

TEST_F(JournalProbe, RoomForWhatItMayStillGrowByIsAskedFor) {
  options_.cap_bytes = 1U << 20;
  files_.set_free_bytes(512U << 10);
  EXPECT_EQ(
      probe(),
      "warning: keep: it may take 1 MiB, and its disk has 512 KiB left; lower it, or use a larger disk\n");
  options_.cap_bytes = 0;  // follows the disk
  EXPECT_EQ(probe(), "");
}

TEST_F(JournalProbe, WhatItHasAlreadyNeedsNoRoom) {
  ASSERT_TRUE(try_open().ok());
  ASSERT_TRUE(append(10'000).ok());
  journal_.reset();
  options_.cap_bytes = 160U << 10;
  files_.set_free_bytes(32U << 10);
  EXPECT_EQ(probe(), "") << "10,000 frames take more than 160 KB";
}

}  // namespace
}  // namespace cantrail
