// Directories of files that appear at once or file by file, and never half.

#include "storage/directory_staging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <thread>

#include "base/bytes.h"
#include "sluice/error.h"
#include "storage/temporary_directory.h"

namespace sluice::directory_staging_test {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const DirectoryStagingOptions kEach{.sync = false, .each_file = true};
const DirectoryStagingOptions kAtOnce{.sync = false};

std::vector<std::string> names_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void add_file(DirectoryStaging& staging, const std::string& name, const std::string& text) {
  const std::unique_ptr<Sink> sink = staging.create(name);
  sink->write_at(0, as_bytes(text));
  sink->publish();
}

std::string refusal(const std::string& path, DirectoryStagingOptions options) {
  try {
    const DirectoryStaging staging(path, options);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "accepted";
}

TEST(DirectoryStaging, ShowsAllFilesAtOnce) {
  for (const bool sync : {true, false}) {
    TemporaryDirectory dir;
    DirectoryStaging staging(dir / "out", {.sync = sync});
    // More than wait for the device together.
    for (int i = 0; i < 9; ++i) add_file(staging, std::to_string(i) + ".parquet", "file " + std::to_string(i));
    ASSERT_EQ(dir.names().size(), 1u);
    EXPECT_THAT(dir.names()[0], HasSubstr(".out.sluice-"));
    EXPECT_EQ(read_file(staging.staged_path("8.parquet")), "file 8");
    EXPECT_THAT(staging.staged_path("8.parquet"), HasSubstr("/data/8.parquet.part"));
    staging.publish();
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    EXPECT_EQ(names_in(dir / "out").size(), 9u);
    for (int i = 0; i < 9; ++i)
      EXPECT_EQ(read_file(dir / ("out/" + std::to_string(i) + ".parquet")), "file " + std::to_string(i));
  }
}

TEST(DirectoryStaging, ShowsEachFileWhenItIsFinished) {
  for (const bool sync : {true, false}) {
    TemporaryDirectory dir;
    DirectoryStaging staging(dir / "out", {.sync = sync, .each_file = true});
    EXPECT_THAT(names_in(dir / "out"), IsEmpty());
    add_file(staging, "a.parquet", "a");
    EXPECT_THAT(names_in(dir / "out"), ElementsAre("a.parquet"));
    {
      const std::unique_ptr<Sink> sink = staging.create("b.parquet");
      sink->write_at(0, as_bytes("half"));
      EXPECT_THAT(names_in(dir / "out"), ElementsAre("a.parquet"));
    }
    add_file(staging, "c.parquet", "c");
    staging.publish();
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    EXPECT_THAT(names_in(dir / "out"), ElementsAre("a.parquet", "c.parquet"));
  }
}

TEST(DirectoryStaging, LeavesNothingWhenAbandoned) {
  TemporaryDirectory dir;
  {
    DirectoryStaging staging(dir / "out", {.sync = true});
    add_file(staging, "a.parquet", "a");
    const std::unique_ptr<Sink> open = staging.create("b.parquet");
    open->write_at(0, as_bytes("half"));
  }
  EXPECT_THAT(dir.names(), IsEmpty());
}

TEST(DirectoryStaging, LeavesWhatWasShownWhenAbandoned) {
  TemporaryDirectory dir;
  { const DirectoryStaging none(dir / "none", kEach); }
  {
    DirectoryStaging staging(dir / "out", kEach);
    add_file(staging, "a.parquet", "a");
    staging.create("b.parquet")->write_at(0, as_bytes("half"));
  }
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(names_in(dir / "out"), ElementsAre("a.parquet"));
}

TEST(DirectoryStaging, AnEmptyDirectoryIsTakenForFilesOneByOne) {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir / "out");
  EXPECT_EQ(refusal(dir / "out", kEach), "accepted");
  EXPECT_THAT(dir.names(), ElementsAre("out"));  // it was not ours
  EXPECT_EQ(refusal(dir / "out", kAtOnce), "conflict: " + (dir / "out") + " exists");
  write_file(dir / "out/other", "theirs");
  EXPECT_EQ(refusal(dir / "out", kEach), "conflict: " + (dir / "out") + " exists and is not empty");
  write_file(dir / "file", "theirs");
  EXPECT_EQ(refusal(dir / "file", kEach), "conflict: " + (dir / "file") + " exists and is no directory");
  std::filesystem::create_symlink("out", dir / "link");
  EXPECT_EQ(refusal(dir / "link", kEach), "conflict: " + (dir / "link") + " is a symbolic link");
  EXPECT_THAT(dir.names(), ElementsAre("file", "link", "out"));
}

TEST(DirectoryStaging, PathsMayEndInSlashes) {
  TemporaryDirectory dir;
  DirectoryStaging staging(dir / "out///", kAtOnce);
  EXPECT_EQ(staging.path(), dir / "out");
  add_file(staging, "a.parquet", "a");
  staging.publish();
  EXPECT_EQ(read_file(dir / "out/a.parquet"), "a");
  for (const std::string& path : {std::string("/"), std::string("."), std::string("a/.."), std::string()})
    EXPECT_THAT(refusal(path, kAtOnce), HasSubstr("invalid: ")) << path;
}

TEST(DirectoryStaging, RefusesASecondWriterWhileTheFirstLives) {
  TemporaryDirectory dir;
  for (const DirectoryStagingOptions& options : {kAtOnce, kEach}) {
    auto first = std::make_unique<DirectoryStaging>(dir / "out", options);
    EXPECT_EQ(refusal(dir / "out", kEach), "conflict: another writer is at work on " + (dir / "out"));
    EXPECT_THAT(refusal(dir / "out/", kAtOnce), HasSubstr("conflict: "));
    first.reset();
    EXPECT_EQ(refusal(dir / "out", options), "accepted");
  }
}

TEST(DirectoryStaging, NeverReplacesWhatCameMeanwhile) {
  TemporaryDirectory dir;
  {
    DirectoryStaging staging(dir / "out", kAtOnce);
    add_file(staging, "a.parquet", "a");
    std::filesystem::create_directory(dir / "out");
    EXPECT_THROW(staging.publish(), Error);
  }
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(names_in(dir / "out"), IsEmpty());
  {
    DirectoryStaging staging(dir / "out", kEach);
    const std::unique_ptr<Sink> sink = staging.create("a.parquet");
    write_file(dir / "out/a.parquet", "theirs");
    EXPECT_THROW(sink->publish(), Error);
  }
  EXPECT_EQ(read_file(dir / "out/a.parquet"), "theirs");
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

TEST(DirectoryStaging, FilesCanBeReadBackAndHaveJournals) {
  TemporaryDirectory dir;
  DirectoryStaging staging(dir / "out", kAtOnce);
  const std::unique_ptr<Sink> sink = staging.create("a.parquet");
  EXPECT_EQ(sink->name(), dir / "out/a.parquet");
  EXPECT_TRUE(sink->positional());
  ASSERT_TRUE(sink->readable());
  const std::unique_ptr<ScratchFile> journal = sink->open_journal();
  journal->append(as_bytes("note"));
  sink->write_at(0, as_bytes("hello"));
  std::string back(3, ' ');
  sink->read_at(2, std::as_writable_bytes(std::span(back)));
  EXPECT_EQ(back, "llo");
  EXPECT_THROW(sink->read_at(3, std::as_writable_bytes(std::span(back))), Error);
  sink->publish();
  staging.publish();
  EXPECT_THAT(names_in(dir / "out"), ElementsAre("a.parquet"));
}

DirectoryStagingOptions options_of(PublishMode mode, bool sync = false) {
  return {.sync = sync, .publish = {.mode = mode}};
}

/// Files below a directory, with their directories.
std::vector<std::string> files_in(const std::string& path) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    if (!entry.is_directory()) names.push_back(std::filesystem::relative(entry.path(), path));
  std::sort(names.begin(), names.end());
  return names;
}

TEST(DirectoryStaging, FilesMayBeInDirectories) {
  for (const bool sync : {false, true}) {
    TemporaryDirectory dir;
    DirectoryStaging staging(dir / "out", {.sync = sync});
    for (const std::string name : {"k=1/l=2/a.parquet", "k=1/a.parquet", "k=2/a.parquet", "a.parquet"})
      add_file(staging, name, name);
    for (const std::string name : {"", "/a", "../a", "k=1/../../a", "k=1//a"})
      EXPECT_THROW(staging.create(name), Error) << name;
    staging.publish();
    EXPECT_THAT(files_in(dir / "out"), ElementsAre("a.parquet", "k=1/a.parquet", "k=1/l=2/a.parquet", "k=2/a.parquet"));
    EXPECT_EQ(read_file(dir / "out/k=1/l=2/a.parquet"), "k=1/l=2/a.parquet");
    EXPECT_THAT(dir.names(), ElementsAre("out"));
  }
}

// More than are waited for one by one.
TEST(DirectoryStaging, ManyFilesAreSyncedAtOnce) {
  for (const PublishMode mode : {PublishMode::create, PublishMode::append}) {
    TemporaryDirectory dir;
    if (mode == PublishMode::append) std::filesystem::create_directory(dir / "out");
    DirectoryStaging staging(dir / "out", options_of(mode, /*sync=*/true));
    for (int i = 0; i < 80; ++i) add_file(staging, "k=" + std::to_string(i) + "/a.parquet", "a");
    staging.publish();
    EXPECT_EQ(files_in(dir / "out").size(), 80u);
    EXPECT_THAT(dir.names(), ElementsAre("out"));
  }
}

TEST(DirectoryStaging, SinksComeAndGoFromSeveralThreads) {
  TemporaryDirectory dir;
  DirectoryStaging staging(dir / "out", {.sync = true});
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 25; ++i)
        add_file(staging, "k=" + std::to_string(i) + "/" + std::to_string(thread) + ".parquet", "a");
    });
  for (std::thread& thread : threads) thread.join();
  staging.publish();
  EXPECT_EQ(files_in(dir / "out").size(), 100u);
}

TEST(DirectoryStaging, EachModeMeetsWhatIsThere) {
  struct Case {
    PublishMode mode;
    std::vector<std::string> files;
  };
  for (const Case& c : {Case{PublishMode::append, {"k=1/a.parquet", "k=1/b.parquet", "k=2/a.parquet", "k=3/b.parquet"}},
                        Case{PublishMode::overwrite, {"k=1/b.parquet", "k=3/b.parquet"}},
                        Case{PublishMode::overwrite_partitions, {"k=1/b.parquet", "k=2/a.parquet", "k=3/b.parquet"}}})
    for (const bool is_there : {true, false}) {
      TemporaryDirectory dir;
      for (const std::string name : {"out/k=1/a.parquet", "out/k=2/a.parquet"}) {
        if (!is_there) continue;
        std::filesystem::create_directories(std::filesystem::path(dir / name).parent_path());
        write_file(dir / name, "old");
      }
      DirectoryStaging staging(dir / "out", options_of(c.mode));
      add_file(staging, "k=1/b.parquet", "new");
      add_file(staging, "k=3/b.parquet", "new");
      const std::vector<std::string> before = is_there ? files_in(dir / "out") : std::vector<std::string>();
      EXPECT_EQ(before.size(), is_there ? 2u : 0u);
      staging.publish();
      EXPECT_EQ(files_in(dir / "out"),
                is_there ? c.files : (std::vector<std::string>{"k=1/b.parquet", "k=3/b.parquet"}))
          << to_string(c.mode);
      EXPECT_THAT(dir.names(), ElementsAre("out"));
    }
}

// Some of the old files give way to new ones, and the others are the same as before.
TEST(DirectoryStaging, AnAppendMayComeToReplaceAll) {
  TemporaryDirectory dir;
  std::filesystem::create_directories(dir / "out/k=1");
  write_file(dir / "out/k=1/a.parquet", "old");
  write_file(dir / "out/k=1/b.parquet", "stays");
  for (const bool is_finished : {false, true}) {
    DirectoryStaging staging(dir / "out", options_of(PublishMode::append));
    add_file(staging, "k=1/c.parquet", "new");
    EXPECT_FALSE(staging.replaces_all());
    staging.replace_all();
    EXPECT_TRUE(staging.replaces_all());
    staging.take_along("k=1/b.parquet");
    EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/a.parquet", "k=1/b.parquet"));
    if (is_finished) staging.publish();
  }
  EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/b.parquet", "k=1/c.parquet"));
  EXPECT_EQ(read_file(dir / "out/k=1/b.parquet"), "stays");
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  {
    DirectoryStaging staging(dir / "out", options_of(PublishMode::append));
    EXPECT_THROW(staging.take_along("k=1/missing.parquet"), Error);
  }
  DirectoryStaging staging(dir / "fresh", options_of(PublishMode::append));
  staging.replace_all();
  EXPECT_FALSE(staging.replaces_all());  // there is nothing
}

// By who knows what may be replaced, as late as can be.
TEST(DirectoryStaging, WhatChecksBeforeTheExchangeMayRefuse) {
  for (const PublishMode mode : {PublishMode::create, PublishMode::append, PublishMode::overwrite}) {
    TemporaryDirectory dir;
    if (mode != PublishMode::create) {
      std::filesystem::create_directories(dir / "out/k=1");
      write_file(dir / "out/k=1/a.parquet", "old");
    }
    DirectoryStaging staging(dir / "out", options_of(mode));
    add_file(staging, "k=1/b.parquet", "new");
    EXPECT_THROW(staging.publish([] { throw Error(ErrorCode::conflict, "changed"); }), Error);
    staging.abandon();
    if (mode != PublishMode::create) {
      EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/a.parquet"));
    }
    EXPECT_EQ(dir.names().size(), mode == PublishMode::create ? 0u : 1u);
  }
}

TEST(DirectoryStaging, WhatIsThereStaysWhenTheRunFails) {
  for (const PublishMode mode : {PublishMode::append, PublishMode::overwrite, PublishMode::overwrite_partitions}) {
    TemporaryDirectory dir;
    std::filesystem::create_directories(dir / "out/k=1");
    write_file(dir / "out/k=1/a.parquet", "old");
    {
      DirectoryStaging staging(dir / "out", options_of(mode));
      add_file(staging, "k=1/b.parquet", "new");
    }
    EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/a.parquet"));
    EXPECT_THAT(dir.names(), ElementsAre("out"));
    // Nothing to add, nothing to replace.
    if (mode == PublishMode::overwrite) continue;
    DirectoryStaging staging(dir / "out", options_of(mode));
    staging.publish();
    EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/a.parquet"));
    EXPECT_THAT(dir.names(), ElementsAre("out"));
  }
}

TEST(DirectoryStaging, OverwriteRefusesWhatIsNotParquet) {
  TemporaryDirectory dir;
  std::filesystem::create_directories(dir / "out/k=1");
  write_file(dir / "out/k=1/notes.txt", "theirs");
  EXPECT_THAT(refusal(dir / "out", options_of(PublishMode::overwrite)), HasSubstr("conflict: "));
  {
    // What is replaced is looked at when it is known.
    DirectoryStaging staging(dir / "out", options_of(PublishMode::overwrite_partitions));
    add_file(staging, "k=1/b.parquet", "new");
    EXPECT_THROW(staging.publish(), Error);
  }
  {
    DirectoryStaging staging(dir / "out", options_of(PublishMode::overwrite_partitions));
    add_file(staging, "k=2/b.parquet", "new");
    staging.publish();
  }
  EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/notes.txt", "k=2/b.parquet"));
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(refusal(dir / "out", {.each_file = true, .publish = {.mode = PublishMode::overwrite}}),
              HasSubstr("invalid: "));
}

TEST(DirectoryStaging, AppendRefusesNamesThatAreTaken) {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir / "out");
  {
    DirectoryStaging staging(dir / "out", options_of(PublishMode::append));
    add_file(staging, "a.parquet", "new");
    add_file(staging, "b.parquet", "new");
    write_file(dir / "out/b.parquet", "theirs");
    EXPECT_THROW(staging.publish(), Error);
  }
  EXPECT_THAT(names_in(dir / "out"), ElementsAre("b.parquet"));  // all or nothing
  EXPECT_EQ(read_file(dir / "out/b.parquet"), "theirs");
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

TEST(DirectoryStaging, EachFileIsAppended) {
  TemporaryDirectory dir;
  std::filesystem::create_directory(dir / "out");
  write_file(dir / "out/a.parquet", "old");
  DirectoryStaging staging(dir / "out", {.each_file = true, .publish = {.mode = PublishMode::append}});
  add_file(staging, "k=1/b.parquet", "new");
  EXPECT_THAT(files_in(dir / "out"), ElementsAre("a.parquet", "k=1/b.parquet"));
  staging.publish();
  EXPECT_THAT(dir.names(), ElementsAre("out"));
}

TEST(DirectoryStaging, AFailedRunMayKeepWhatItHas) {
  TemporaryDirectory dir;
  const DirectoryStagingOptions keeping{.sync = false, .publish = {.on_failure = OnFailure::keep}};
  {
    DirectoryStaging staging(dir / "out", keeping);
    const std::unique_ptr<Sink> open = staging.create("k=1/b.parquet");
    open->write_at(0, as_bytes("half"));
  }
  EXPECT_THAT(dir.names(), IsEmpty());  // no finished file, no journal: nothing that could be recovered
  {
    DirectoryStaging staging(dir / "out", keeping);
    add_file(staging, "k=1/a.parquet", "a");
    const std::unique_ptr<Sink> open = staging.create("k=1/b.parquet");
    open->write_at(0, as_bytes("half"));
    open->open_journal()->append(as_bytes("note"));
    EXPECT_TRUE(open->recoverable());
    open->sync();
    open->release();
    open->write_at(4, as_bytes(" and more"));
  }
  ASSERT_EQ(dir.names().size(), 1u);
  const std::string left = dir / dir.names()[0];
  EXPECT_THAT(files_in(left),
              ElementsAre("data/k=1/a.parquet.part", "data/k=1/b.parquet.journal", "data/k=1/b.parquet.part", "run"));
  EXPECT_EQ(read_file(left + "/data/k=1/b.parquet.part"), "half and more");
  // Somebody takes it over, with what can be had of it.
  std::filesystem::remove(left + "/data/k=1/b.parquet.journal");
  DirectoryStaging adopted(Staging::adopt(dir / "out", dir.names()[0]), {"k=1/a.parquet", "k=1/b.parquet"}, true);
  adopted.publish();
  EXPECT_THAT(dir.names(), ElementsAre("out"));
  EXPECT_THAT(files_in(dir / "out"), ElementsAre("k=1/a.parquet", "k=1/b.parquet"));
}

TEST(DirectoryStaging, AKilledProcessLeavesNothingVisible) {
  TemporaryDirectory dir;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    DirectoryStaging staging(dir / "out", kAtOnce);
    add_file(staging, "a.parquet", "a");
    const std::unique_ptr<Sink> open = staging.create("b.parquet");
    if (::write(ready[1], "!", 1) != 1) ::_exit(1);
    ::pause();
  }
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  EXPECT_THAT(refusal(dir / "out", kAtOnce), HasSubstr("another writer"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(dir.names().size(), 1u);
  EXPECT_THAT(dir.names()[0], HasSubstr(".out.sluice-"));
  EXPECT_EQ(refusal(dir / "out", kAtOnce), "accepted");  // the lock went with its process
  ::close(ready[0]);
  ::close(ready[1]);
}

}  // namespace
}  // namespace sluice::directory_staging_test
