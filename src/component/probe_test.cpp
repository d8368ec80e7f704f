#include "component/probe.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file_fault.hpp"
#include "component/toml/test_folder.hpp"

namespace cantrail {
namespace {

std::string shown(const testing::TestFolder& folder, const std::optional<Finding>& finding) {
  if (!finding) return "";
  return (finding->severity == Severity::error ? "error: " : "warning: ") + folder.without(finding->message);
}

TEST(Probe, AFaultThatTheUserMustMendIsAnErrorOthersMayPass) {
  const Finding wrong = finding_of({FaultKind::config, "is none"}, "path");
  EXPECT_EQ(wrong.severity, Severity::error);
  EXPECT_EQ(wrong.message, "path: is none");
  const Finding away = finding_of({FaultKind::unavailable, "away"}, "");
  EXPECT_EQ(away.severity, Severity::warning);
  EXPECT_EQ(away.message, "away");
}

TEST(Probe, AFileCanBeMadeWhereFoldersOnTheWayCan) {
  const testing::TestFolder folder;
  FileSystem& files = real_file_system();
  EXPECT_EQ(shown(folder, probe_writable(files, folder.file("a/b/store.db"), "path")), "");
  EXPECT_FALSE(files.exists(folder.file("a")));
  folder.write("store.db", "");
  EXPECT_EQ(shown(folder, probe_writable(files, folder.file("store.db"), "path")), "");
}

TEST(Probe, AFileIsNoFolder) {
  const testing::TestFolder folder;
  folder.write("plain", "");
  EXPECT_EQ(shown(folder, probe_writable(real_file_system(), folder.file("plain/a/store.db"), "path")),
            "error: path: plain is no folder, so plain/a/store.db cannot be made");
}

TEST(Probe, WhatThisUserMayNotWriteIsNamed) {
  const testing::TestFolder folder;
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  folder.write("closed/store.db", "", 0400);
  EXPECT_EQ(
      shown(folder, probe_writable(real_file_system(), folder.file("closed/store.db"), "path")),
      "error: path: this user cannot write closed/store.db: Permission denied; change its owner, or name "
      "another file");
  std::filesystem::permissions(folder.file("closed"), std::filesystem::perms::owner_read);
  EXPECT_EQ(
      shown(folder, probe_writable(real_file_system(), folder.file("closed/new/store.db"), "path")),
      "error: path: this user cannot write to the folder closed: Permission denied; make the folders on the "
      "way for this user, or name another place");
  std::filesystem::permissions(folder.file("closed"), std::filesystem::perms::owner_all);
}

TEST(Probe, RoomIsWhatIsLeftBesideWhatIsThere) {
  const testing::TestFolder folder;
  FaultFileSystem files(real_file_system());
  files.set_free_bytes(5U << 20);
  const std::string path = folder.file("a/store.db");
  EXPECT_EQ(shown(folder, probe_room(files, path, 5U << 20, 0, "keep")), "");
  EXPECT_EQ(shown(folder, probe_room(files, path, 9U << 20, 4U << 20, "keep")), "");
  EXPECT_EQ(shown(folder, probe_room(files, path, 3U << 20, 4U << 20, "keep")), "");
  EXPECT_EQ(shown(folder, probe_room(files, path, 8U << 20, 1U << 20, "keep")),
            "warning: keep: it may take 8 MiB, and its disk has 5 MiB left beside the 1 MiB that it takes "
            "already; lower it, or use a larger disk");
  EXPECT_EQ(shown(folder, probe_room(files, path, 8U << 20, 0, "")),
            "warning: it may take 8 MiB, and its disk has 5 MiB left; lower it, or use a larger disk");
}

}  // namespace
}  // namespace cantrail
