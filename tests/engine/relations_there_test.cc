// Rows that come to relations of earlier runs: a column or relation stays that of its field (docs/flattening.md,
// "Names").
#include "engine/relations_there.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "sluice/merge.h"
#include "sluice/write.h"
#include "sources/source_text.h"
#include "storage/temporary_directory.h"

namespace sluice::relations_there_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{1, 64_MiB});

template <typename Call>
std::string refusal(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

class RelationsThere : public testing::Test {
 protected:
  void write_records(const std::string& text, const std::string& name, bool rewrites = false) {
    write_file(folder_ / "in", text);
    write(Source{folder_ / "in", SourceFormat::ndjson}, path_, options_of(name, rewrites));
  }
  static WriteOptions options_of(const std::string& name, bool rewrites) {
    WriteOptions options;
    options.output.file.runtime = kRuntime;
    options.output.file.sync = false;
    options.output.target.mode = PublishMode::append;
    options.output.rewrite_old = rewrites;
    options.flatten.emplace();
    options.flatten->name = name;
    return options;
  }
  std::vector<std::string> names_there(const std::string& root) const {
    std::vector<std::string> names;
    for (const auto& relation : relations_there(path_, root, kRuntime)) names.push_back(relation.name);
    return names;
  }
  std::vector<std::string> origins_of(const std::string& relation) const {
    std::vector<std::string> origins;
    const DatasetReader reader(path_ + "/" + relation);
    for (const Field& field : reader.schema().fields())
      origins.push_back(field.name + ": " + field.origin.value_or("none"));
    return origins;
  }

  TemporaryDirectory folder_;
  const std::string path_ = folder_ / "out";
};

TEST_F(RelationsThere, AreThoseOfTheRootAndItsLists) {
  EXPECT_THAT(names_there("r"), IsEmpty());
  write_records("{\"l\":[{\"m\":[{\"x\":1}]}]}\n", "r");
  write_records("{\"l\":[{\"x\":1}]}\n", "other");
  write_records("{\"l\":[{\"x\":1}]}\n", "_odd/name");
  EXPECT_THAT(names_there("r"), ElementsAre("r", "r_l", "r_l_m"));
  write_records("{\"l\":[{\"x\":1}]}\n", "r_old");  // another root, with the letters of the first
  EXPECT_THAT(names_there("r"), ElementsAre("r", "r_l", "r_l_m"));
  EXPECT_THAT(names_there("other"), ElementsAre("other", "other_l"));
  EXPECT_THAT(names_there("_odd/name"), ElementsAre("_odd/name", "_odd/name_l"));
  // What is no relation, or no file, is none.
  std::filesystem::create_directory(path_ + "/r_none");
  write_file(path_ + "/r_none/a.parquet", "PAR1");
  write_file(path_ + "/r_none.parquet", "PAR1");
  std::filesystem::copy(path_ + "/r", path_ + "/r_copy");
  EXPECT_THAT(names_there("r"), ElementsAre("r", "r_l", "r_l_m"));
}

TEST_F(RelationsThere, KeepTheirColumnsWhateverComesFirst) {
  write_records("{\"a_b\":1}\n", "r");
  write_records("{\"a\":{\"b\":2}}\n", "r", /*rewrites=*/true);
  write_records("{\"a\":{\"b\":3},\"c\":{\"a\":3},\"a_b\":4}\n", "r", /*rewrites=*/true);
  EXPECT_THAT(origins_of("r"), ElementsAre("_id: id of r[]", "a_b: a_b", "a_b_2: a.b", "c_a: c.a"));
  for (const std::string condition :
       {"a_b = 1 and a_b_2 is null", "a_b is null and a_b_2 = 2", "a_b = 4 and a_b_2 = 3"})
    EXPECT_EQ(DatasetReader(path_ + "/r").count(parse_predicate(condition)), 1) << condition;
}

/// The program always looks; another caller may not.
TEST_F(RelationsThere, RefuseAColumnOfAnotherField) {
  write_records("{\"a_b\":1}\n", "r");
  for (const bool rewrites : {true, false}) {
    WriteOptions options = options_of("r", rewrites);
    options.flatten.reset();
    write_file(folder_ / "in", "{\"a\":{\"b\":5}}\n");
    try {
      write(flatten(open_source({folder_ / "in", SourceFormat::ndjson}), {.name = "r"}), path_, options);
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::data);
      EXPECT_THAT(error.what(), HasSubstr("column a_b is of a_b there, and of a.b in the new rows"));
      EXPECT_EQ(error.hint(), "a dataset of their own takes these rows");
    }
  }
}

/// The run wrote beside them what could not be read together with them.
TEST_F(RelationsThere, AreNotMixedWithRowsOfNone) {
  write_records("{\"v\":1}\n", "r");
  WriteOptions flat = options_of("", /*rewrites=*/false);
  flat.flatten.reset();
  write_file(folder_ / "in", "{\"_id\":7,\"v\":2}\n");
  std::filesystem::create_directory(folder_ / "plain");
  const Source source{folder_ / "in", SourceFormat::ndjson};
  for (const bool rewrites : {true, false}) {
    flat.output.rewrite_old = rewrites;
    EXPECT_THAT(refusal([&] { write(source, path_ + "/r", flat); }),
                HasSubstr("of a relation, and the new rows of no"));
    flat.output.target.mode = PublishMode::overwrite;
    flat.output.rewrite_old = false;
    write(source, folder_ / "plain/r", flat);
    flat.output.target.mode = PublishMode::append;
    write_file(folder_ / "records", "{\"v\":3}\n");
    const Source records{folder_ / "records", SourceFormat::ndjson};
    EXPECT_THAT(refusal([&] { write(records, folder_ / "plain", options_of("r", rewrites)); }),
                HasSubstr("of no relation, and the new rows of a relation"));
  }
}

TEST_F(RelationsThere, AreNotMergedWhereColumnsAreOfOtherFields) {
  write_records("{\"a_b\":1}\n", "r");
  write_file(folder_ / "in", "{\"a\":{\"b\":2}}\n");
  write(Source{folder_ / "in", SourceFormat::ndjson}, folder_ / "other", options_of("r", /*rewrites=*/false));
  EXPECT_THAT(refusal([&] {
                merge({path_ + "/r", folder_ / "other/r"}, folder_ / "m.parquet", {});
              }),
              HasSubstr("column a_b is of a.b, and of a_b in files before it"));
}

}  // namespace
}  // namespace sluice::relations_there_test
