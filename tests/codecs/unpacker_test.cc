#include "codecs/unpacker.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "sluice/literals.h"
#include "support/draw.h"
#include "support/pack.h"

namespace sluice::unpacker_test {
namespace {

using test::kContainers;
using test::pack;

constexpr uint64_t kMemory = 72_MiB;

struct Unpacked {
  Unpacker::State state = Unpacker::State::more;
  std::string text;
  size_t taken = 0;
};

// One member, given and taken in pieces.
Unpacked unpack_by(Unpacker& unpacker, const std::string& packed, size_t packed_piece, size_t text_piece) {
  Unpacked all;
  std::string room(text_piece, '?');
  unpacker.begin();
  while (all.state == Unpacker::State::more) {
    const std::string piece = packed.substr(all.taken, packed_piece);
    const Unpacker::Step step = unpacker.step(as_bytes(piece), std::as_writable_bytes(std::span(room)));
    all.state = step.state;
    all.taken += step.taken;
    all.text.append(room, 0, step.made);
    if (step.state == Unpacker::State::more && step.taken + step.made == 0 && all.taken == packed.size()) break;
  }
  return all;
}

std::string drawn_text(test::Draw& draw, size_t size) {
  std::string text(size, 'a');
  for (char& letter : text)
    if (draw.chance(30)) letter = static_cast<char>(draw.bits());
  return text;
}

TEST(Unpacker, BringsBackWhatWasPackedInAnyPieces) {
  test::Draw draw(1);
  for (const Container container : kContainers) {
    const auto unpacker = make_unpacker(container, kMemory);
    for (const size_t size : {0, 1, 4'095, 4'096, 4'097, 70'000}) {
      const std::string text = drawn_text(draw, size);
      const std::string packed = pack(container, text);
      for (const size_t piece : {1, 7, 4'096, 1 << 20}) {
        const Unpacked all = unpack_by(*unpacker, packed, piece, piece);
        EXPECT_EQ(all.state, Unpacker::State::member_end) << to_string(container) << " " << size << " by " << piece;
        EXPECT_TRUE(all.text == text) << to_string(container) << " " << size << " by " << piece;
        EXPECT_EQ(all.taken, packed.size());
      }
    }
  }
}

TEST(Unpacker, LeavesWhatFollowsTheMember) {
  for (const Container container : kContainers) {
    const std::string packed = pack(container, "some text");
    const auto unpacker = make_unpacker(container, kMemory);
    const Unpacked all = unpack_by(*unpacker, packed + packed, 1 << 20, 1 << 20);
    EXPECT_EQ(all.state, Unpacker::State::member_end);
    EXPECT_EQ(all.text, "some text");
    EXPECT_EQ(all.taken, packed.size());
  }
}

TEST(Unpacker, WantsMoreAsLongAsTheEndIsMissing) {
  test::Draw draw(2);
  for (const Container container : kContainers) {
    const std::string packed = pack(container, drawn_text(draw, 300));
    const auto unpacker = make_unpacker(container, kMemory);
    for (size_t size = 0; size < packed.size(); ++size)
      EXPECT_EQ(unpack_by(*unpacker, packed.substr(0, size), 1 << 20, 4'096).state, Unpacker::State::more)
          << to_string(container) << " " << size;
    EXPECT_EQ(unpack_by(*unpacker, packed, 1 << 20, 4'096).state, Unpacker::State::member_end) << "after so many";
  }
}

TEST(Unpacker, NeverGivesOtherTextForAWholeMember) {
  test::Draw draw(3);
  const std::string text = drawn_text(draw, 100);
  for (const Container container : kContainers) {
    const std::string packed = pack(container, text);
    int damaged = 0;
    for (size_t at = 0; at < packed.size(); ++at)
      for (int bit = 0; bit < 8; ++bit) {
        std::string wrong = packed;
        wrong[at] = static_cast<char>(wrong[at] ^ (1 << bit));
        const auto unpacker = make_unpacker(container, 8_MiB);
        const Unpacked all = unpack_by(*unpacker, wrong, 1 << 20, 4'096);
        if (all.state == Unpacker::State::member_end && all.taken == wrong.size()) {
          EXPECT_EQ(all.text, text) << to_string(container) << " byte " << at << " bit " << bit;
        }
        damaged += all.state == Unpacker::State::damaged;
        if (all.state == Unpacker::State::damaged) {
          EXPECT_NE(unpacker->problem(), "");
        }
      }
    EXPECT_GT(damaged, static_cast<int>(packed.size())) << to_string(container);
  }
}

TEST(Unpacker, SurvivesRandomChanges) {
  test::Draw draw(4);
  const std::string text = drawn_text(draw, 200);
  for (const Container container : kContainers) {
    const std::string packed = pack(container, text);
    for (int i = 0; i < 500; ++i) {
      std::string wrong = packed;
      for (int64_t changes = draw.magnitude(8); changes > 0; --changes)
        wrong[draw.below(wrong.size())] = static_cast<char>(draw.bits());
      const auto unpacker = make_unpacker(container, 8_MiB);
      unpack_by(*unpacker, wrong, 64, 4'096);
    }
  }
}

TEST(Unpacker, RefusesWhatNeedsMoreMemory) {
  const auto zstd = make_unpacker(Container::zstd, kMemory);
  EXPECT_EQ(unpack_by(*zstd, test::pack_zstd("text", 26), 1 << 20, 10).state, Unpacker::State::member_end);
  EXPECT_EQ(unpack_by(*zstd, test::pack_zstd("text", 27), 1, 10).state, Unpacker::State::memory_over);
  EXPECT_EQ(zstd->memory_needed(), 128_MiB);

  const auto xz = make_unpacker(Container::xz, kMemory);
  EXPECT_EQ(unpack_by(*xz, test::pack_xz("text", 6), 1 << 20, 10).state, Unpacker::State::member_end);
  const auto small = make_unpacker(Container::xz, 1_MiB);
  EXPECT_EQ(unpack_by(*small, test::pack_xz("text", 6), 1 << 20, 10).state, Unpacker::State::memory_over);
  EXPECT_GT(small->memory_needed(), 8_MiB);
  EXPECT_LT(small->memory_needed(), 10_MiB);
}

TEST(Unpacker, KnowsTheWindowOfASingleSegment) {
  struct Frame {
    std::string bytes;
    uint64_t window;
  };
  const std::string magic = "\x28\xB5\x2F\xFD";
  const Frame frames[] = {
      {magic + '\xA0' + std::string("\x00\x00\x00\x10", 4), 256_MiB},      // size in four bytes
      {magic + '\xA1' + std::string("\x00\x00\x00\x00\x20", 5), 512_MiB},  // behind the number of a dictionary
      {magic + '\xE0' + std::string("\x00\x00\x00\x80\x00\x00\x00\x00", 8), 2_GiB},  // in eight
  };
  for (const Frame& frame : frames) {
    const auto zstd = make_unpacker(Container::zstd, kMemory);
    EXPECT_EQ(unpack_by(*zstd, frame.bytes, 1, 10).state, Unpacker::State::memory_over) << frame.window;
    EXPECT_EQ(zstd->memory_needed(), frame.window);
  }
  // What no memory allows.
  const auto zstd = make_unpacker(Container::zstd, uint64_t{1} << 50);
  const std::string huge = magic + '\xE3' + std::string(4, '\0') + std::string(8, '\xFE');
  EXPECT_EQ(unpack_by(*zstd, huge, 1, 10).state, Unpacker::State::damaged);
}

}  // namespace
}  // namespace sluice::unpacker_test
