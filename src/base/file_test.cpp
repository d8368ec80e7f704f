#include "base/file.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace cantrail {
namespace {

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cantrail-file-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  FileSystem& files_ = real_file_system();
  std::string folder_;
};

TEST_F(FileTest, AppendsPiecesAndReadsThemBack) {
  const std::string path = join_path(folder_, "a");
  auto file = files_.open(path, OpenMode::create_new);
  ASSERT_TRUE(file.ok());
  const std::string one = "one", two = "two";
  const std::span<const std::byte> pieces[]{std::as_bytes(std::span(one)), {}, std::as_bytes(std::span(two))};
  ASSERT_TRUE((*file)->append(pieces).ok());
  ASSERT_TRUE((*file)->sync().ok());
  EXPECT_EQ(*(*file)->size(), 6U);
  EXPECT_EQ(*read_file(files_, path), "onetwo");
  EXPECT_FALSE(files_.open(path, OpenMode::create_new).ok());
}

TEST_F(FileTest, WritesAtomicallyAndLeavesNoTemporary) {
  const std::string path = join_path(folder_, "b");
  ASSERT_TRUE(write_file_atomically(files_, path, "first").ok());
  ASSERT_TRUE(write_file_atomically(files_, path, "second").ok());
  EXPECT_EQ(*read_file(files_, path), "second");
  EXPECT_EQ(files_.list(folder_)->size(), 1U);
}

TEST_F(FileTest, SaysWhatIsWrong) {
  const auto file = files_.open(join_path(folder_, "absent"), OpenMode::read);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.fault().message.find("absent: No such file or directory"), std::string::npos);
  EXPECT_EQ(file.fault().kind, FaultKind::unavailable);
}

TEST(Path, JoinsAndSplits) {
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("a", "/b"), "/b");
  EXPECT_EQ(parent_path("/a/b"), "/a");
  EXPECT_EQ(parent_path("b"), ".");
  EXPECT_EQ(parent_path("/b"), "/");
}

}  // namespace
}  // namespace cantrail
