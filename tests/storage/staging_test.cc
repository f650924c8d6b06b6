// What a writer finds beside its destination when it opens: live runs, dead ones, and those that have to be completed.

#include "storage/staging.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::staging_test {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;

std::string refusal(const std::string& path, const RunRecord& record) {
  try {
    const Staging staging(path, record);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

/// What a killed run leaves.
std::string leave(const std::string& path, const RunRecord& record, const std::string& file) {
  Staging staging(path, record);
  const std::string directory = staging.directory_path();
  if (!file.empty()) {
    fs::create_directories((directory / fs::path(file)).parent_path());
    write_file(directory + "/" + file, "rows");
  }
  staging.keep();
  return directory;
}

TEST(Staging, SaysWhatItIs) {
  TemporaryDirectory dir;
  const Staging staging(dir / "out", {.mode = PublishMode::append, .run_id = "nightly"});
  EXPECT_EQ(staging.run(), run_of_id("nightly"));
  EXPECT_THAT(dir.names(), ElementsAre(".out.sluice-" + staging.run()));
  const auto record = parse_run_record(read_file(staging.directory_path() + "/run"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->destination, "out");
  EXPECT_EQ(record->mode, PublishMode::append);
  EXPECT_EQ(record->run_id, "nightly");
}

TEST(Staging, LooksWhetherTheDestinationIsOneForItsMode) {
  TemporaryDirectory dir;
  fs::create_directory(dir / "directory");
  write_file(dir / "file", "");
  fs::create_directory_symlink("directory", dir / "link");
  using Kind = RunRecord::Kind;
  struct Case {
    Kind kind;
    PublishMode mode;
    std::string absent, directory, file, link;
  };
  const std::string exists = "exists";
  const std::string no_file = "exists and is no file";
  const std::string no_directory = "exists and is no directory";
  const std::string is_link = "is a symbolic link";
  for (const Case& c :
       std::initializer_list<Case>{{Kind::dataset, PublishMode::create, "", exists, exists, exists},
                                   {Kind::dataset, PublishMode::append, "", "", no_directory, is_link},
                                   {Kind::dataset, PublishMode::overwrite, "", "", no_directory, is_link},
                                   {Kind::dataset, PublishMode::overwrite_partitions, "", "", no_directory, is_link},
                                   {Kind::file, PublishMode::create, "", exists, exists, exists},
                                   {Kind::file, PublishMode::overwrite, "", no_file, "", is_link}}) {
    const auto expect = [&](const std::string& name, const std::string& words) {
      const std::string path = dir / name;
      EXPECT_EQ(refusal(path, {.kind = c.kind, .mode = c.mode}),
                words.empty() ? "accepted" : "conflict: " + path + " " + words)
          << to_string(c.mode);
    };
    expect("absent", c.absent);
    expect("directory", c.directory);
    expect("file", c.file);
    expect("link", c.link);
  }
  EXPECT_THAT(dir.names(), ElementsAre("directory", "file", "link"));
}

TEST(Staging, TellsOfDeadRunsAndLeavesThem) {
  TemporaryDirectory dir;
  const std::string dead = leave(dir / "out", {}, "data/a.parquet.part");
  const std::string other = leave(dir / "other", {}, "data/a.parquet.part");
  {
    const Staging staging(dir / "out", {});
    EXPECT_THAT(staging.dead_runs(), ElementsAre(dead));
  }
  EXPECT_TRUE(fs::exists(dead + "/data/a.parquet.part"));
  const DestinationPlace place = open_place(dir / "out");
  const std::vector<LeftStaging> left = left_stagings(place);
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(dir / left[0].name, dead);
  EXPECT_FALSE(left[0].is_alive);
  EXPECT_TRUE(left[0].is_ours);
  EXPECT_FALSE(left[0].is_pending);
}

TEST(Staging, RemovesWhatHasNoDataAndWhatItIsToDoAgain) {
  TemporaryDirectory dir;
  leave(dir / "out", {}, "");
  leave(dir / "out", {}, "");
  fs::create_directories(dir / ".out.sluice-0123456789abcdef/data/k=1");  // killed before it could say what it is
  leave(dir / "out", {.run_id = "nightly"}, "data/a.parquet.part");
  const Staging staging(dir / "out", {.run_id = "nightly"});
  EXPECT_THAT(staging.dead_runs(), IsEmpty());
  EXPECT_EQ(dir.names().size(), 1u);
  EXPECT_FALSE(fs::exists(staging.directory_path() + "/data"));
}

TEST(Staging, ALiveRunIsNeverTouched) {
  TemporaryDirectory dir;
  const Staging first(dir / "out", {.run_id = "nightly"});
  EXPECT_EQ(refusal(dir / "out", {.run_id = "nightly"}), "conflict: another writer is at work on " + (dir / "out"));
  EXPECT_THAT(refusal(dir / "out", {.mode = PublishMode::append}), HasSubstr("another writer"));
  EXPECT_THROW(complete_pending_runs(dir / "out"), Error);
  EXPECT_THROW(Staging::adopt(dir / "out", ".out.sluice-" + first.run()), Error);
  const std::vector<LeftStaging> left = left_stagings(open_place(dir / "out"));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_TRUE(left[0].is_alive);
}

TEST(Staging, CompletesWhatWasBeingPublished) {
  for (const bool by_writer : {true, false}) {
    TemporaryDirectory dir;
    fs::create_directory(dir / "out");
    std::string left;
    {
      Staging killed(dir / "out", {.mode = PublishMode::append});
      left = killed.directory_path();
      fs::create_directory(left + "/data");
      write_file(left + "/data/a.parquet.part", "a");
      write_intent(killed.publication(false), {.mode = PublishMode::append, .moves = {{"a.parquet"}}});
      killed.keep();
    }
    EXPECT_TRUE(left_stagings(open_place(dir / "out"))[0].is_pending);
    if (by_writer) {
      // What it completes is there before it looks whether the destination is one for its mode.
      EXPECT_THAT(refusal(dir / "out", {}), HasSubstr("exists"));
    } else {
      complete_pending_runs(dir / "out");
    }
    EXPECT_EQ(read_file(dir / "out/a.parquet"), "a");
    EXPECT_THAT(dir.names(), ElementsAre("out"));
  }
}

TEST(Staging, CanBeTakenOver) {
  TemporaryDirectory dir;
  const std::string dead = leave(dir / "out", {.mode = PublishMode::append, .run_id = "a"}, "data/a.parquet.part");
  {
    Staging taken = Staging::adopt(dir / "out", fs::path(dead).filename());
    EXPECT_EQ(taken.record().mode, PublishMode::append);
    EXPECT_EQ(taken.run(), run_of_id("a"));
    EXPECT_EQ(taken.directory_path(), dead);
    EXPECT_THAT(refusal(dir / "out", {}), HasSubstr("another writer"));
    const Staging moved = std::move(taken);
  }
  EXPECT_TRUE(fs::exists(dead + "/data/a.parquet.part"));  // whoever took it over and failed leaves it
  write_file(dead + "/data/notes.txt", "theirs");
  EXPECT_FALSE(Staging::adopt(dir / "out", fs::path(dead).filename()).clean());
  EXPECT_TRUE(fs::exists(dead + "/data/notes.txt"));
  EXPECT_FALSE(fs::exists(dead + "/data/a.parquet.part"));
  fs::remove(dead + "/data/notes.txt");
  EXPECT_TRUE(Staging::adopt(dir / "out", fs::path(dead).filename()).clean());
  EXPECT_THAT(dir.names(), IsEmpty());
  EXPECT_THROW(Staging::adopt(dir / "out", ".out.sluice-0123456789abcdef"), Error);
}

// What others had put into a directory that was replaced may be the only copy.
TEST(Staging, ArrivalsAreNeverRemoved) {
  TemporaryDirectory dir;
  const std::string left = leave(dir / "out", {.run_id = "nightly"}, "arrivals/k=1/a.parquet");
  EXPECT_FALSE(Staging::adopt(dir / "out", fs::path(left).filename()).clean());
  remove_remains(dir / "out", "nightly");
  {
    const Staging other(dir / "out", {});
    EXPECT_THAT(other.dead_runs(), ElementsAre(left));
  }
  EXPECT_THAT(refusal(dir / "out", {.run_id = "nightly"}), HasSubstr("what a run of this id has left"));
  EXPECT_EQ(read_file(left + "/arrivals/k=1/a.parquet"), "rows");
  fs::remove(left + "/arrivals/k=1/a.parquet");
  EXPECT_EQ(refusal(dir / "out", {.run_id = "nightly"}), "accepted");
  EXPECT_THAT(dir.names(), IsEmpty());
}

/// The run was about to put all that it left in the place of the destination.
void leave_intent(const std::string& destination, const std::string& left, bool allow_window) {
  const Staging dead = Staging::adopt(destination, fs::path(left).filename());
  Intent intent{.mode = PublishMode::overwrite, .allow_window = allow_window};
  intent.swaps = {swap_of(dead.publication(false), ".")};
  write_intent(dead.publication(false), intent);
}

// Killed in the window of --allow-window, and then somebody made the destination: the run is not to be completed, and
// what it had moved away was removed with it.
TEST(Staging, WhatAWindowHasMovedAwayIsNeverRemoved) {
  TemporaryDirectory dir;
  fs::create_directory(dir / "out");
  write_file(dir / "out/a.parquet", "old");
  const std::string left = leave(dir / "out", {.mode = PublishMode::overwrite, .run_id = "a"}, "data/b.parquet");
  leave_intent(dir / "out", left, /*allow_window=*/true);
  fs::rename(dir / "out", left + "/old-0");
  fs::create_directory(dir / "out");
  EXPECT_FALSE(left_stagings(open_place(dir / "out"))[0].is_pending);
  remove_remains(dir / "out", "a");
  EXPECT_TRUE(fs::exists(left + "/intent"));
  EXPECT_THAT(refusal(dir / "out", {.mode = PublishMode::append, .run_id = "a"}), HasSubstr("what a run of this id"));
  EXPECT_TRUE(fs::exists(left + "/data/b.parquet"));
  EXPECT_FALSE(Staging::adopt(dir / "out", fs::path(left).filename()).clean());
  Staging::adopt(dir / "out", fs::path(left).filename()).remove();
  EXPECT_EQ(read_file(left + "/old-0/a.parquet"), "old");
}

// Nor what could not even be moved there: it stands among the old files yet, and the intent tells it from them.
TEST(Staging, WhatIsCompletedInPartIsNotRemoved) {
  TemporaryDirectory dir;
  fs::create_directories(dir / "out/k=1");
  write_file(dir / "out/k=1/a.parquet", "old");
  const std::string left = leave(dir / "out", {.mode = PublishMode::overwrite, .run_id = "a"}, "data/k=1/b.parquet");
  leave_intent(dir / "out", left, /*allow_window=*/false);
  ASSERT_EQ(exchange_names(AT_FDCWD, left + "/data", AT_FDCWD, dir / "out"), 0);
  write_file(left + "/data/k=1/a.parquet", "theirs");
  write_file(left + "/arrivals", "where a directory is to be");
  EXPECT_THAT(refusal(dir / "out", {.mode = PublishMode::append, .run_id = "a"}), HasSubstr("what a run of this id"));
  remove_remains(dir / "out", "a");
  EXPECT_EQ(read_file(left + "/data/k=1/a.parquet"), "theirs");
  fs::remove(left + "/arrivals");
  complete_pending_runs(dir / "out");
  EXPECT_EQ(read_file(left + "/arrivals/k=1/a.parquet"), "theirs");
  EXPECT_EQ(read_file(dir / "out/k=1/b.parquet"), "rows");
}

TEST(Staging, DamagedNotesLeaveTheDataAlone) {
  TemporaryDirectory dir;
  const std::string dead = leave(dir / "out", {.mode = PublishMode::append}, "data/a.parquet.part");
  write_file(dead + "/run", "sluice run 1\n");
  write_file(dead + "/intent", "sluice intent 2\nmove ../../etc\n");
  const std::vector<LeftStaging> left = left_stagings(open_place(dir / "out"));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_FALSE(left[0].is_pending);
  EXPECT_EQ(left[0].record.destination, "out");
  const Staging staging(dir / "out", {});
  EXPECT_THAT(staging.dead_runs(), ElementsAre(dead));
}

TEST(Staging, WhatBelongsToOthersIsNotTouched) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give directories away";
  TemporaryDirectory dir;
  fs::create_directory(dir / "out");
  const std::string planted = leave(dir / "out", {.mode = PublishMode::append}, "data/a.parquet.part");
  write_file(planted + "/intent", to_text(Intent{.moves = {{"a.parquet"}}}));
  ASSERT_EQ(::chown(planted.c_str(), 12345, 12345), 0);
  EXPECT_EQ(refusal(dir / "out", {.mode = PublishMode::append}), "accepted");
  EXPECT_FALSE(fs::exists(dir / "out/a.parquet"));
  EXPECT_TRUE(fs::exists(planted + "/data/a.parquet.part"));
  EXPECT_FALSE(left_stagings(open_place(dir / "out"))[0].is_ours);
  EXPECT_THROW(Staging::adopt(dir / "out", fs::path(planted).filename()), Error);
}

}  // namespace
}  // namespace sluice::staging_test
