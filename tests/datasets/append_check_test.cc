// What may come to a dataset: the same columns, whatever their order.

#include "datasets/append_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/dataset_files.h"
#include "sluice/error.h"

namespace sluice::append_check_test {
namespace {

using test::TemporaryDirectory;
using ::testing::HasSubstr;

std::string verdict(const std::string& path, const std::string& schema, const std::string& keys = "",
                    PublishMode mode = PublishMode::append) {
  PartitionOptions partitions;
  if (!keys.empty()) partitions.keys = parse_partition_keys(keys);
  try {
    check_append(path, parse_schema(schema), partitions, mode);
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.what();
  }
  return "fits";
}

void make_dataset(const std::string& path, const std::string& schema, const std::string& keys = "") {
  DatasetOptions options;
  options.file.sync = false;
  if (!keys.empty()) options.partitions.keys = parse_partition_keys(keys);
  const auto of = std::make_shared<const Schema>(parse_schema(schema));
  DatasetWriter writer(path, *of, options);
  if (!keys.empty()) writer.write(Batch(of, {test::make_int64({1}), test::make_int64({2})}, 1));
  writer.close();
}

TEST(AppendCheck, ColumnsMustBeTheSame) {
  TemporaryDirectory dir;
  const std::string path = dir / "out";
  make_dataset(path, "id int64 not null, name string, s struct<a int32>");
  const std::string same = "id int64 not null, name string, s struct<a int32>";
  EXPECT_EQ(verdict(path, same), "fits");
  EXPECT_EQ(verdict(path, "s struct<a int32>, name string, id int64 not null"), "fits");
  EXPECT_EQ(verdict(path, "id int64 not null, name string not null, s struct<a int32>"), "fits");
  EXPECT_EQ(verdict(path, "id int64, name string, s struct<a int32>"),
            "data: cannot append to " + path +
                ": column id is \"id int64 not null\" there, but \"id int64\" in the new rows");
  EXPECT_THAT(verdict(path, "id int32 not null, name string, s struct<a int32>"),
              HasSubstr("\"id int64 not null\" there, but \"id int32 not null\""));
  EXPECT_THAT(verdict(path, "id int64 not null, name string, s struct<a int64>"), HasSubstr("column s is "));
  EXPECT_THAT(verdict(path, "id int64 not null, name string"), HasSubstr("is not in the new rows"));
  EXPECT_THAT(verdict(path, same + ", more string"), HasSubstr("column \"more string\" is new"));
  EXPECT_THAT(verdict(path, same, "id"), HasSubstr("partitioned by nothing, and the new rows by id"));
  for (const PublishMode mode : {PublishMode::create, PublishMode::overwrite})
    EXPECT_EQ(verdict(path, "x int8", "", mode), "fits");
}

TEST(AppendCheck, KeysMustBeTheSame) {
  TemporaryDirectory dir;
  const std::string path = dir / "out";
  make_dataset(path, "k int64, v int64", "k");
  EXPECT_EQ(verdict(path, "k int64, v int64", "k"), "fits");
  EXPECT_EQ(verdict(path, "k int64, v int64", "k", PublishMode::overwrite_partitions), "fits");
  EXPECT_EQ(verdict(path, "v int64, k int32", "k"), "fits");
  EXPECT_THAT(verdict(path, "k string, v int64", "k"), HasSubstr("column k is "));
  EXPECT_THAT(verdict(path, "k int64, v int64"), HasSubstr("partitioned by k, and the new rows by nothing"));
  EXPECT_THAT(verdict(path, "k int64, v int64", "k, v"), HasSubstr("partitioned by k, and the new rows by k, v"));
  EXPECT_THAT(verdict(path, "at date, v int64", "year(at)"), HasSubstr("by year"));
  // Of a finished file, whose directory has the keys.
  check_append(path, parse_schema("v int64"), std::vector<std::string>{"k"});
  EXPECT_THROW(check_append(path, parse_schema("w int64"), std::vector<std::string>{"k"}), Error);
}

TEST(AppendCheck, WhereNothingIsAnythingMayCome) {
  TemporaryDirectory dir;
  EXPECT_EQ(verdict(dir / "absent", "x int8"), "fits");
  std::filesystem::create_directories(dir / "empty/k=1/.hidden");
  test::write_file(dir / "empty/k=1/.hidden/a.parquet", "no Parquet");
  test::write_file(dir / "empty/_a.parquet", "no Parquet");
  EXPECT_EQ(verdict(dir / "empty", "x int8"), "fits");
  test::write_file(dir / "empty/a.parquet", "no Parquet");
  EXPECT_THAT(verdict(dir / "empty", "x int8"), HasSubstr("corrupt: "));
}

TEST(AppendCheck, RunIds) {
  check_run_id("");
  check_run_id(std::string(1024, 'a'));
  EXPECT_THROW(check_run_id(std::string(1025, 'a')), Error);
  EXPECT_THROW(check_run_id("\xFF"), Error);
}

}  // namespace
}  // namespace sluice::append_check_test
