// Rows that are not in the order that a file claims.
#include "files/verify_order.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sluice/file_writer.h"
#include "support/findings.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/rewritten_file.h"

namespace sluice::verify_order_test {
namespace {

using test::errors_of;
using test::expect_one;
using test::TemporaryDirectory;
using Numbers = std::vector<std::optional<int64_t>>;
using Texts = std::vector<std::optional<std::string>>;

const Schema& schema() {
  static const Schema kSchema = parse_schema("n int64, s struct<t string>, l list<int64>, b binary");
  return kSchema;
}

/// Row groups of four rows; the leaves are n, s.t, l[] and b.
std::vector<std::string> errors_with(const Numbers& n, const Texts& t, const std::vector<SortingColumn>& claims) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.parquet";
  const auto rows = static_cast<int64_t>(n.size());
  FileWriter writer(path, schema(), {.row_group_rows = 4, .sync = false, .runtime = test::verify_options().runtime});
  const std::vector<std::optional<int32_t>> sizes(n.size(), 1);
  const std::vector<bool> all(n.size(), true);
  writer.write(Batch(std::make_shared<const Schema>(schema()),
                     {test::make_int64(n), test::make_struct(schema()[1].type, {test::make_text(string(), t)}, all),
                      test::make_list({"element", int64()}, test::make_int64(n), sizes), test::make_text(binary(), t)},
                     rows));
  writer.close();
  test::rewrite_footer(path, [&](FileMetaData& file) {
    for (RowGroup& group : file.row_groups) group.sorting_columns = claims;
  });
  return errors_of(path);
}

TEST(VerifyOrder, BelievesWhatIsSo) {
  const Numbers n{1, 2, 2, std::nullopt, 0, 1, 1, 3};  // each row group for itself
  const Texts t{"z", "a", "b", "a", "a", "a", "", "b"};
  using Errors = std::vector<std::string>;
  EXPECT_EQ(errors_with(n, t, {{0, false, false}}), Errors());
  EXPECT_EQ(errors_with({5, 4, 4, std::nullopt}, {"", "", "", ""}, {{0, true, false}}), Errors());
  EXPECT_EQ(errors_with({std::nullopt, 4, 5, 5}, {"", "", "a", "b"}, {{0, false, true}, {1, false, true}}), Errors());
  EXPECT_EQ(errors_with({}, {}, {{0, false, false}}), Errors()) << "no rows at all";
}

TEST(VerifyOrder, NamesTheRowThatBreaksIt) {
  const Texts t{"a", "b", "c", "d", "e", "f", "g", "h"};
  expect_one(errors_with({1, 2, 3, 4, 5, 7, 6, 8}, t, {{0, false, false}}),
             "sorting_columns: column n: row 6 (6) belongs before row 5 (7), but the rows are declared as sorted by n");
  expect_one(errors_with({1, 2, 3, std::nullopt}, {"a", "b", "c", "d"}, {{0, false, true}}),
             "sorting_columns: column n: row 3 (null) belongs before row 2 (3)");
  expect_one(errors_with({1, 2, 2, 2}, {"a", "b", "c", "b"}, {{0, false, false}, {1, false, false}}),
             "sorting_columns: columns n, s.t: row 3 (2, \"b\") belongs before row 2 (2, \"c\")");
  EXPECT_EQ(errors_with({4, 3, 2, 1, 4, 3, 2, 1}, t, {{0, false, false}}).size(), 2) << "one of each row group";
}

TEST(VerifyOrder, LooksAtWhatStandsBeforeAnOrderItDoesNotKnow) {
  const Texts t{"a", "b", "c", "d"};
  EXPECT_EQ(errors_with({1, 3, 2, 4}, t, {{2, false, false}, {0, false, false}}), std::vector<std::string>())
      << "below a list";
  expect_one(errors_with({1, 3, 2, 4}, t, {{0, false, false}, {2, false, false}}), "sorting_columns: column n: row 2");
  expect_one(errors_with({1, 3, 2, 4}, t, {{0, false, false}, {0, true, false}}), "sorting_columns: column n: row 2");
}

TEST(VerifyOrder, FindsAColumnThatIsNotThere) {
  expect_one(errors_with({1}, {"a"}, {{0, false, false}, {7, false, false}}),
             "sorting_columns: the row group is said to be sorted by column 7, of 4");
  expect_one(errors_with({1}, {"a"}, {{-1, false, false}}), "sorting_columns: ");
}

}  // namespace
}  // namespace sluice::verify_order_test
