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
  for (const std::string changed : {"k=1/theirs.parquet", "k=3/l=1/theirs.parquet"}) {
    const Place place;
    const Intent intent = begin_swaps(place);
    fill(place.out(changed), "theirs");
    EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("has changed since")) << changed;
    EXPECT_EQ(read_file(place.out(changed)), "theirs");
    EXPECT_TRUE(fs::exists(place.data("k=3/l=1/new.parquet")));
  }
  const Place place;
  const Intent intent = begin_swaps(place);
  fs::remove_all(place.out("k=1"));
  EXPECT_THAT(code_of([&] { roll_forward(place.publication(), intent); }), HasSubstr("out/k=1 has changed since"));
}

TEST(Publication, WhatIsNoParquetOutlivesTheReplacedDirectory) {
  const Place place;
  const Intent intent = begin_overwrite(place);
  fill(place.out("k=1/notes.txt"), "theirs");
  EXPECT_THAT(code_of([&] { check_intent(place.publication(), intent); }),
              HasSubstr("out/k=1/notes.txt is no Parquet file"));
  carry_out(place.publication(), intent);  // it came behind the check
  EXPECT_EQ(tree_of(place.out()), kOverwritten);
  EXPECT_EQ(tree_of(place.data()), (Tree{{"k=1/", ""}, {"k=1/notes.txt", "theirs"}}));
}

int cannot_exchange(int, const std::string&, int, const std::string&) { return EINVAL; }

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
