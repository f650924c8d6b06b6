// The notes of staging directories: they come back as they were written, and damage leaves nothing of them.

#include "storage/run_record.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace sluice::run_record_test {
namespace {

Intent some_intent() {
  Intent intent{.mode = PublishMode::overwrite_partitions, .allow_window = true};
  intent.directories = {"year=2026", "year=2026/a b%"};
  intent.moves = {{"year=2026/out-0.parquet"}, {"x.parquet"}};
  intent.swaps = {{.path = "year=2026", .device = UINT64_MAX, .inode = 1, .replaced_mtime = INT64_MIN}, {.path = "."}};
  intent.swaps[1].old = {{"a b%.parquet", {UINT64_MAX, 1, 4711, INT64_MIN, 999'999'999}}, {"k=1/b.parquet", {}}};
  return intent;
}

TEST(RunRecord, ComesBack) {
  for (const auto kind : {RunRecord::Kind::file, RunRecord::Kind::dataset})
    for (const auto mode :
         {PublishMode::create, PublishMode::append, PublishMode::overwrite, PublishMode::overwrite_partitions})
      for (const std::string& id : {std::string(), std::string("nightly 7\n\0", 11)}) {
        const std::string text = to_text(RunRecord{.destination = "my out", .kind = kind, .mode = mode, .run_id = id});
        const std::optional<RunRecord> back = parse_run_record(text);
        ASSERT_TRUE(back) << text;
        EXPECT_EQ(back->destination, "my out");
        EXPECT_EQ(back->kind, kind);
        EXPECT_EQ(back->mode, mode);
        EXPECT_EQ(back->run_id, id);
        EXPECT_EQ(parse_intent(text).has_value(), false);
      }
}

TEST(RunRecord, IntentsComeBack) {
  const Intent intent = some_intent();
  const std::optional<Intent> back = parse_intent(to_text(intent));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->mode, intent.mode);
  EXPECT_TRUE(back->allow_window);
  EXPECT_EQ(back->directories, intent.directories);
  ASSERT_EQ(back->moves.size(), 2u);
  EXPECT_EQ(back->moves[0].path, "year=2026/out-0.parquet");
  ASSERT_EQ(back->swaps.size(), 2u);
  EXPECT_EQ(back->swaps[0].device, UINT64_MAX);
  EXPECT_EQ(back->swaps[0].replaced_mtime, INT64_MIN);
  EXPECT_EQ(back->swaps[1].path, ".");
  EXPECT_EQ(back->swaps[0].old, intent.swaps[0].old);
  EXPECT_EQ(back->swaps[1].old, intent.swaps[1].old);
  EXPECT_FALSE(parse_intent(to_text(Intent{}))->allow_window);
}

RC_GTEST_PROP(RunRecord, NamesOfAllBytesComeBack, (const std::string& name)) {
  RC_PRE(stays_inside(name));
  Intent intent;
  intent.moves.push_back({name});
  const std::optional<Intent> back = parse_intent(to_text(intent));
  RC_ASSERT(back.has_value());
  RC_ASSERT(back->moves[0].path == name);
}

TEST(RunRecord, NothingIsLeftOfADamagedNote) {
  const std::string texts[] = {to_text(some_intent()), to_text(RunRecord{.destination = "out", .run_id = "a"})};
  for (const std::string& text : texts) {
    for (size_t size = 0; size < text.size(); ++size) {
      EXPECT_FALSE(parse_intent(text.substr(0, size))) << size;
      EXPECT_FALSE(parse_run_record(text.substr(0, size))) << size;
    }
    for (size_t byte = 0; byte < text.size(); ++byte)
      for (int bit = 0; bit < 8; ++bit) {
        std::string flipped = text;
        flipped[byte] = static_cast<char>(flipped[byte] ^ (1 << bit));
        EXPECT_FALSE(parse_intent(flipped)) << byte << " " << bit;
        EXPECT_FALSE(parse_run_record(flipped)) << byte << " " << bit;
      }
  }
}

TEST(RunRecord, PathsStayInside) {
  for (const std::string_view path : {"a", "a/b", "..a", "a..", "...", "a/.b", "\n"}) EXPECT_TRUE(stays_inside(path));
  for (const std::string_view path : {"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b"})
    EXPECT_FALSE(stays_inside(path)) << path;
  EXPECT_FALSE(stays_inside(std::string_view("a\0b", 3)));
  // A note that was forged with a right digest.
  for (const std::string path : {"../etc", "/etc", "a/../../b", "."}) {
    Intent moves;
    moves.moves.push_back({path});
    EXPECT_FALSE(parse_intent(to_text(moves))) << path;
    Intent directories;
    directories.directories.push_back(path);
    EXPECT_FALSE(parse_intent(to_text(directories))) << path;
    Intent swaps;
    swaps.swaps.push_back({.path = path});
    EXPECT_EQ(parse_intent(to_text(swaps)).has_value(), path == ".") << path;
    Intent old;
    old.swaps = {{.path = "k=1", .old = {{path, {}}}}};
    EXPECT_FALSE(parse_intent(to_text(old))) << path;
    EXPECT_FALSE(parse_run_record(to_text(RunRecord{.destination = path}))) << path;
  }
  EXPECT_FALSE(parse_run_record(to_text(RunRecord{.destination = "a/b"})));
}

}  // namespace
}  // namespace sluice::run_record_test
