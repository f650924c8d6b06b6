#include "storage/input.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/bytes.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::input_test {
namespace {

using test::TemporaryDirectory;
using test::write_file;

template <typename Work>
std::string words_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    return error.what();
  }
  return "did not fail";
}

std::string read_some(Input& input, size_t count) {
  std::string text(count, '?');
  text.resize(input.read(std::as_writable_bytes(std::span(text))));
  return text;
}

// Standard input is `descriptor` for as long as this lives.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : before_(::dup(STDIN_FILENO)) { ::dup2(descriptor, STDIN_FILENO); }
  ~StandardInput() { ::dup2(before_.get(), STDIN_FILENO); }

 private:
  Descriptor before_;
};

TEST(Input, ReadsAFileToItsEnd) {
  TemporaryDirectory dir;
  write_file(dir / "a.ndjson", "0123456789");
  Input input = Input::open(dir / "a.ndjson");
  EXPECT_EQ(input.name(), dir / "a.ndjson");
  EXPECT_EQ(input.size(), 10u);
  EXPECT_EQ(read_some(input, 4), "0123");
  EXPECT_EQ(read_some(input, 0), "");
  EXPECT_EQ(read_some(input, 100), "456789");
  EXPECT_EQ(read_some(input, 100), "");
}

TEST(Input, GivesPeekedBytesAgain) {
  TemporaryDirectory dir;
  write_file(dir / "a", "0123456789");
  Input input = Input::open(dir / "a");
  EXPECT_EQ(as_text(input.peek(3)), "012");
  EXPECT_EQ(as_text(input.peek(2)), "01");
  EXPECT_EQ(read_some(input, 1), "0");
  EXPECT_EQ(as_text(input.peek(4)), "1234");
  EXPECT_EQ(read_some(input, 2), "12");
  EXPECT_EQ(read_some(input, 4), "3456");
  EXPECT_EQ(as_text(input.peek(100)), "789");
  Input moved = std::move(input);
  EXPECT_EQ(as_text(moved.peek(0)), "");
  EXPECT_EQ(read_some(moved, 100), "789");
  EXPECT_EQ(as_text(moved.peek(1)), "");
}

TEST(Input, ReadsAnEmptyFile) {
  TemporaryDirectory dir;
  write_file(dir / "empty", "");
  Input input = Input::open(dir / "empty");
  EXPECT_EQ(input.size(), 0u);
  EXPECT_EQ(read_some(input, 1), "");
}

TEST(Input, FillsTheBufferFromAPipeThatDripsIn) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor read_end(ends[0]);
  const StandardInput redirected(ends[0]);
  const std::jthread writer([&] {
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(::write(ends[1], "abc", 3), 3);
      ::usleep(500);
    }
    ::close(ends[1]);
  });
  Input input = Input::open("-");
  EXPECT_EQ(input.name(), "stdin");
  EXPECT_EQ(input.size(), std::nullopt);
  EXPECT_EQ(read_some(input, 7), "abcabca");
  EXPECT_EQ(read_some(input, 1000).size(), 23u);
}

TEST(Input, WaitsForAPipeThatDoesNotBlock) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_NONBLOCK), 0);
  const Descriptor read_end(ends[0]);
  const StandardInput redirected(ends[0]);
  const std::jthread writer([&] {
    ::usleep(5000);
    EXPECT_EQ(::write(ends[1], "late", 4), 4);
    ::close(ends[1]);
  });
  Input input = Input::open("-");
  EXPECT_EQ(read_some(input, 10), "late");
}

TEST(Input, NamedPipesAreWaitedForWhereTheyAreRead) {
  TemporaryDirectory dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  Input input = Input::open(dir / "pipe");  // nobody writes yet
  const std::jthread writer([&] {
    ::usleep(5000);
    write_file(dir / "pipe", "0123456789");
  });
  std::byte first[20];
  EXPECT_GE(input.read_some(first), 1u);
  EXPECT_EQ(first[0], std::byte{'0'});
  while (input.read_some(first) > 0) {
  }
  EXPECT_FALSE(input.was_cut_off());
}

TEST(Input, IsCutOffWhereverItWaits) {
  TemporaryDirectory dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  for (const bool has_writer : {false, true}) {
    const Descriptor writer(has_writer ? ::open((dir / "pipe").c_str(), O_RDWR) : -1);
    if (has_writer) {
      ASSERT_EQ(::write(writer.get(), "abc", 3), 3);
    }
    int asked = 0;
    Input input = Input::open(dir / "pipe", [&] { return ++asked > 2; });
    EXPECT_EQ(read_some(input, 10), has_writer ? "abc" : "");
    EXPECT_TRUE(input.was_cut_off());
    EXPECT_FALSE(input.paused());
    EXPECT_EQ(read_some(input, 10), "") << "the end stays the end";
    EXPECT_EQ(input.peek(1).size(), 0u);
  }
}

TEST(Input, GivesUpWaitingForAWhile) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Descriptor read_end(ends[0]);
  const StandardInput redirected(ends[0]);
  Input input = Input::open("-", [] { return false; });
  input.set_patience(std::chrono::milliseconds(5));
  EXPECT_EQ(read_some(input, 10), "");
  EXPECT_TRUE(input.paused());
  EXPECT_EQ(::write(ends[1], "abc", 3), 3);
  EXPECT_EQ(read_some(input, 10), "abc");
  EXPECT_TRUE(input.paused());
  ::close(ends[1]);
  EXPECT_EQ(read_some(input, 10), "");
  EXPECT_FALSE(input.paused());
}

TEST(Input, KnowsWhatIsLeftOfARedirectedFile) {
  TemporaryDirectory dir;
  write_file(dir / "a", "0123456789");
  const Descriptor file(::open((dir / "a").c_str(), O_RDONLY));
  ASSERT_EQ(::lseek(file.get(), 4, SEEK_SET), 4);
  {
    const StandardInput redirected(file.get());
    Input input = Input::open("-");
    EXPECT_EQ(input.size(), 6u);
    EXPECT_EQ(read_some(input, 100), "456789");
  }
  EXPECT_EQ(::lseek(file.get(), 0, SEEK_CUR), 10) << "it stays open";
}

TEST(Input, SaysWhatCannotBeRead) {
  TemporaryDirectory dir;
  const std::string missing = dir / "events.ndjson";
  EXPECT_EQ(words_of([&] { Input::open(missing); }), missing + " does not exist");
  EXPECT_EQ(words_of([&] { Input::open(dir.path()); }), dir.path() + " is a directory");
  write_file(dir / "file", "");
  EXPECT_EQ(words_of([&] { Input::open(dir / "file/x"); }), "cannot read " + (dir / "file/x") + ": Not a directory");
}

TEST(Input, SaysThatPermissionIsMissing) {
  if (::geteuid() == 0) GTEST_SKIP() << "the superuser may read anything; run the tests as another user for this one";
  TemporaryDirectory dir;
  write_file(dir / "secret", "x");
  ::chmod((dir / "secret").c_str(), 0);
  EXPECT_EQ(words_of([&] { Input::open(dir / "secret"); }), "no permission to read " + (dir / "secret"));
}

std::string read_range(const RandomReader& reader, uint64_t offset, size_t count) {
  std::string text(count, '?');
  reader.read_at(offset, std::as_writable_bytes(std::span(text)));
  return text;
}

TEST(RandomReader, ReadsAnyRange) {
  TemporaryDirectory dir;
  write_file(dir / "a", "0123456789");
  const RandomReader reader = RandomReader::open(dir / "a");
  EXPECT_EQ(reader.size(), 10u);
  EXPECT_EQ(reader.name(), dir / "a");
  EXPECT_EQ(read_range(reader, 7, 3), "789");
  EXPECT_EQ(read_range(reader, 0, 10), "0123456789");
  EXPECT_EQ(read_range(reader, 10, 0), "");
}

TEST(RandomReader, RefusesRangesBeyondTheEnd) {
  TemporaryDirectory dir;
  write_file(dir / "a", "0123456789");
  const RandomReader reader = RandomReader::open(dir / "a");
  EXPECT_EQ(words_of([&] { read_range(reader, 8, 3); }),
            (dir / "a") + " ends at byte 10, but 3 bytes at byte 8 were asked for");
  EXPECT_NE(words_of([&] { read_range(reader, UINT64_MAX, 1); }), "did not fail");
  EXPECT_NE(words_of([&] { read_range(reader, INT64_MAX, 1); }), "did not fail");
}

TEST(RandomReader, ReadsBytesInMemoryAsItReadsFiles) {
  Bytes bytes;
  bytes.append(std::string_view("0123456789"));
  const RandomReader reader = RandomReader::over(std::move(bytes), "ten letters");
  EXPECT_EQ(reader.name(), "ten letters");
  EXPECT_EQ(reader.size(), 10u);
  EXPECT_EQ(read_range(reader, 0, 10), "0123456789");
  EXPECT_EQ(read_range(reader, 7, 3), "789");
  EXPECT_EQ(read_range(reader, 10, 0), "");
  reader.announce(0, 10);
  EXPECT_EQ(words_of([&] { read_range(reader, 8, 3); }),
            "ten letters ends at byte 10, but 3 bytes at byte 8 were asked for");
  EXPECT_NE(words_of([&] { read_range(reader, 11, 1); }), "did not fail");
}

TEST(RandomReader, ReadsRegularFilesOnly) {
  TemporaryDirectory dir;
  EXPECT_EQ(words_of([&] { RandomReader::open(dir / "no.parquet"); }), (dir / "no.parquet") + " does not exist");
  EXPECT_EQ(words_of([&] { RandomReader::open(dir.path()); }), dir.path() + " is a directory");
  EXPECT_EQ(words_of([&] { RandomReader::open("/dev/null"); }), "/dev/null is not a regular file");
}

TEST(RandomReader, IsReadFromSeveralThreadsAtOnce) {
  TemporaryDirectory dir;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += static_cast<char>('a' + i % 26);
  write_file(dir / "a", text);
  const RandomReader reader = RandomReader::open(dir / "a");
  std::vector<std::jthread> threads;
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (size_t i = t; i < 1000; i += 4) EXPECT_EQ(read_range(reader, i * 97, 61), text.substr(i * 97, 61));
    });
}

}  // namespace
}  // namespace sluice::input_test
