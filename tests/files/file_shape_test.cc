// Files whose columns are not quite those that are wanted: parts of structs, narrower types, columns that a file lacks.
#include "files/file_shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "files/file_groups.h"
#include "files/scan.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"

namespace sluice::file_shape_test {
namespace {

using test::make_fixed;
using test::make_int64;
using test::make_struct;
using test::make_text;
using ::testing::ElementsAre;

class FileShapes : public ::testing::Test {
 protected:
  FileShapes() {
    const Schema schema =
        parse_schema("id int32, user struct<name string, age int8, home struct<city string>>, x date");
    const std::string path = folder_ / "a.parquet";
    FileWriter writer(path, schema, {.sync = false});
    const Type user = schema[1].type;
    const std::vector<bool> there{true, false, true};
    const Type home = user.children()[2].type;
    writer.write(Batch(std::make_shared<const Schema>(schema),
                       {make_fixed<int32_t>(int32(), {1, std::nullopt, 3}),
                        make_struct(user,
                                    {make_text(string(), {"Ada", "-", "Bob"}), make_fixed<int8_t>(int8(), {36, 0, 41}),
                                     make_struct(home, {make_text(string(), {"Rome", "-", "Oslo"})}, there)},
                                    there),
                        make_fixed<int32_t>(date(), {10, 11, 12})},
                       3));
    writer.close();
    file_ = StoredFile::open(path, {});
  }

  std::shared_ptr<const FileShape> shape_of(const std::string& wanted, std::vector<std::optional<Column>> constants) {
    return std::make_shared<const FileShape>(*file_, std::make_shared<const Schema>(parse_schema(wanted)),
                                             std::move(constants));
  }

  /// A text for each row, "1|2".
  std::vector<std::string> read(const std::string& wanted, std::vector<std::optional<Column>> constants = {},
                                const SelectOptions& select = {}, const ReadOptions& options = {}) {
    ScanPlan plan = plan_scan(parse_schema(wanted), select);
    auto shape = std::make_shared<const FileShape>(*file_, plan.read_schema, std::move(constants));
    const auto stream = scan(std::make_unique<FileGroups>(file_, shape), std::move(plan), options);
    std::vector<std::string> rows;
    while (const auto next = stream->next())
      for (int64_t row = 0; row < next->batch.rows(); ++row) {
        std::string text;
        for (const Column& column : next->batch.columns()) text += (text.empty() ? "" : "|") + test::show(column, row);
        rows.push_back(text);
      }
    return rows;
  }

  const test::TemporaryDirectory folder_;
  std::shared_ptr<const StoredFile> file_;
};

TEST_F(FileShapes, ColumnsStandAsTheyAreWanted) {
  EXPECT_THAT(read("x date, id int32"), ElementsAre("10|1", "11|null", "12|3"));
  EXPECT_THAT(read("id int64, user struct<age int32>"), ElementsAre("1|{36}", "null|null", "3|{41}"));
}

TEST_F(FileShapes, WhatAFileLacksIsNull) {
  EXPECT_THAT(read("none string, id int32, gone list<int64>"),
              ElementsAre("null|1|null", "null|null|null", "null|3|null"));
  EXPECT_THAT(read("user struct<tags list<string>, age int8, home struct<zip string, city string>>"),
              ElementsAre("{null,36,{null,'Rome'}}", "null", "{null,41,{null,'Oslo'}}"));
}

// Whether the struct is there still has to be read.
TEST_F(FileShapes, AStructOfWhichNothingIsWantedIsStillThere) {
  EXPECT_THAT(read("user struct<tags int64>"), ElementsAre("{null}", "null", "{null}"));
  EXPECT_EQ(shape_of("user struct<tags int64>", {})->columns()[0].leaves.size(), 1u);
}

TEST_F(FileShapes, ConstantsCountWhereTheFileHasNoSuchColumn) {
  const std::optional<Column> year = make_int64({2026});
  EXPECT_THAT(read("year int64, id int64", {year, make_int64({7})}), ElementsAre("2026|1", "2026|null", "2026|3"));
}

bool has_dictionary(const Column& column) {
  return column.dictionary || std::ranges::any_of(column.children, has_dictionary);
}

// Constants and wide nulls are made in dictionary form: whoever does not want that must not see it there either.
TEST_F(FileShapes, WhatFilesLackIsPlainWhereDictionariesAreNotWanted) {
  const std::string wanted = "id int64, kind string, code fixed(40), user struct<tag fixed(300), age int8>, at date";
  const std::vector<std::optional<Column>> constants{
      {}, make_text(string(), {"x"}), {}, {}, make_fixed<int32_t>(date(), {7})};
  for (const bool dictionaries : {true, false}) {
    ScanPlan plan = plan_scan(parse_schema(wanted), {.where = parse_predicate("kind = 'x' and code is null")});
    auto shape = std::make_shared<const FileShape>(*file_, plan.read_schema, constants);
    const ReadOptions options{.dictionaries = dictionaries};
    const auto stream = scan(std::make_unique<FileGroups>(file_, shape), std::move(plan), options);
    const Batch batch = stream->next().value().batch;
    EXPECT_EQ(std::ranges::any_of(batch.columns(), has_dictionary), dictionaries);
    EXPECT_EQ(test::show_all(batch.column(1)), (std::vector<std::string>{"'x'", "'x'", "'x'"}));
    EXPECT_EQ(test::show_all(batch.column(2)), (std::vector<std::string>{"null", "null", "null"}));
    EXPECT_EQ(test::show_all(batch.column(3)), (std::vector<std::string>{"{null,36}", "null", "{null,41}"}));
    EXPECT_EQ(test::show_all(batch.column(4)), (std::vector<std::string>{"7", "7", "7"}));
  }
}

TEST_F(FileShapes, ConditionsAskOfWhatComesOut) {
  const std::string wanted = "id int64, user struct<age int64, tags string>, year int64, none int64";
  const std::vector<std::optional<Column>> constants{{}, {}, make_int64({2026}), {}};
  const auto rows_where = [&](const std::string& where) {
    const SelectOptions select{.where = parse_predicate(where)};
    const std::vector<std::string> pruned = read(wanted, constants, select);
    EXPECT_EQ(pruned, read(wanted, constants, select, {.prune = false})) << where;
    return pruned.size();
  };
  EXPECT_EQ(rows_where("id > 1"), 1u);
  EXPECT_EQ(rows_where("id > 5000000000"), 0u);
  EXPECT_EQ(rows_where("user.age between 30 and 40"), 1u);
  EXPECT_EQ(rows_where("user.tags is null"), 3u);
  EXPECT_EQ(rows_where("user is null"), 1u);
  EXPECT_EQ(rows_where("year = 2026"), 3u);
  EXPECT_EQ(rows_where("year = 2025"), 0u);
  EXPECT_EQ(rows_where("year = 2026 and id = 3"), 1u);
  EXPECT_EQ(rows_where("none is null and id is null"), 1u);
  EXPECT_EQ(rows_where("none = 1 or year = 2026 and user.age = 36"), 1u);
}

TEST_F(FileShapes, LeavesAreFoundThroughStructs) {
  const auto shape = shape_of("none int64, user struct<tags int64, home struct<city string>, age int8>, id int32", {});
  using Steps = std::vector<size_t>;
  EXPECT_EQ(shape->leaf_at(Steps{0}), std::nullopt);
  EXPECT_EQ(shape->leaf_at(Steps{1, 0}), std::nullopt);
  EXPECT_EQ(shape->leaf_at(Steps{1, 1, 0}), 3u);
  EXPECT_EQ(shape->leaf_at(Steps{1, 2}), 2u);
  EXPECT_EQ(shape->leaf_at(Steps{2}), 0u);
  EXPECT_THAT(shape->columns()[1].leaves, ElementsAre(3, 2));
}

}  // namespace
}  // namespace sluice::file_shape_test
