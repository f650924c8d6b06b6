// Dictionaries that are of no use.
#include "files/verify_dictionary.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sluice/error.h"
#include "support/findings.h"
#include "support/plain_file.h"

namespace sluice::verify_dictionary_test {
namespace {

using Words = std::vector<std::string>;

/// Of dictionaries; the files have no statistics and indexes, either.
Words notes_of(test::PlainFile& file) {
  const test::TemporaryDirectory folder;
  file.write(folder / "a.parquet");
  EXPECT_EQ(test::errors_of(folder / "a.parquet"), Words());
  Words notes = test::notes_of(folder / "a.parquet");
  std::erase_if(notes, [](const std::string& note) { return note.find("dictionar") == std::string::npos; });
  return notes;
}

TEST(VerifyDictionary, SaysNothingOfGoodOnes) {
  test::PlainFile file;
  file.add_dictionary({10, 20, 30});
  file.add_positions({0, 1});
  file.add_positions({2, 2, 0});
  file.add_plain({10, 40});
  EXPECT_EQ(notes_of(file), Words());
  test::PlainFile none;
  none.add_plain({1, 2, 3});
  EXPECT_EQ(notes_of(none), Words());
}

TEST(VerifyDictionary, FindsOneThatNoPageUses) {
  test::PlainFile file;
  file.add_dictionary({10, 20, 30});
  file.add_plain({10, 20});
  EXPECT_EQ(notes_of(file), Words{"idle_dictionary: 1 of 1 column chunks have a dictionary that no data page uses, "
                                  "the first in row group 0, column a"});
}

TEST(VerifyDictionary, FindsEntriesThatNoValueHas) {
  test::PlainFile file;
  file.add_dictionary({10, 20, 30, 40});
  file.add_positions({0, 2});
  file.add_positions({2});
  EXPECT_EQ(notes_of(file),
            Words{"dictionary_entries: 1 of 1 column chunks have entries in their dictionaries that nobody needs; the "
                  "first, row group 0, column a, has 4 entries: 2 without a value, 0 there before"});
}

TEST(VerifyDictionary, FindsEntriesThatAreThereTwice) {
  test::PlainFile file;
  file.add_dictionary({10, 20, 10, 10});
  file.add_positions({0, 1, 2, 3});
  EXPECT_EQ(notes_of(file),
            Words{"dictionary_entries: 1 of 1 column chunks have entries in their dictionaries that nobody needs; the "
                  "first, row group 0, column a, has 4 entries: 0 without a value, 2 there before"});
}

TEST(VerifyDictionary, LeavesDamageToOthers) {
  test::PlainFile file;
  file.add_dictionary({10, 20});
  file.add_positions({0, 1, 2});
  const test::TemporaryDirectory folder;
  file.write(folder / "a.parquet");
  test::expect_one(test::errors_of(folder / "a.parquet"), "page: ");
}

}  // namespace
}  // namespace sluice::verify_dictionary_test
