// Files that appear whole or not at all, and one writer at a time.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <thread>

#include "base/bytes.h"
#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/temporary_directory.h"

namespace sluice::local_file_test {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using Names = std::vector<std::string>;

Error refusal(const std::string& path) {
  try {
    create_file_sink(path);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::bug, "was accepted");
}

TEST(FileSink, PublishesTheWholeFileAndNothingElse) {
  for (const bool sync : {true, false}) {
    TemporaryDirectory dir;
    const std::string path = dir / "out.parquet";
    const auto sink = create_file_sink(path, {.sync = sync});
    EXPECT_EQ(sink->name(), path);
    EXPECT_TRUE(sink->positional());
    sink->write_at(5, as_bytes(" world"));
    sink->write_at(0, as_bytes("hello"));
    EXPECT_FALSE(std::filesystem::exists(path));
    sink->publish();
    EXPECT_EQ(dir.names(), Names{"out.parquet"});
    EXPECT_EQ(read_file(path), "hello world");
  }
}

TEST(FileSink, MayBeEmpty) {
  TemporaryDirectory dir;
  create_file_sink(dir / "out.parquet")->publish();
  EXPECT_EQ(std::filesystem::file_size(dir / "out.parquet"), 0u);
}

TEST(FileSink, FollowsTheUmask) {
  TemporaryDirectory dir;
  const mode_t before = ::umask(027);
  create_file_sink(dir / "out.parquet")->publish();
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat((dir / "out.parquet").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(FileSink, LeavesNothingWhenAbandoned) {
  TemporaryDirectory dir;
  {
    const auto sink = create_file_sink(dir / "out.parquet");
    sink->write_at(0, as_bytes("half"));
  }
  EXPECT_EQ(dir.names(), Names{});
}

TEST(FileSink, WorksOutOfSight) {
  TemporaryDirectory dir;
  const auto sink = create_file_sink(dir / "out.parquet");
  const Names names = dir.names();
  ASSERT_EQ(names.size(), 1u);
  const std::string prefix = ".out.parquet.sluice-";
  EXPECT_EQ(names[0].substr(0, prefix.size()), prefix);
  EXPECT_EQ(names[0].find_first_not_of("0123456789abcdef", prefix.size()), std::string::npos);
  EXPECT_EQ(names[0].size(), prefix.size() + 16);
  EXPECT_TRUE(std::filesystem::exists(dir / (names[0] + "/out.parquet.part")));
}

TEST(FileSink, TakesRelativePaths) {
  TemporaryDirectory dir;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  create_file_sink("out.parquet")->publish();
  create_file_sink("./.hidden")->publish();
  std::filesystem::current_path(before);
  EXPECT_EQ(dir.names(), (Names{".hidden", "out.parquet"}));
}

TEST(FileSink, RefusesWhatExists) {
  TemporaryDirectory dir;
  const std::string path = dir / "out.parquet";
  write_file(path, "precious");
  EXPECT_EQ(refusal(path).code(), ErrorCode::conflict);
  EXPECT_EQ(refusal(path).what(), path + " exists");
  EXPECT_NE(refusal(path).hint(), "");
  EXPECT_EQ(read_file(path), "precious");
  EXPECT_EQ(refusal(dir.path()).code(), ErrorCode::conflict);
  std::filesystem::create_symlink("nowhere", dir / "link.parquet");
  EXPECT_EQ(refusal(dir / "link.parquet").code(), ErrorCode::conflict);
  EXPECT_EQ(dir.names(), (Names{"link.parquet", "out.parquet"}));
}

TEST(FileSink, RefusesASecondWriterWhileTheFirstLives) {
  TemporaryDirectory dir;
  const std::string path = dir / "out.parquet";
  auto first = create_file_sink(path);
  EXPECT_EQ(refusal(path).code(), ErrorCode::conflict);
  EXPECT_EQ(refusal(path).what(), "another writer is at work on " + path);
  EXPECT_EQ(dir.names().size(), 1u);
  const auto other = create_file_sink(dir / "out");  // a name that begins alike is another destination
  const auto longer = create_file_sink(dir / "out.parquet.sluice-0123456789abcdef");
  first.reset();
  create_file_sink(path)->publish();
  EXPECT_EQ(refusal(path).what(), path + " exists");
}

TEST(FileSink, LetsOneOfManyWritersIn) {
  TemporaryDirectory dir;
  std::vector<std::unique_ptr<Sink>> sinks(8);
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (auto& sink : sinks)
      threads.emplace_back([&] {
        try {
          sink = create_file_sink(dir / "out.parquet");
        } catch (const Error& error) {
          refused += error.code() == ErrorCode::conflict;
        }
      });
  }
  EXPECT_EQ(refused, 7);
  EXPECT_EQ(dir.names().size(), 1u);
}

TEST(FileSink, LeavesTheStagingOfDeadWritersAlone) {
  TemporaryDirectory dir;
  const std::string dead = dir / ".out.parquet.sluice-0123456789abcdef";
  std::filesystem::create_directory(dead);
  write_file(dead + "/out.parquet.part", "left behind");
  write_file(dir / ".out.parquet.sluice-fedcba9876543210", "no directory at all");
  create_file_sink(dir / "out.parquet")->publish();
  EXPECT_EQ(read_file(dead + "/out.parquet.part"), "left behind");
  EXPECT_EQ(dir.names().size(), 3u);
}

TEST(FileSink, SeesTheWritersOfOtherProcesses) {
  TemporaryDirectory dir;
  const std::string held = dir / ".out.parquet.sluice-0123456789abcdef";
  std::filesystem::create_directory(held);
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    ::flock(::open(held.c_str(), O_RDONLY | O_DIRECTORY), LOCK_EX);
    if (::write(ready[1], "!", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_EQ(refusal(dir / "out.parquet").code(), ErrorCode::conflict);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_STREQ(refusal(dir / "out.parquet").what(), "was accepted");  // the lock went with its process
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(FileSink, NeverReplacesAFileThatCameMeanwhile) {
  TemporaryDirectory dir;
  const std::string path = dir / "out.parquet";
  {
    const auto sink = create_file_sink(path);
    sink->write_at(0, as_bytes("ours"));
    write_file(path, "theirs");
    try {
      sink->publish();
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::conflict);
      EXPECT_EQ(error.place().source, path);
    }
  }
  EXPECT_EQ(read_file(path), "theirs");
  EXPECT_EQ(dir.names(), Names{"out.parquet"});
}

TEST(FileSink, SaysWhyADirectoryWillNotDo) {
  TemporaryDirectory dir;
  const std::string missing = dir / "missing";
  EXPECT_EQ(refusal(missing + "/out.parquet").code(), ErrorCode::io);
  EXPECT_EQ(refusal(missing + "/out.parquet").what(),
            "cannot write " + missing + "/out.parquet: the directory " + missing + " does not exist");
  write_file(dir / "file", "");
  EXPECT_EQ(refusal(dir / "file/out.parquet").what(),
            "cannot write " + (dir / "file/out.parquet") + ": " + (dir / "file") + " is not a directory");
  const std::string long_name = dir / std::string(250, 'x');
  EXPECT_EQ(refusal(long_name).what(), "cannot write " + long_name + ": File name too long");
  EXPECT_EQ(dir.names(), Names{"file"});
}

TEST(FileSink, RefusesNamesOfNoFile) {
  for (const std::string& path : {std::string(), std::string("/"), std::string("a/"), std::string("."),
                                  std::string("a/.."), std::string("a\0b", 3)})
    EXPECT_EQ(refusal(path).code(), ErrorCode::invalid) << path;
}

TEST(FileSink, SaysThatPermissionIsMissing) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may write anywhere; run the tests as another user for this one";
  TemporaryDirectory dir;
  const std::string closed = dir / "closed";
  std::filesystem::create_directory(closed);
  ::chmod(closed.c_str(), 0500);
  EXPECT_EQ(refusal(closed + "/out.parquet").what(),
            "cannot write " + closed + "/out.parquet: no permission to write to its directory");
  ::chmod(closed.c_str(), 0300);
  EXPECT_EQ(refusal(closed + "/out.parquet").what(),
            "cannot write " + closed + "/out.parquet: no permission to read the directory " + closed);
  ::chmod(closed.c_str(), 0700);
}

TEST(FileSink, FailsWithTheSystemsWordsWhenTheDiskIsFull) {
  TemporaryDirectory dir;
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  {
    const auto sink = create_file_sink(dir / "out.parquet");
    const rlimit tiny{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &tiny);
    std::string words;
    try {
      sink->write_at(0, as_bytes(std::string(4096, 'x')));
    } catch (const Error& error) {
      words = error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_EQ(words, "cannot write " + (dir / "out.parquet") + ": File too large");
  }
  EXPECT_EQ(dir.names(), Names{});
}

TEST(FileSink, RefusesOffsetsThatNoFileHas) {
  TemporaryDirectory dir;
  const auto sink = create_file_sink(dir / "out.parquet");
  EXPECT_THROW(sink->write_at(UINT64_MAX, as_bytes("x")), Error);
  EXPECT_THROW(sink->write_at(uint64_t{INT64_MAX}, as_bytes("x")), Error);
}

TEST(FileSink, IsWrittenFromSeveralThreadsAtOnce) {
  TemporaryDirectory dir;
  constexpr size_t kPiece = 10'000;
  constexpr size_t kThreads = 4;
  constexpr size_t kPieces = 50;
  const auto sink = create_file_sink(dir / "out.parquet", {.sync = false});
  {
    std::vector<std::jthread> threads;
    for (size_t t = 0; t < kThreads; ++t)
      threads.emplace_back([&, t] {
        for (size_t i = kPieces; i-- > 0;) {
          const size_t piece = i * kThreads + t;
          sink->write_at(piece * kPiece, as_bytes(std::string(kPiece, static_cast<char>('a' + piece % 26))));
        }
      });
  }
  sink->publish();
  const std::string written = read_file(dir / "out.parquet");
  ASSERT_EQ(written.size(), kThreads * kPieces * kPiece);
  for (size_t i = 0; i < written.size(); ++i) ASSERT_EQ(written[i], static_cast<char>('a' + i / kPiece % 26));
}

}  // namespace
}  // namespace sluice::local_file_test
