// What a source is, by its name and by its first bytes; and several sources as one stream.
#include "sources/source_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sources/source_text.h"
#include "storage/temporary_directory.h"

namespace sluice::source_format_test {
namespace {

using test::TemporaryDirectory;
using test::write_file;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(SourceFormat, OfNames) {
  const std::vector<std::pair<std::string, SourceFormat>> known = {
      {"c.ndjson", SourceFormat::ndjson},   {"c.jsonl", SourceFormat::ndjson}, {"c.json", SourceFormat::json},
      {"c.geojson", SourceFormat::json},    {"c.csv", SourceFormat::csv},      {"c.tsv", SourceFormat::tsv},
      {"a.b/c.arrow", SourceFormat::arrow}, {"c.arrows", SourceFormat::arrow}, {"c.feather", SourceFormat::arrow},
      {"c.ipc", SourceFormat::arrow},       {"a.csv.gz", SourceFormat::csv},   {"a.ndjson.zst", SourceFormat::ndjson},
      {"a.json.bz2", SourceFormat::json},   {"a.tsv.xz", SourceFormat::tsv},
  };
  for (const auto& [name, format] : known) EXPECT_EQ(format_of_name(name), format) << name;
  for (const char* unknown : {"arrow", "csv", "a.txt", "a.gz", "", "-"})
    EXPECT_EQ(format_of_name(unknown), std::nullopt) << unknown;
}

TEST(SourceFormat, OfText) {
  const std::vector<std::pair<std::string, SourceFormat>> known = {
      {"{\"a\": 1}\n{\"a\": 2}\n", SourceFormat::ndjson},
      {"\xEF\xBB\xBF\n  {\"a\": \"}\\\"\"}  \n", SourceFormat::ndjson},
      {"{\"a\": 1}", SourceFormat::ndjson},
      {"{\n  \"a\": 1\n}\n", SourceFormat::json},
      {"{\"a\": 1} {\"a\": 2}\n", SourceFormat::json},
      {"{\"a\": [1,\n", SourceFormat::json},
      {"  [{\"a\": 1}]", SourceFormat::json},
      {"[", SourceFormat::json},
      {"a,b\n1,2\n", SourceFormat::csv},
      {"a\tb\n", SourceFormat::csv},
      {"a;b", SourceFormat::csv},
      {"a|b", SourceFormat::csv},
      {"nonsense\n1,2", SourceFormat::ndjson},
      {"", SourceFormat::ndjson},
      {" \n", SourceFormat::ndjson},
  };
  for (const auto& [text, format] : known) EXPECT_EQ(format_of_text(text), format) << text;
  const std::string long_record = "{\"a\": \"" + std::string(kFormatSampleBytes, 'x');
  EXPECT_EQ(format_of_text(std::string_view(long_record).substr(0, kFormatSampleBytes)), SourceFormat::ndjson);
}

// --- several sources

std::vector<std::string> rows_of(RecordStream& stream) {
  std::vector<std::string> rows;
  while (const auto next = stream.next())
    for (int64_t row = 0; row < next->batch.rows(); ++row) rows.push_back(test::row_text(next->batch, row));
  return rows;
}

TEST(Sources, AreReadInTheirOrderAndMatchedByName) {
  TemporaryDirectory directory;
  write_file(directory / "b.csv", "y,x\n1,2\n");
  write_file(directory / "a.csv", "x,y\n3,4\n");
  const auto given = open_sources({{directory / "b.csv"}, {directory / "a.csv"}});
  EXPECT_EQ(to_text(given->schema()), "y int64, x int64");
  EXPECT_EQ(given->name(), (directory / "b.csv") + " and 1 more");
  EXPECT_THAT(rows_of(*given), ElementsAre("{y:1,x:2}", "{y:4,x:3}"));
  EXPECT_EQ(given->bytes_read(), 16u);
  EXPECT_EQ(given->bytes_total(), 16u);
  const auto pattern = open_sources({{directory / "*.csv"}});
  EXPECT_THAT(rows_of(*pattern), ElementsAre("{x:3,y:4}", "{x:2,y:1}"));
}

TEST(Sources, HaveOneInference) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", "{\"a\":1}\n");
  write_file(directory / "b.ndjson", "{\"a\":0.5,\"b\":true}\n");
  const auto stream = open_sources({{directory / "a.ndjson"}, {directory / "b.ndjson"}});
  EXPECT_EQ(to_text(stream->schema()), "a float64, b bool");
}

TEST(Sources, FaultsNameTheirSourceAndCountItsRecords) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", "{\"a\":1}\n{\"a\":1}\n");
  write_file(directory / "b.ndjson", "{\"a\":1}\n{\"a\":x}\n");
  for (const uint64_t sample_bytes : {uint64_t{1}, 16_MiB}) {
    try {
      rows_of(*open_sources({{directory / "a.ndjson"}, {directory / "b.ndjson"}}, {.sample_bytes = sample_bytes}));
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("b.ndjson: malformed JSON in record 2 (byte 13)"));
      EXPECT_EQ(error.place().source, directory / "b.ndjson");
      EXPECT_EQ(error.place().record, 2);
    }
  }
}

TEST(Sources, ThatAreMissingAreToldBeforeAnyIsRead) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", "nonsense");
  try {
    open_sources({{directory / "a.ndjson"}, {directory / "missing.ndjson"}});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::io);
    EXPECT_THAT(error.what(), HasSubstr("missing.ndjson"));
  }
}

TEST(Sources, OfDifferentKindsNeedASchema) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", "{\"a\":1}\n");
  write_file(directory / "b.csv", "a\n2\n");
  write_file(directory / "c.json", "[{\"a\":3}]");
  const std::vector<Source> sources{{directory / "a.ndjson"}, {directory / "b.csv"}, {directory / "c.json"}};
  try {
    open_sources(sources);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_THAT(error.hint(), HasSubstr("--schema"));
  }
  const auto stream = open_sources(sources, {.schema = parse_schema("a int64")});
  EXPECT_THAT(rows_of(*stream), ElementsAre("{a:1}", "{a:2}", "{a:3}"));
  const auto json = open_sources({sources[0], sources[2]});  // one kind in two shapes
  EXPECT_THAT(rows_of(*json), ElementsAre("{a:1}", "{a:3}"));
}

TEST(Sources, OfDifferentKindsShareTheLimitOfBadRecords) {
  TemporaryDirectory directory;
  write_file(directory / "a.ndjson", "x\n{\"a\":1}\n");
  write_file(directory / "b.csv", "a\nx\n2\n3\n4\n");
  write_file(directory / "c.ndjson", "{\"a\":5}\nx\n");
  const auto read = [&](int64_t bad_max, double percent_max) {
    const auto stream = open_sources({{directory / "a.ndjson"}, {directory / "b.csv"}, {directory / "c.ndjson"}},
                                     {.schema = parse_schema("a int64"),
                                      .bad_records = BadRecords::skip,
                                      .bad_records_max = bad_max,
                                      .bad_percent_max = percent_max});
    const size_t rows = rows_of(*stream).size();
    EXPECT_EQ(stream->bad_records().total, 3);
    EXPECT_EQ(stream->bad_records().reasons.size(), 2u);
    return rows;
  };
  EXPECT_EQ(read(3, 37.5), 5u);
  try {
    read(2, 100);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("c.ndjson"));
    EXPECT_THAT(error.hint(), HasSubstr("More than 2 records are bad"));
  }
  try {
    read(100, 37);
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("3 of 8 records are bad"));
  }
}

TEST(Sources, LateFieldsGoOnInTheNextSource) {
  TemporaryDirectory directory;
  write_file(directory / "a.csv", "a\n1\n");
  write_file(directory / "b.csv", "a,b\n2,x\n");
  write_file(directory / "c.ndjson", "{\"a\":3,\"c\":true}\n");
  const auto stream = open_sources({{directory / "a.csv"}, {directory / "b.csv"}, {directory / "c.ndjson"}},
                                   {.schema = parse_schema("a int64"), .evolution = Evolution::add});
  EXPECT_THAT(rows_of(*stream), ElementsAre("{a:1}", "{a:2,b:'x'}", "{a:3,b:null,c:true}"));
  EXPECT_EQ(to_text(stream->schema()), "a int64, b string, c bool");
}

}  // namespace
}  // namespace sluice::source_format_test
