// Intents: carried out from wherever they were cut off they come to the same, and nothing that others have put there
// since is replaced.

#include "storage/publication.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <functional>
#include <map>

#include "sluice/error.h"
#include "storage/staging.h"
#include "storage/temporary_directory.h"

namespace sluice::publication_test {
namespace {

using test::read_file;
using test::TemporaryDirectory;
using test::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;

/// Files below a directory, and what is in them; directories end in a slash.
Tree tree_of(const std::string& path) {
  Tree tree;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    const std::string name = fs::relative(entry.path(), path);
    if (entry.is_directory())
      tree[name + "/"] = "";
    else
      tree[name] = read_file(entry.path());
  }
  return tree;
}

std::string code_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "went well";
}

/// A destination "out" and a staging directory beside it.
class Place {
 public:
  Place() {
    fs::create_directories(dir_ / ".out.sluice-0123456789abcdef/data");
    staging_ = Descriptor(::open((dir_ / ".out.sluice-0123456789abcdef").c_str(), O_RDONLY | O_DIRECTORY));
    parent_ = Descriptor(::open(dir_.path().c_str(), O_RDONLY | O_DIRECTORY));
  }

  Publication publication() const {
    return {.staging = staging_.get(), .parent = parent_.get(), .name = "out", .path = "out", .sync = false};
  }
  std::string out(const std::string& name = "") const { return dir_ / ("out/" + name); }
  std::string data(const std::string& name = "") const { return staged("data/" + name); }
  std::string staged(const std::string& name = "") const { return dir_ / (".out.sluice-0123456789abcdef/" + name); }
  const std::string& path() const { return dir_.path(); }

 private:
  TemporaryDirectory dir_;
  Descriptor staging_;
  Descriptor parent_;
};

void fill(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  write_file(path, text);
}

Intent begin_append(const Place& place) {
  fill(place.out("old.parquet"), "old");
  fill(place.data("a.parquet.part"), "a");
  fill(place.data("k=1/b.parquet.part"), "b");
  fill(place.data("k=1/l=2/c.parquet.part"), "c");
  Intent intent{.mode = PublishMode::append, .directories = {"k=1", "k=1/l=2"}};
  intent.moves = {{"a.parquet"}, {"k=1/b.parquet"}, {"k=1/l=2/c.parquet"}};
  write_intent(place.publication(), intent);
  return intent;
}

const Tree kAppended{{"old.parquet", "old"}, {"a.parquet", "a"}, {"k=1/", ""},
                     {"k=1/b.parquet", "b"}, {"k=1/l=2/", ""},   {"k=1/l=2/c.parquet", "c"}};

Intent begin_swaps(const Place& place) {
  fill(place.out("k=1/old.parquet"), "old");
  fill(place.out("k=2/old.parquet"), "stays");
  fill(place.data("k=1/new.parquet"), "new 1");
  fill(place.data("k=3/l=1/new.parquet"), "new 3");
  Intent intent{.mode = PublishMode::overwrite_partitions, .directories = {"k=3"}};
  intent.swaps = {swap_of(place.publication(), "k=1"), swap_of(place.publication(), "k=3/l=1")};
  write_intent(place.publication(), intent);
  return intent;
}

const Tree kSwapped{
    {"k=1/", ""},     {"k=1/new.parquet", "new 1"},    {"k=2/", ""}, {"k=2/old.parquet", "stays"}, {"k=3/", ""},
    {"k=3/l=1/", ""}, {"k=3/l=1/new.parquet", "new 3"}};

Intent begin_overwrite(const Place& place) {
  fill(place.out("old.parquet"), "old");
  fill(place.out("k=1/old.parquet"), "old");
  fill(place.data("k=2/new.parquet"), "new");
  Intent intent{.mode = PublishMode::overwrite, .swaps = {swap_of(place.publication(), ".")}};
  write_intent(place.publication(), intent);
  return intent;
}

const Tree kOverwritten{{"k=2/", ""}, {"k=2/new.parquet", "new"}};

TEST(Publication, IntentsAreCarriedOut) {
  for (const auto& [begin, result] : {std::pair(&begin_append, kAppended), std::pair(&begin_swaps, kSwapped),
                                      std::pair(&begin_overwrite, kOverwritten)})
    for (const bool sync : {false, true}) {
      const Place place;
      const Intent intent = begin(place);
      ASSERT_TRUE(read_intent(place.publication().staging, "out"));
      Publication publication = place.publication();
      publication.sync = sync;
      check_intent(publication, intent);
      carry_out(publication, intent);
      EXPECT_EQ(tree_of(place.out()), result);
      EXPECT_EQ(tree_of(place.staged()), Tree());
      carry_out(publication, intent);  // whoever was killed behind the last step finds all of it done
      EXPECT_EQ(tree_of(place.out()), result);
    }
}

// The state behind each call of the system is one in which another run may find it.
TEST(Publication, IsCompletedFromWhereverItWasCutOff) {
  const std::function<void(const Place&)> append_steps[] = {
      [](const Place& place) { fs::create_directory(place.out("k=1")); },
      [](const Place& place) { fs::create_directory(place.out("k=1/l=2")); },
      [](const Place& place) { fs::rename(place.data("a.parquet.part"), place.out("a.parquet")); },
      [](const Place& place) {  // by link and unlink
        fs::create_hard_link(place.data("k=1/b.parquet.part"), place.out("k=1/b.parquet"));
      },
      [](const Place& place) { fs::remove(place.data("k=1/b.parquet.part")); },
      [](const Place& place) { fs::rename(place.data("k=1/l=2/c.parquet.part"), place.out("k=1/l=2/c.parquet")); },
      [](const Place& place) { fs::remove(place.data("k=1/l=2")); },
      [](const Place& place) { fs::remove_all(place.data()); },
  };
  for (size_t steps = 0; steps <= std::size(append_steps); ++steps) {
    const Place place;
    const Intent intent = begin_append(place);
    for (size_t i = 0; i < steps; ++i) append_steps[i](place);
    ASSERT_TRUE(is_pending(place.publication(), intent));
    roll_forward(place.publication(), intent);
    EXPECT_EQ(tree_of(place.out()), kAppended) << steps;
    EXPECT_EQ(tree_of(place.staged()), Tree()) << steps;
  }
  const auto exchange = [](const std::string& a, const std::string& b) {
    ASSERT_EQ(exchange_names(AT_FDCWD, a, AT_FDCWD, b), 0);
  };
  const std::function<void(const Place&)> swap_steps[] = {
      [](const Place& place) { fs::create_directory(place.out("k=3")); },
      [&](const Place& place) { exchange(place.data("k=1"), place.out("k=1")); },
      [](const Place& place) { fs::rename(place.data("k=3/l=1"), place.out("k=3/l=1")); },
      [](const Place& place) { fs::remove(place.data("k=1/old.parquet")); },
      [](const Place& place) { fs::remove(place.data("k=1")); },
      [](const Place& place) { fs::remove_all(place.data()); },
  };
  for (size_t steps = 0; steps <= std::size(swap_steps); ++steps) {
    const Place place;
    const Intent intent = begin_swaps(place);
    for (size_t i = 0; i < steps; ++i) swap_steps[i](place);
    ASSERT_TRUE(is_pending(place.publication(), intent));
    roll_forward(place.publication(), intent);
    EXPECT_EQ(tree_of(place.out()), kSwapped) << steps;
    EXPECT_EQ(tree_of(place.staged()), Tree()) << steps;
  }
  const std::function<void(const Place&)> overwrite_steps[] = {
      [&](const Place& place) { exchange(place.data(), place.out()); },
      [](const Place& place) { fs::remove(place.data("old.parquet")); },
      [](const Place& place) { fs::remove_all(place.data()); },
  };
  for (size_t steps = 1; steps <= std::size(overwrite_steps); ++steps) {
    const Place place;
    const Intent intent = begin_overwrite(place);
    for (size_t i = 0; i < steps; ++i) overwrite_steps[i](place);
    ASSERT_TRUE(is_pending(place.publication(), intent)) << steps;
    roll_forward(place.publication(), intent);
    EXPECT_EQ(tree_of(place.out()), kOverwritten) << steps;
    EXPECT_EQ(tree_of(place.staged()), Tree()) << steps;
  }
}

TEST(Publication, AWholeOverwriteThatHadNotBegunIsNobodysToFinish) {
  const Place place;
  const Intent intent = begin_overwrite(place);
  EXPECT_FALSE(is_pending(place.publication(), intent));
  fs::remove_all(place.out());
  EXPECT_FALSE(is_pending(place.publication(), intent));
}

TEST(Publication, AnAppendToWhatIsGoneIsNobodysToFinish) {
  const Place place;
  const Intent intent = begin_append(place);
  fs::remove_all(place.out());
  EXPECT_FALSE(is_pending(place.publication(), intent));
}

// By whoever has taken the file into another one since.
TEST(Publication, WhatWasMovedMayBeGoneByThen) {
  const Place place;
  const Intent intent = begin_append(place);
  fs::remove(place.data("a.parquet.part"));
  EXPECT_THAT(code_of([&] { carry_out(place.publication(), intent); }), HasSubstr("corrupt: out/a.parquet is gone"));
  roll_forward(place.publication(), intent);
  Tree expected = kAppended;
  expected.erase("a.parquet");
  EXPECT_EQ(tree_of(place.out()), expected);
}

TEST(Publication, NeverReplacesWhatOthersHavePutThere) {
  {
    const Place place;
    const Intent intent = begin_append(place);
    fill(place.out("k=1/b.parquet"), "theirs");
    EXPECT_THAT(code_of([&] { check_intent(place.publication(), intent); }),
                HasSubstr("conflict: out/k=1/b.parquet exists"));
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }),
                HasSubstr("conflict: out/k=1/b.parquet exists"));
    EXPECT_EQ(read_file(place.out("k=1/b.parquet")), "theirs");
    EXPECT_TRUE(read_intent(place.publication().staging, "out"));
  }
  {
    const Place place;
    const Intent intent = begin_swaps(place);
    fill(place.out("k=3/l=1/theirs.parquet"), "theirs");
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("has changed since"));
    EXPECT_EQ(read_file(place.out("k=3/l=1/theirs.parquet")), "theirs");
    EXPECT_TRUE(fs::exists(place.data("k=3/l=1/new.parquet")));
  }
  {
    const Place place;
    const Intent intent = begin_overwrite(place);
    fill(place.out("theirs.parquet"), "theirs");
    EXPECT_THAT(code_of([&] { carry_out(place.publication(), intent); }), HasSubstr("out has changed since"));
    EXPECT_EQ(read_file(place.out("theirs.parquet")), "theirs");
  }
  const Place place;
  const Intent intent = begin_swaps(place);
  fs::remove_all(place.out("k=1"));
  EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("out/k=1 has changed since"));
}

// --- what others do between the intent and the exchange

Tree with(Tree tree, const Tree& more) {
  tree.insert(more.begin(), more.end());
  return tree;
}

/// In a directory that is about to be replaced.
void others_come(const Place& place) {
  fill(place.out("k=1/theirs.parquet"), "theirs");
  fill(place.out("k=1/notes.txt"), "theirs");
  fs::create_directory(place.out("k=1/empty"));
  fs::rename(place.out("k=1/old.parquet"), place.out("k=1/moved.parquet"));  // its rows have been replaced
}

const Tree kTheirs{{"k=1/", ""}, {"k=1/notes.txt", "theirs"}, {"k=1/theirs.parquet", "theirs"}};

int cannot_exchange(int, const std::string&, int, const std::string&) { return EINVAL; }

// Every Parquet file below the old directory was removed with it, and what was none stayed behind in hiding.
TEST(Publication, WhatComesBehindTheIntentComesToTheNew) {
  for (const auto exchange : {exchange_names, cannot_exchange}) {
    const Place place;
    Intent intent = begin_overwrite(place);
    intent.allow_window = true;
    Publication publication = place.publication();
    publication.exchange = exchange;
    others_come(place);
    EXPECT_THAT(code_of([&] { check_intent(publication, intent); }), HasSubstr("notes.txt is no Parquet file"));
    carry_out(publication, intent);  // it came behind the check
    EXPECT_EQ(tree_of(place.out()), with(kOverwritten, kTheirs));
    EXPECT_EQ(tree_of(place.staged()), Tree());
  }
  const Place place;
  const Intent intent = begin_swaps(place);
  others_come(place);
  carry_out(place.publication(), intent);  // a partition may get more: a refusal would stand in everybody's way
  EXPECT_EQ(tree_of(place.out()), with(kSwapped, kTheirs));
  EXPECT_EQ(tree_of(place.staged()), Tree());
}

// Whatever was made beside the new files, and whatever was not, and with all of it on the device.
TEST(Publication, WhatComesFindsOrMakesItsDirectory) {
  const Place place;
  Intent intent = begin_overwrite(place);
  fill(place.out("k=2/theirs.parquet"), "theirs");
  fill(place.out("k=3/l=1/theirs.parquet"), "theirs");
  intent.swaps[0].replaced_mtime = swap_of(place.publication(), ".").replaced_mtime;
  Publication publication = place.publication();
  publication.sync = true;
  carry_out(publication, intent);
  EXPECT_EQ(
      tree_of(place.out()),
      with(kOverwritten,
           {{"k=2/theirs.parquet", "theirs"}, {"k=3/", ""}, {"k=3/l=1/", ""}, {"k=3/l=1/theirs.parquet", "theirs"}}));
  EXPECT_EQ(tree_of(place.staged()), Tree());
}

// Not beside the new file of its name, nor beside new files that have the rows of the old one.
TEST(Publication, WhatComesUnderAKnownNameIsKeptApart) {
  const Place place;
  fill(place.out("k=1/old.parquet"), "old");
  fill(place.out("k=1/along.parquet"), "stays");
  fill(place.data("k=1/new.parquet"), "new");
  fs::create_hard_link(place.out("k=1/along.parquet"), place.data("k=1/along.parquet"));
  const Intent intent{.mode = PublishMode::overwrite, .swaps = {swap_of(place.publication(), ".")}};
  write_intent(place.publication(), intent);
  fill(place.out("k=1/new.parquet"), "their new");
  fill(place.path() + "/other", "their old");
  fs::rename(place.path() + "/other", place.out("k=1/old.parquet"));
  write_file(place.out("k=1/along.parquet"), "written to in both");
  carry_out(place.publication(), intent);
  EXPECT_EQ(tree_of(place.out()),
            (Tree{{"k=1/", ""}, {"k=1/along.parquet", "written to in both"}, {"k=1/new.parquet", "new"}}));
  EXPECT_EQ(tree_of(place.staged()), (Tree{{"arrivals/", ""},
                                           {"arrivals/k=1/", ""},
                                           {"arrivals/k=1/new.parquet", "their new"},
                                           {"arrivals/k=1/old.parquet", "their old"}}));
}

// The state behind each call of the system, as above.
TEST(Publication, WhatComesIsBroughtFromWhereverThatWasCutOff) {
  const std::function<void(const Place&)> steps[] = {
      [](const Place& place) { ASSERT_EQ(exchange_names(AT_FDCWD, place.data(), AT_FDCWD, place.out()), 0); },
      [](const Place& place) { fs::remove(place.data("k=1/moved.parquet")); },
      [](const Place& place) { fs::create_directory(place.out("k=1")); },
      [](const Place& place) {  // by link and unlink
        fs::create_hard_link(place.data("k=1/theirs.parquet"), place.out("k=1/theirs.parquet"));
      },
      [](const Place& place) { fs::remove(place.data("k=1/theirs.parquet")); },
      [](const Place& place) { fs::create_directory(place.staged("arrivals")); },
      [](const Place& place) { fs::rename(place.data("old.parquet"), place.staged("arrivals/old.parquet")); },
      [](const Place& place) { fs::rename(place.data("k=1/notes.txt"), place.out("k=1/notes.txt")); },
      [](const Place& place) { fs::remove_all(place.data()); },
  };
  for (size_t count = 1; count <= std::size(steps); ++count) {
    const Place place;
    const Intent intent = begin_overwrite(place);
    others_come(place);
    write_file(place.out("old.parquet"), "theirs");
    for (size_t i = 0; i < count; ++i) steps[i](place);
    ASSERT_TRUE(is_pending(place.publication(), intent)) << count;
    roll_forward(place.publication(), intent);
    EXPECT_EQ(tree_of(place.out()), with(kOverwritten, kTheirs)) << count;
    EXPECT_EQ(tree_of(place.staged()), (Tree{{"arrivals/", ""}, {"arrivals/old.parquet", "theirs"}})) << count;
  }
}

// Spark and others write to `_temporary` and rename what is finished: it was known, and went with the old files, though
// no reader had seen a row of it.
TEST(Publication, WhatWasHiddenAndGetsANameIsNew) {
  const Place place;
  fill(place.out("_temporary/x.parquet"), "theirs");
  fill(place.out("_temporary/stays.parquet"), "hidden");
  const Intent intent = begin_overwrite(place);
  fs::rename(place.out("_temporary/x.parquet"), place.out("k=1/x.parquet"));
  carry_out(place.publication(), intent);
  EXPECT_EQ(tree_of(place.out()), with(kOverwritten, {{"k=1/", ""}, {"k=1/x.parquet", "theirs"}}));
  EXPECT_EQ(tree_of(place.staged()), Tree());
}

// It was taken for a new one and moved as a whole: with the old rows, which the new files have too.
TEST(Publication, ADirectoryOfAnotherNameHasTheOldFilesYet) {
  const Place place;
  fill(place.out("y=1/m=1/old.parquet"), "old");
  const Intent intent = begin_overwrite(place);
  fs::rename(place.out("y=1/m=1"), place.out("y=1/m=9"));
  fill(place.out("y=1/m=9/theirs.parquet"), "theirs");
  carry_out(place.publication(), intent);
  EXPECT_EQ(tree_of(place.out()),
            with(kOverwritten, {{"y=1/", ""}, {"y=1/m=9/", ""}, {"y=1/m=9/theirs.parquet", "theirs"}}));
  EXPECT_EQ(tree_of(place.staged()), Tree());
}

// A run at work inside of the directory holds a lock on its own, and a dead one can be recovered only where it is.
TEST(Publication, WorkInProgressOfOthersMovesAsAWhole) {
  const Place place;
  const std::string name = "k=1/.l=1.sluice-0123456789abcdef";
  fill(place.out(name + "/data/a.parquet"), "theirs");
  const auto inode = [&] {
    struct stat status {};
    EXPECT_EQ(::stat(place.out(name).c_str(), &status), 0);
    return status.st_ino;
  };
  const auto before = inode();
  carry_out(place.publication(), begin_overwrite(place));
  EXPECT_EQ(inode(), before);
  EXPECT_EQ(tree_of(place.out()),
            with(kOverwritten,
                 {{"k=1/", ""}, {name + "/", ""}, {name + "/data/", ""}, {name + "/data/a.parquet", "theirs"}}));
}

// Also where its name is taken: half of it here and half there would be nobody's to recover.
TEST(Publication, WorkInProgressWhoseNameIsTakenMovesToTheArrivals) {
  const Place place;
  const std::string name = "k=2/.l=1.sluice-0123456789abcdef";
  fill(place.out(name + "/data/a.parquet"), "theirs");
  fill(place.data(name + "/data/b.parquet"), "taken");
  carry_out(place.publication(), begin_overwrite(place));
  EXPECT_EQ(tree_of(place.out(name)), (Tree{{"data/", ""}, {"data/b.parquet", "taken"}}));
  EXPECT_EQ(tree_of(place.staged("arrivals/" + name)), (Tree{{"data/", ""}, {"data/a.parquet", "theirs"}}));
}

// What is known is known by the intent alone: whoever cleaned up without it would take what is left for the run's own.
TEST(Publication, TheIntentStaysWhileSomethingOfTheOldDoes) {
  const Place place;
  const Intent intent = begin_overwrite(place);
  write_file(place.out("k=1/old.parquet"), "theirs");
  write_file(place.staged("arrivals"), "where a directory is to be");
  carry_out(place.publication(), intent);
  EXPECT_EQ(tree_of(place.data()), (Tree{{"k=1/", ""}, {"k=1/old.parquet", "theirs"}}));
  ASSERT_TRUE(read_intent(place.publication().staging, "out"));
  EXPECT_TRUE(must_be_completed(place.publication(), intent));
  fs::remove(place.staged("arrivals"));
  roll_forward(place.publication(), intent);
  EXPECT_EQ(tree_of(place.staged()),
            (Tree{{"arrivals/", ""}, {"arrivals/k=1/", ""}, {"arrivals/k=1/old.parquet", "theirs"}}));
}

// --- what is not what was noted

/// As a restored backup has it: everything under another inode.
void replace_by_a_copy(const Place& place, const std::string& path) {
  fs::rename(path, place.path() + "/aside");  // stays, so that nobody gets its inode
  fs::copy(place.path() + "/aside", path, fs::copy_options::recursive);
  fs::rename(place.path() + "/aside", place.path() + "/aside of " + std::string(fs::path(path).filename()));
}

// What was not the noted inode was taken for the old directory: all files of it were unknown, and moved into the
// destination, which had the old rows and the new ones then.
TEST(Publication, OfCopiesNobodyKnowsWhetherTheyWereExchanged) {
  for (const bool is_exchanged : {false, true}) {
    const Place place;
    const Intent intent = begin_overwrite(place);
    if (is_exchanged) {
      ASSERT_EQ(exchange_names(AT_FDCWD, place.data(), AT_FDCWD, place.out()), 0);
    }
    replace_by_a_copy(place, place.staged("data"));
    replace_by_a_copy(place, place.path() + "/out");
    const Tree staged = tree_of(place.staged());
    const Tree out = tree_of(place.out());
    EXPECT_FALSE(is_pending(place.publication(), intent));
    EXPECT_FALSE(must_be_completed(place.publication(), intent));
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("neither what it wrote nor"));
    EXPECT_EQ(tree_of(place.staged()), staged);
    EXPECT_EQ(tree_of(place.out()), out);
  }
  // Partitions are not published, and recover must not show as new what they may have replaced.
  const Place place;
  const Intent intent = begin_swaps(place);
  fs::create_directory(place.out("k=3"));
  replace_by_a_copy(place, place.staged("data"));
  const Tree staged = tree_of(place.staged());
  const Tree out = tree_of(place.out());
  EXPECT_FALSE(must_be_completed(place.publication(), intent));
  EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("left for out/k=1 is neither"));
  EXPECT_EQ(tree_of(place.staged()), staged);
  EXPECT_EQ(tree_of(place.out()), out);
}

// The numbers of devices are given anew when the machine is started.
TEST(Publication, AFileSystemMayGetAnotherNumber) {
  for (const bool is_exchanged : {false, true}) {
    const Place place;
    Intent intent = begin_overwrite(place);
    Intent::Swap& swap = intent.swaps[0];
    swap.device = swap.replaced_device += 1;
    for (auto& [path, stamp] : swap.old) stamp.device += 1;
    if (is_exchanged) {
      ASSERT_EQ(exchange_names(AT_FDCWD, place.data(), AT_FDCWD, place.out()), 0);
    }
    EXPECT_EQ(is_pending(place.publication(), intent), is_exchanged);
    roll_forward(place.publication(), intent);
    EXPECT_EQ(tree_of(place.out()), kOverwritten);
    EXPECT_EQ(tree_of(place.staged()), Tree());
  }
}

// --- what the file system cannot do, and what is in the way

TEST(Publication, AWindowIsForThoseWhoAllowIt) {
  for (const auto& [begin, result] : {std::pair(&begin_swaps, kSwapped), std::pair(&begin_overwrite, kOverwritten)}) {
    const Place place;
    Intent intent = begin(place);
    Publication publication = place.publication();
    publication.exchange = cannot_exchange;
    EXPECT_FALSE(can_exchange(publication));
    EXPECT_THAT(code_of([&] { carry_out(publication, intent); }), HasSubstr("unsupported: "));
    intent.allow_window = true;
    carry_out(publication, intent);
    EXPECT_EQ(tree_of(place.out()), result);
    EXPECT_EQ(tree_of(place.staged()), Tree());
    EXPECT_TRUE(can_exchange(place.publication()));
  }
  // Killed in the window.
  const Place place;
  Intent intent = begin_overwrite(place);
  intent.allow_window = true;
  fs::rename(place.out(), place.staged("old-0"));
  EXPECT_TRUE(is_pending(place.publication(), intent));
  roll_forward(place.publication(), intent);
  EXPECT_EQ(tree_of(place.out()), kOverwritten);
  EXPECT_EQ(tree_of(place.staged()), Tree());
}

// Somebody has made the destination in the window, and what was to come there has gone elsewhere (recover -o).
TEST(Publication, TheOldStaysWhereTheNewHasNotCome) {
  const Place place;
  Intent intent = begin_overwrite(place);
  intent.allow_window = true;
  fs::rename(place.out(), place.staged("old-0"));
  fill(place.out("theirs.parquet"), "theirs");
  EXPECT_FALSE(is_pending(place.publication(), intent));
  fs::rename(place.data(), place.path() + "/elsewhere");
  roll_forward(place.publication(), intent);
  EXPECT_EQ(read_file(place.staged("old-0/k=1/old.parquet")), "old");
  EXPECT_EQ(tree_of(place.out()), (Tree{{"theirs.parquet", "theirs"}}));
}

TEST(Publication, LinksAreNotFollowed) {
  TemporaryDirectory other;
  {
    const Place place;
    const Intent intent = begin_append(place);
    fs::create_directory_symlink(other.path(), place.out("k=1"));
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("conflict: out/k=1 is not a"));
  }
  {
    const Place place;
    const Intent intent = begin_append(place);
    fs::rename(place.out(), other / "real");
    fs::create_directory_symlink(other / "real", place.path() + "/out");
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("conflict: out is not a"));
  }
  EXPECT_EQ(tree_of(other.path()), (Tree{{"real/", ""}, {"real/old.parquet", "old"}}));
}

TEST(Publication, OnlyParquetAndLeftoversMayBeReplaced) {
  const Place place;
  fill(place.out("a.parquet"), "a");
  fill(place.out("k=1/.a.parquet"), "a");
  fill(place.out(".sluice-0123456789abcdef/run"), "ours");
  fill(place.out("k=1/.x.sluice-0123456789abcdef/data/a.part"), "ours");
  fs::create_directory(place.out("empty"));
  const Descriptor out(::open(place.out().c_str(), O_RDONLY | O_DIRECTORY));
  const auto verdict = [&] { return code_of([&] { check_replaceable(out.get(), "out"); }); };
  EXPECT_EQ(verdict(), "went well");
  for (const std::string name : {"_SUCCESS", "k=1/a.parquet.crc", ".git/config", ".sluice-0123456789abcde/run"}) {
    fill(place.out(name), "theirs");
    EXPECT_EQ(verdict(), "conflict: out/" + name + " is no Parquet file, and would go with out");
    fs::remove(place.out(name));
  }
  fs::create_symlink("a.parquet", place.out("b.parquet"));
  EXPECT_THAT(verdict(), HasSubstr("out/b.parquet is no"));
}

}  // namespace
}  // namespace sluice::publication_test
