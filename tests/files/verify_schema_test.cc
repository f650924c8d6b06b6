// Stored Arrow schemas that are none, or of another file.
#include "files/verify_schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "arrow/ipc_schema.h"
#include "sluice/file_writer.h"
#include "support/findings.h"
#include "support/foreign_files.h"
#include "support/rewritten_file.h"

namespace sluice::verify_schema_test {
namespace {

using test::errors_of;
using test::expect_one;
using test::TemporaryDirectory;

constexpr std::string_view kColumns =
    "a int64, b struct<c string, d timestamp(s)>, e list<int32>, f map<string, double>, g duration(us), h uint8";

std::vector<std::string> errors_with_text(const std::string& text) {
  const TemporaryDirectory folder;
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, parse_schema(kColumns), {.sync = false, .runtime = test::verify_options().runtime});
  writer.close();
  test::rewrite_footer(path, [&](FileMetaData& file) {
    std::erase_if(file.key_value_metadata, [](const KeyValue& entry) { return entry.key == "ARROW:schema"; });
    file.key_value_metadata.push_back({"ARROW:schema", text});
  });
  return errors_of(path);
}

std::vector<std::string> errors_with(std::string_view columns) {
  return errors_with_text(stored_arrow_schema(parse_schema(columns)));
}

TEST(VerifySchema, TakesWhatFits) {
  const auto none = std::vector<std::string>();
  EXPECT_EQ(errors_with(kColumns), none);
  EXPECT_EQ(errors_with("a timestamp(ns), b struct<c binary, d int64>, e fixed_list<int32, 3>, f map<string, double>, "
                        "g int64, h int32 not null"),
            none)
      << "types that may be kept so";
}

TEST(VerifySchema, FindsWhatDoesNot) {
  expect_one(errors_with("a int64"),
             "arrow_schema: the stored Arrow schema does not fit the file: it has 1 fields "
             "where the file has 6");
  expect_one(errors_with("x int64, b struct<c string, d timestamp(s)>, e list<int32>, f map<string, double>, "
                         "g duration(us), h uint8"),
             "arrow_schema: the stored Arrow schema does not fit the file: it has a field \"x\" where the file has a");
  expect_one(errors_with("a int64, b struct<c string, d timestamp(s)>, e list<string>, f map<string, double>, "
                         "g duration(us), h uint8"),
             "arrow_schema: the stored Arrow schema does not fit the file: column e[] is string there, and int32 in "
             "the file");
  expect_one(errors_with("a int64, b struct<c string>, e list<int32>, f map<string, double>, g duration(us), h uint8"),
             "arrow_schema: the stored Arrow schema does not fit the file: it has 1 fields in b where the file has 2");
  expect_one(errors_with("a int64, b struct<c string, d timestamp(s)>, e int32, f map<string, double>, "
                         "g duration(us), h uint8"),
             "arrow_schema: the stored Arrow schema does not fit the file: column e is int32 there, and list<int32> ");
}

TEST(VerifySchema, FindsWhatIsNoSchema) {
  expect_one(errors_with_text("not base64!"), "arrow_schema: the stored Arrow schema cannot be read: it is no base64");
  const std::string whole = stored_arrow_schema(parse_schema(kColumns));
  expect_one(errors_with_text(whole.substr(0, whole.size() / 8 * 4)), "arrow_schema: the stored Arrow schema cannot");
  expect_one(errors_with_text(""), "arrow_schema: the stored Arrow schema cannot be read");
}

TEST(VerifySchema, TakesThoseOfOtherWriters) {
  const auto paths = test::foreign_files("data");
  if (paths.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  for (const auto& path : paths) {
    std::vector<std::string> found;
    try {
      found = errors_of(path.string());
    } catch (const Error&) {
      continue;  // encrypted
    }
    std::erase_if(found, [](const std::string& words) { return !words.starts_with("arrow_schema"); });
    EXPECT_EQ(found, std::vector<std::string>()) << path;
  }
}

}  // namespace
}  // namespace sluice::verify_schema_test
