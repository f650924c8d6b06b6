#include "sources/contents.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "base/utf8.h"
#include "codecs/container.h"
#include "runtime/workers.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/pack.h"

namespace sluice::contents_test {
namespace {

using test::kContainers;
using test::pack;
using test::TemporaryDirectory;
using test::write_file;
using testing::EndsWith;
using testing::HasSubstr;

const std::string kEndings[] = {".gz", ".zst", ".bz2", ".xz"};  // in the order of kContainers

struct Given {
  std::string text;
  std::optional<Error> error;
  uint64_t bytes_read = 0;
};

Given read_all(const std::string& path, size_t piece = 1 << 16, UnpackRules rules = {}) {
  Given all;
  std::string room(piece, '?');
  try {
    Contents contents = Contents::open(path, rules);
    EXPECT_EQ(contents.name(), path);
    for (size_t count = piece; count == piece; all.text.append(room, 0, count))
      count = contents.read(std::as_writable_bytes(std::span(room)));
    EXPECT_EQ(contents.read(std::as_writable_bytes(std::span(room))), 0u) << "the end stays the end";
    EXPECT_EQ(contents.bytes_read(), contents.bytes_total());
    all.bytes_read = contents.bytes_read();
  } catch (const Error& error) {
    all.error = error;
  }
  return all;
}

// A file whose name announces what it holds.
class PackedFile {
 public:
  PackedFile(size_t kind, const std::string& bytes) : path_(directory_ / ("a.csv" + kEndings[kind])) {
    write_file(path_, bytes);
  }
  const std::string& path() const { return path_; }

 private:
  TemporaryDirectory directory_;
  std::string path_;
};

// ASCII. Drawn once: it takes longer than packing.
std::string drawn_text(size_t size) {
  static const std::string text = [] {
    test::Draw draw(1);
    std::string drawn(1'500'000, 'a');
    for (char& letter : drawn)
      if (draw.chance(30)) letter = static_cast<char>('b' + draw.below(24));
    return drawn;
  }();
  return text.substr(0, size);
}

std::string utf16(std::string_view ascii, bool is_little) {
  std::string units = is_little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char letter : ascii) units += is_little ? std::string{letter, '\0'} : std::string{'\0', letter};
  return units;
}

TEST(Contents, GivesTheTextOfEveryContainerInAnyPieces) {
  Workers workers(2);
  for (size_t kind = 0; kind < std::size(kContainers); ++kind)
    for (const size_t size : {0, 1, 9, 65'536, 1 << 20, (1 << 20) + 1}) {
      const std::string text = drawn_text(size);
      const PackedFile file(kind, pack(kContainers[kind], text));
      EXPECT_TRUE(read_all(file.path(), 4'096).text == text) << file.path() << " " << size;
      EXPECT_TRUE(read_all(file.path(), 1 << 20, {.workers = &workers}).text == text)
          << file.path() << " ahead, " << size;
    }
}

TEST(Contents, ReadsAFewBytesAtATime) {
  const std::string text = drawn_text(5'000);
  for (size_t kind = 0; kind < std::size(kContainers); ++kind) {
    const PackedFile file(kind, pack(kContainers[kind], text));
    EXPECT_EQ(read_all(file.path(), 1).text, text);
    EXPECT_EQ(read_all(file.path(), 7).text, text);
  }
}

TEST(Contents, ReadsAllMembersAndPassesOverPadding) {
  for (size_t kind = 0; kind < std::size(kContainers); ++kind) {
    const Container container = kContainers[kind];
    const std::string zeros(4 * 50'000, '\0');
    std::string packed = pack(container, "one ") + pack(container, "") + pack(container, "two");
    EXPECT_EQ(read_all(PackedFile(kind, packed).path()).text, "one two");
    EXPECT_EQ(read_all(PackedFile(kind, packed + zeros).path()).text, "one two");
    EXPECT_EQ(read_all(PackedFile(kind, packed + zeros + pack(container, ", three")).path()).text, "one two, three");
    std::string many;
    for (int i = 0; i < 200; ++i) many += pack(container, std::to_string(i % 10));
    EXPECT_EQ(read_all(PackedFile(kind, many).path()).text.size(), 200u);
  }
  const std::string skipped("\x50\x2A\x4D\x18\x03\x00\x00\x00xyz", 11);
  EXPECT_EQ(read_all(PackedFile(1, skipped + pack(Container::zstd, "text") + skipped).path()).text, "text");
}

TEST(Contents, DoesNotGoByTheName) {
  TemporaryDirectory dir;
  for (const Container container : kContainers) {
    write_file(dir / "dump", pack(container, "text"));
    EXPECT_EQ(read_all(dir / "dump").text, "text");
  }
  write_file(dir / "a.gz", pack(Container::xz, "text"));
  EXPECT_EQ(read_all(dir / "a.gz").text, "text");
  write_file(dir / "empty.gz", "");
  EXPECT_EQ(read_all(dir / "empty.gz").text, "");
  write_file(dir / "plain.gz", "id\n1\n");
  const Given given = read_all(dir / "plain.gz");
  EXPECT_EQ(given.text, "");
  ASSERT_TRUE(given.error);
  EXPECT_EQ(given.error->code(), ErrorCode::data);
  EXPECT_EQ(given.error->what(), dir / "plain.gz" + " is named like gzip data, but does not begin like it");
}

TEST(Contents, EndingAnywhereIsAnError) {
  Workers workers(1);
  const std::string text = drawn_text(40);
  for (size_t kind = 0; kind < std::size(kContainers); ++kind) {
    const std::string packed = pack(kContainers[kind], text);
    for (size_t size = 1; size < packed.size(); ++size) {
      const PackedFile file(kind, packed.substr(0, size));
      const Given given = read_all(file.path());
      ASSERT_TRUE(given.error) << file.path() << " " << size;
      if (size < kContainerStartBytes) continue;  // it may not have begun like one
      EXPECT_EQ(given.error->code(), ErrorCode::corrupt);
      EXPECT_EQ(given.error->place().byte, static_cast<int64_t>(size));
      EXPECT_EQ(given.error->what(), file.path() + " ends in the middle of its " +
                                         std::string(to_string(kContainers[kind])) + " data (byte " +
                                         std::to_string(size) + ")");
      EXPECT_TRUE(read_all(file.path(), 100, {.workers = &workers}).error);
    }
    // And in the second member.
    for (size_t size = 1; size < packed.size(); ++size)
      EXPECT_TRUE(read_all(PackedFile(kind, packed + packed.substr(0, size)).path()).error) << size;
  }
}

TEST(Contents, NamesTheByteOfWhatIsWrong) {
  TemporaryDirectory dir;
  const auto words = [&](const std::string& name, const std::string& bytes) {
    write_file(dir / name, bytes);
    const Given given = read_all(dir / name);
    if (!given.error) return std::string("did not fail");
    EXPECT_EQ(given.error->code(), ErrorCode::corrupt);
    EXPECT_EQ(given.error->place().source, dir / name);
    return std::string(given.error->what()).substr(dir.path().size() + 1);
  };
  for (size_t kind = 0; kind < std::size(kContainers); ++kind) {
    const std::string packed = pack(kContainers[kind], "some text");
    const std::string kind_name(to_string(kContainers[kind]));
    const std::string at = std::to_string(packed.size());
    EXPECT_EQ(words("a", packed + "garbage"), "a has bytes behind the end of its " + kind_name +
                                                  " data that belong to nothing, from byte " + at + " on");
    EXPECT_THAT(words("a", packed + std::string(8, '\0') + "g"),
                EndsWith("from byte " + std::to_string(packed.size() + 8) + " on"));
    std::string wrong = packed;
    wrong[packed.size() / 2] = static_cast<char>(wrong[packed.size() / 2] ^ 1);
    EXPECT_THAT(words("a", wrong), HasSubstr("a is damaged near byte "));
  }
  std::string wrong = pack(Container::gzip, "some text");
  wrong[wrong.size() - 8] = static_cast<char>(wrong[wrong.size() - 8] ^ 1);  // the checksum
  EXPECT_THAT(words("a", wrong), EndsWith("its gzip data cannot be unpacked (incorrect data check)"));
  EXPECT_EQ(words("a", pack(Container::xz, "") + std::string(3, '\0')),
            "a has 3 bytes of padding before byte 35; in xz data it comes in units of four bytes");
}

TEST(Contents, NeverGivesOtherTextWhereABitIsWrong) {
  const std::string text = drawn_text(30);
  TemporaryDirectory dir;
  for (size_t kind = 0; kind < std::size(kContainers); ++kind) {
    const std::string path = dir / ("a" + kEndings[kind]);
    const std::string packed = pack(kContainers[kind], text);
    for (size_t at = 0; at < packed.size(); ++at)
      for (const int bit : {1, 64}) {
        std::string wrong = packed;
        wrong[at] = static_cast<char>(wrong[at] ^ bit);
        write_file(path, wrong);
        const Given given = read_all(path);
        EXPECT_TRUE(given.error || given.text == text) << path << " " << at;
      }
  }
}

TEST(Contents, SaysWhatMemoryAllows) {
  TemporaryDirectory dir;
  write_file(dir / "a.zst", test::pack_zstd("text", 27));
  const Given given = read_all(dir / "a.zst");
  ASSERT_TRUE(given.error);
  EXPECT_EQ(given.error->code(), ErrorCode::data);
  EXPECT_EQ(given.error->what(),
            dir / "a.zst" + " needs 128MiB of memory for unpacking its zstd data; 72MiB are allowed");
  EXPECT_EQ(given.error->hint(), "--memory 342MiB allows it.");
  EXPECT_EQ(read_all(dir / "a.zst", 100, {.memory_bytes_max = unpack_bytes_max(342_MiB)}).text, "text");
  write_file(dir / "a.xz", test::pack_xz("text", 9));
  EXPECT_EQ(read_all(dir / "a.xz").text, "text");
  const Given small = read_all(dir / "a.xz", 100, {.memory_bytes_max = unpack_bytes_max(16_MiB)});
  ASSERT_TRUE(small.error);
  EXPECT_THAT(small.error->what(), EndsWith(" needs 65MiB of memory for unpacking its xz data; 6MiB are allowed"));
}

TEST(Contents, TurnsUtf16IntoUtf8) {
  TemporaryDirectory dir;
  for (const bool is_little : {true, false})
    for (const size_t size : {0, 1, 2, 3, 4, 32'766, 32'767, 32'768, 32'769, 100'000}) {
      const std::string text = drawn_text(size);
      write_file(dir / "a.csv", utf16(text, is_little));
      EXPECT_TRUE(read_all(dir / "a.csv").text == text) << size;
      EXPECT_TRUE(read_all(dir / "a.csv", 7).text == text) << size;
      write_file(dir / "b.csv.gz", pack(Container::gzip, utf16(text, is_little)));
      EXPECT_TRUE(read_all(dir / "b.csv.gz").text == text) << size;
    }
}

TEST(Contents, TurnsPairsThatLieAcrossBuffers) {
  TemporaryDirectory dir;
  const std::string pair("\x3D\xD8\x00\xDE", 4);
  for (const size_t before : {32'764, 32'765, 32'766, 32'767, 32'768}) {
    write_file(dir / "a", utf16(std::string(before, 'x'), true) + pair + pair);
    EXPECT_EQ(read_all(dir / "a").text, std::string(before, 'x') + "\xF0\x9F\x98\x80\xF0\x9F\x98\x80") << before;
  }
}

TEST(Contents, NamesTheByteOfBrokenUtf16) {
  TemporaryDirectory dir;
  const auto words = [&](const std::string& bytes) {
    write_file(dir / "a", bytes);
    const Given given = read_all(dir / "a");
    return given.error ? std::string(given.error->what()).substr(dir.path().size() + 1) : "did not fail";
  };
  for (const size_t before : {0, 1, 32'767, 40'000}) {
    const std::string good = utf16(std::string(before, 'x'), true);
    const std::string at = "(byte " + std::to_string(good.size()) + ")";
    EXPECT_EQ(words(good + std::string("\x00\xDE\x78\x00", 4)),
              "a is text in UTF-16 that has half a surrogate pair " + at);
    EXPECT_EQ(words(good + "\x3D\xD8"), "a is text in UTF-16 that ends in the middle of a character " + at);
    EXPECT_EQ(words(good + "x"), "a is text in UTF-16 that ends in the middle of a character " + at);
  }
}

TEST(Contents, RefusesWhatItKnowsAndDoesNotRead) {
  TemporaryDirectory dir;
  write_file(dir / "a", std::string("\xFF\xFE\x00\x00x\x00\x00\x00", 8));
  Given given = read_all(dir / "a");
  ASSERT_TRUE(given.error);
  EXPECT_EQ(given.error->code(), ErrorCode::unsupported);
  EXPECT_THAT(given.error->what(), HasSubstr("UTF-32"));
  write_file(dir / "a.zip", "PK\x03\x04 and so on");
  given = read_all(dir / "a.zip");
  ASSERT_TRUE(given.error);
  EXPECT_EQ(given.error->code(), ErrorCode::unsupported);
}

TEST(Contents, OfADirectoryAreNone) {
  TemporaryDirectory dir;
  const Given given = read_all(dir.path());
  ASSERT_TRUE(given.error);
  EXPECT_EQ(given.error->what(), dir.path() + " is a directory");
  EXPECT_THAT(given.error->hint(), HasSubstr("'" + dir.path() + "/*'"));
}

TEST(Contents, LeavesAMarkOfUtf8) {
  TemporaryDirectory dir;
  write_file(dir / "a", "\xEF\xBB\xBFid");
  EXPECT_EQ(read_all(dir / "a").text, "\xEF\xBB\xBFid");
}

TEST(Contents, GivesPeekedBytesAgain) {
  TemporaryDirectory dir;
  const std::string texts[] = {"0123456789", pack(Container::bzip2, "0123456789"), utf16("0123456789", false)};
  for (const std::string& stored : texts) {
    write_file(dir / "a", stored);
    Contents contents = Contents::open(dir / "a");
    std::string room(4, '?');
    const auto read = [&] { return room.substr(0, contents.read(std::as_writable_bytes(std::span(room)))); };
    EXPECT_EQ(as_text(contents.peek(3)), "012");
    EXPECT_EQ(as_text(contents.peek(6)), "012345");
    EXPECT_EQ(as_text(contents.peek(1)), "0");
    EXPECT_EQ(read(), "0123");
    EXPECT_EQ(as_text(contents.peek(5)), "45678");
    Contents moved = std::move(contents);
    EXPECT_EQ(as_text(moved.peek(100)), "456789");
    contents = std::move(moved);
    EXPECT_EQ(read(), "4567");
    EXPECT_EQ(read(), "89");
    EXPECT_EQ(read(), "");
    EXPECT_EQ(as_text(contents.peek(1)), "");
  }
}

TEST(Contents, ReadsPipes) {
  TemporaryDirectory dir;
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  const std::string text = drawn_text(1'000'000);
  Workers workers(2);
  for (const Container container : {Container::none, Container::gzip}) {
    std::thread writer([&] { write_file(dir / "pipe", pack(container, text)); });
    Contents contents = Contents::open(dir / "pipe", {.workers = &workers});
    EXPECT_EQ(contents.bytes_total(), std::nullopt);
    std::string room(text.size() + 1, '?');
    room.resize(contents.read(std::as_writable_bytes(std::span(room))));
    EXPECT_TRUE(room == text);
    writer.join();
  }
}

// A pipe that holds some bytes, and whose writer says no more.
class SilentPipe {
 public:
  explicit SilentPipe(const std::string& bytes) {
    EXPECT_EQ(::mkfifo(path().c_str(), 0600), 0);
    writer_ = Descriptor(::open(path().c_str(), O_RDWR));
    say(bytes);
  }
  void say(const std::string& bytes) {
    EXPECT_EQ(::write(writer_.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string path() const { return directory_ / "pipe"; }

 private:
  TemporaryDirectory directory_;
  Descriptor writer_;
};

std::string read_some(Contents& contents) {
  std::string room(1'000'000, '?');
  room.resize(contents.read(std::as_writable_bytes(std::span(room))));
  return room;
}

TEST(Contents, PipesThatFallSilentGiveWhatTheyHave) {
  const std::string text = "0123456789012345678901234567890123456789\n";
  for (const bool is_utf16 : {false, true}) {
    for (const Container container : {Container::none, Container::gzip, Container::zstd, Container::bzip2}) {
      const std::string member = pack(container, is_utf16 ? utf16(text, false) : text);
      SilentPipe pipe(member);
      Contents contents = Contents::open(pipe.path());
      contents.set_patience(std::chrono::milliseconds(2));
      std::string found = read_some(contents);
      EXPECT_TRUE(contents.paused());
      if (container != Container::none && !is_utf16) {
        const std::string next = pack(container, text);
        for (const char byte :
             next) {  // the beginning of a member and its middle: each byte may be the last for a while
          pipe.say(std::string(1, byte));
          found += read_some(contents);
          ASSERT_TRUE(contents.paused());
        }
        EXPECT_EQ(found, text + text);
      } else {
        EXPECT_EQ(found, text);
      }
    }
  }
}

TEST(Contents, WhatIsCutOffEndsAnywhere) {
  const std::string text = drawn_text(20'000);
  for (const Container container :
       {Container::none, Container::gzip, Container::zstd, Container::bzip2, Container::xz}) {
    const std::string member = pack(container, text);
    for (const size_t bytes : {member.size() / 2, member.size(), member.size() + 3}) {
      const SilentPipe pipe((member + member).substr(0, bytes));
      // Some of these give no text at all: then it is cut off where its beginning is looked at.
      const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(50);
      Contents contents = Contents::open(pipe.path(), {}, [&] { return std::chrono::steady_clock::now() > end; });
      const std::string found = read_some(contents);
      EXPECT_TRUE(contents.was_cut_off());
      EXPECT_FALSE(contents.paused());
      EXPECT_EQ(found.substr(0, text.size()), text.substr(0, found.size()));
      if (bytes >= member.size()) {
        EXPECT_GE(found.size(), text.size());
      }
    }
  }
}

TEST(Contents, CountsStoredBytesAsItGoes) {
  const std::string text = drawn_text(1'500'000);
  const PackedFile file(0, pack(Container::gzip, text));
  Contents contents = Contents::open(file.path());
  Bytes room(text.size() / 2);
  ASSERT_EQ(contents.read({room.data(), room.size()}), room.size());
  const double share = static_cast<double>(contents.bytes_read()) / static_cast<double>(*contents.bytes_total());
  EXPECT_NEAR(share, 0.5, 0.1);
}

}  // namespace
}  // namespace sluice::contents_test
