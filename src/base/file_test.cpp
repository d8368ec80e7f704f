#include "base/file.hpp"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

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
  EXPECT_EQ(*read_file(files_, path, 1000), "onetwo");
  EXPECT_FALSE(files_.open(path, OpenMode::create_new).ok());
}

TEST_F(FileTest, WritesAtomicallyAndLeavesNoTemporary) {
  const std::string path = join_path(folder_, "b");
  ASSERT_TRUE(write_file_atomically(files_, path, "first").ok());
  ASSERT_TRUE(write_file_atomically(files_, path, "second").ok());
  EXPECT_EQ(*read_file(files_, path, 1000), "second");
  EXPECT_EQ(files_.list(folder_)->size(), 1U);
}

TEST_F(FileTest, ReadsOnlyRegularFilesOfBoundedSize) {
  const std::string path = join_path(folder_, "c"), pipe = join_path(folder_, "pipe");
  ASSERT_TRUE(write_file_atomically(files_, path, "12345678").ok());
  EXPECT_EQ(*read_file(files_, path, 8), "12345678");
  const auto large = read_file(files_, path, 7);
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.fault().kind, FaultKind::rejected);
  EXPECT_EQ(large.fault().message, path + " is larger than 7 B");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);  // nobody writes: opening it would wait for ever
  for (const std::string& other : {pipe, folder_, std::string("/dev/zero"), std::string("/dev/null")}) {
    const auto refused = read_file(files_, other);
    ASSERT_FALSE(refused.ok()) << other;
    EXPECT_EQ(refused.fault().message, other + " is no regular file");
  }
  EXPECT_NE(read_file(files_, join_path(folder_, "absent")).fault().message.find("absent: No such file"),
            std::string::npos);
  std::filesystem::create_symlink(path, join_path(folder_, "link"));
  EXPECT_EQ(*read_file(files_, join_path(folder_, "link")), "12345678");
  std::filesystem::resize_file(path, kLargestText + 1);  // sparse
  EXPECT_EQ(read_file(files_, path).fault().message, path + " is larger than 64 MiB");
}

TEST_F(FileTest, CapsAlsoWhatDoesNotSayItsSize) {
  const std::string path = "/proc/self/status";  // 0 bytes, it says
  if (!files_.exists(path)) GTEST_SKIP() << "there is no " << path;
  EXPECT_FALSE(read_file(files_, path)->empty());
  EXPECT_FALSE(read_file(files_, path, 10).ok());
}

TEST_F(FileTest, KnowsOneNameForOneFile) {
  const std::string real = files_.canonical(folder_) + "/sub/x.db";
  ASSERT_TRUE(files_.make_directories(join_path(folder_, "sub")).ok());
  std::filesystem::create_directory_symlink("sub", join_path(folder_, "link"));
  for (const char* name : {"sub/x.db", "./sub/x.db", "sub/../sub//x.db", "link/x.db"}) {
    EXPECT_EQ(files_.canonical(join_path(folder_, name)), real) << name;
  }
  EXPECT_EQ(files_.canonical("no such folder/x.db"), files_.canonical("./no such folder/x.db"));
  EXPECT_EQ(files_.canonical("x.db").front(), '/');
}

TEST_F(FileTest, SaysWhatIsWrong) {
  const auto file = files_.open(join_path(folder_, "absent"), OpenMode::read);
  ASSERT_FALSE(file.ok());
  EXPECT_NE(file.fault().message.find("absent: No such file or directory"), std::string::npos);
  EXPECT_EQ(file.fault().kind, FaultKind::unavailable);
}

TEST_F(FileTest, KnowsThePermissionsOfAFile) {
  const std::string path = join_path(folder_, "c");
  ASSERT_TRUE(write_file_atomically(files_, path, "x").ok());
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  EXPECT_EQ(*file_permissions(path), 0640U);
  EXPECT_FALSE(file_permissions(join_path(folder_, "absent")).ok());
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
