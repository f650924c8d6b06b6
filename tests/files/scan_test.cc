// Scans of files: what was written comes back, whole and in parts, whatever the threads, the sizes of batches and the
// columns and rows that are asked for.
#include "files/scan.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "runtime/workers.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_predicate.h"
#include "support/random_table.h"

namespace sluice::scan_test {
namespace {

constexpr uint64_t kSeed = 20'261'121;

/// Rows as text, a vector for each column.
using Rows = std::vector<std::vector<std::string>>;

void add_rows(const Batch& batch, Rows& rows) {
  // Readers do not look at their own batches again: this does.
  EXPECT_NO_THROW(Batch(batch.shared_schema(), batch.columns(), batch.rows()));
  rows.resize(batch.columns().size());
  for (size_t i = 0; i < rows.size(); ++i)
    for (std::string& value : test::show_all(batch.column(i))) rows[i].push_back(std::move(value));
}

Rows rows_of(BatchStream& stream) {
  Rows rows(stream.schema().size());
  while (const std::optional<RelationBatch> next = stream.next()) add_rows(next->batch, rows);
  return rows;
}

std::shared_ptr<Runtime> runtime_of(unsigned threads, uint64_t memory_bytes = 32_MiB) {
  return std::make_shared<Runtime>(RuntimeOptions{threads, memory_bytes});
}

ReadOptions draw_read_options(test::Draw& draw) {
  ReadOptions options;
  options.runtime = runtime_of(draw.chance(50) ? 1 : 3);
  options.batch_rows = draw.chance(50) ? draw.magnitude(2'000) : 65'536;
  options.batch_bytes = draw.chance(30) ? static_cast<uint64_t>(draw.magnitude(100'000)) : 16_MiB;
  options.dictionaries = draw.chance(70);
  options.prune = draw.chance(70);
  return options;
}

/// A drawn table, and the file that holds it.
struct Written {
  Written(test::Draw& draw, const std::string& file_path, const test::RandomTableOptions& table_options)
      : path(file_path), table(test::draw_table(draw, table_options)) {
    FileOptions options = draw.chance(50) ? test::draw_options(draw, table.schema, table.rows)
                                          : test::draw_prunable_options(draw, table.schema, table.rows);
    options.runtime = runtime_of(1);
    options.sync = false;
    FileWriter writer(path, table.schema, options);
    rows.resize(table.schema.size());
    for (const Batch& batch : test::draw_batches(draw, table, false)) {
      add_rows(batch, rows);
      writer.write(batch);
    }
    writer.close();
  }

  std::string path;
  test::RandomTable table;
  Rows rows;
};

class Scan : public ::testing::Test {
 protected:
  /// For each case: a table in a file, and what draws on.
  template <typename Check>
  void for_each_file(uint64_t count, const test::RandomTableOptions& options, Check check) {
    for (uint64_t i = 0; i < count; ++i) {
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
      test::Draw draw(kSeed, i);
      const Written written(draw, folder_ / (std::to_string(i) + ".parquet"), options);
      // Those come back as milliseconds (docs/schema_text.md).
      if (to_text(written.table.schema).find("time(s)") != std::string::npos) continue;
      ASSERT_NO_FATAL_FAILURE(check(draw, written));
    }
  }

  const test::TemporaryDirectory folder_;
};

TEST_F(Scan, GivesBackWhatWasWritten) {
  for_each_file(30, {.rows_max = 1'500, .leaves_max = 4'000, .leaves_max_large = 10'000},
                [](test::Draw& draw, const Written& written) {
                  const FileReader reader(written.path, draw_read_options(draw));
                  SCOPED_TRACE(to_text(written.table.schema));
                  EXPECT_EQ(to_text(reader.schema()), to_text(written.table.schema));
                  EXPECT_EQ(reader.rows(), written.table.rows);
                  const auto stream = reader.read();
                  ASSERT_EQ(rows_of(*stream), written.rows);
                  EXPECT_EQ(stream->counters().rows_delivered, written.table.rows);
                });
}

/// Some columns, or fields of structs, none of them twice.
std::vector<ColumnPath> draw_columns(test::Draw& draw, const Schema& schema) {
  std::vector<ColumnPath> columns;
  const auto visit = [&](const auto& self, std::span<const Field> fields, const ColumnPath& parent) -> void {
    for (const Field& field : fields) {
      ColumnPath path = parent;
      path.push_back(field.name);
      if (draw.chance(40))
        columns.push_back(path);
      else if (field.type.kind() == TypeKind::struct_)
        self(self, field.type.children(), path);
    }
  };
  visit(visit, schema.fields(), {});
  for (size_t i = columns.size(); i > 1; --i) std::swap(columns[i - 1], columns[draw.below(i)]);
  return columns;
}

/// SLUICE_PREDICATES: how many, about.
uint64_t tables_wanted() {
  const char* const given = std::getenv("SLUICE_PREDICATES");
  return given == nullptr ? 20 : std::max<uint64_t>(std::strtoull(given, nullptr, 10) / 5, 1);
}

TEST_F(Scan, GivesWhatSelectGivesOfAllRows) {
  int64_t kept = 0;
  int64_t dropped = 0;
  for_each_file(tables_wanted(), {.depth_max = 3, .rows_max = 1'000, .leaves_max = 3'000, .leaves_max_large = 6'000},
                [&](test::Draw& draw, const Written& written) {
                  const FileReader plain(written.path, {.runtime = runtime_of(1)});
                  const FileReader reader(written.path, draw_read_options(draw));
                  const std::vector<test::Place> places = test::places_of(written.table.schema);
                  for (int k = 0; k < 5; ++k) {
                    SelectOptions options;
                    options.columns = draw_columns(draw, written.table.schema);
                    if (!places.empty() && draw.chance(80))
                      options.where =
                          test::draw_predicate(draw, written.table, places, static_cast<int>(draw.below(3))).predicate;
                    SCOPED_TRACE(options.where ? to_text(*options.where) : "all rows");
                    const auto expected = select(plain.read(), options);
                    const auto found = reader.read(options);
                    EXPECT_EQ(to_text(found->schema()), to_text(expected->schema()));
                    const Rows rows = rows_of(*found);
                    ASSERT_EQ(rows, rows_of(*expected));
                    kept += found->counters().rows_delivered;
                    dropped += written.table.rows - found->counters().rows_delivered;
                  }
                });
  EXPECT_GT(kept, 1'000);
  EXPECT_GT(dropped, 1'000);
}

/// A number that ascends, beside lists of texts and of structs, and structs in structs, all of which may be null.
Batch nested_rows(int64_t rows) {
  const Schema schema = parse_schema(
      "n int64 not null, words list<string>, parts list<struct<a int32, b list<int64 not null>>>, "
      "at struct<x float64, inner struct<y string, z int64 not null>>");
  const auto some = [](int64_t i, int64_t of) { return i * 7919 % of; };
  std::vector<std::optional<int64_t>> n;
  std::vector<std::optional<std::string>> words;
  std::vector<std::optional<int32_t>> word_counts;
  std::vector<std::optional<int32_t>> part_counts;
  std::vector<std::optional<int32_t>> a;
  std::vector<std::optional<int32_t>> b_counts;
  std::vector<std::optional<int64_t>> b;
  std::vector<bool> has_part;
  for (int64_t i = 0; i < rows; ++i) {
    n.emplace_back(i);
    word_counts.push_back(some(i, 11) == 0 ? std::nullopt : std::optional(static_cast<int32_t>(some(i, 4))));
    for (int32_t k = 0; k < word_counts.back().value_or(0); ++k)
      words.push_back(some(i + k, 9) == 0 ? std::nullopt : std::optional("w" + std::to_string(some(i + k, 500))));
    part_counts.push_back(some(i, 7) == 0 ? std::nullopt : std::optional(static_cast<int32_t>(some(i, 3))));
    for (int32_t k = 0; k < part_counts.back().value_or(0); ++k) {
      has_part.push_back(some(i + k, 13) != 0);
      a.push_back(some(i, 5) == 0 ? std::nullopt : std::optional(static_cast<int32_t>(i)));
      b_counts.push_back(some(i + k, 6) == 0 ? std::nullopt : std::optional(static_cast<int32_t>(some(i, 3))));
      for (int32_t m = 0; m < b_counts.back().value_or(0); ++m) b.emplace_back(i * 10 + m);
    }
  }
  std::vector<std::optional<double>> x;
  std::vector<std::optional<std::string>> y;
  std::vector<bool> has_at;
  std::vector<bool> has_inner;
  for (int64_t i = 0; i < rows; ++i) {
    x.push_back(some(i, 8) == 0 ? std::nullopt : std::optional(static_cast<double>(i) / 4));
    y.push_back(some(i, 3) == 0 ? std::nullopt : std::optional("y" + std::to_string(some(i, 90))));
    has_at.push_back(some(i, 10) != 0);
    has_inner.push_back(some(i, 4) != 0);
  }
  const Type& part = schema[2].type.element().type;
  Column parts = test::make_struct(part,
                                   {test::make_fixed<int32_t>(int32(), a),
                                    test::make_list(part.children()[1].type.element(), test::make_int64(b), b_counts)},
                                   has_part);
  const Type& at = schema[3].type;
  Column inner =
      test::make_struct(at.children()[1].type, {test::make_text(string(), y), test::make_int64(n)}, has_inner);
  return Batch(
      std::make_shared<const Schema>(schema),
      {test::make_int64(n), test::make_list(schema[1].type.element(), test::make_text(string(), words), word_counts),
       test::make_list(schema[2].type.element(), std::move(parts), part_counts),
       test::make_struct(at, {test::make_fixed<double>(float64(), x), std::move(inner)}, has_at)},
      rows);
}

// Where the condition has left little, whole pages of lists are passed over unread, and parts of pages undecoded.
TEST_F(Scan, PassesOverNestedRowsAsOverOthers) {
  constexpr int64_t kRows = 9'000;
  const Batch batch = nested_rows(kRows);
  for (const int version : {1, 2}) {
    const std::string path = folder_ / ("nested" + std::to_string(version) + ".parquet");
    FileWriter writer(path, batch.schema(),
                      {.row_group_rows = 6'000, .page_rows = 700, .page_version = version, .sync = false});
    writer.write(batch);
    writer.close();
    for (const char* const where :
         {"n between 1500 and 1510 or n between 4000 and 4001 or n = 5999 or n between 8000 and 8100",
          "n in (0, 1400, 2800, 7100, 8999)", "at.inner.z between 3000 and 3005 or at.inner.z between 7500 and 7600"}) {
      SCOPED_TRACE(where);
      const SelectOptions select_options{.where = parse_predicate(where)};
      const FileReader plain(path, {.runtime = runtime_of(1)});
      const Rows expected = rows_of(*select(plain.read(), select_options));
      for (const unsigned threads : {1u, 3u})
        for (const bool prune : {false, true}) {
          const FileReader reader(path, {.prune = prune, .runtime = runtime_of(threads)});
          const auto found = reader.read(select_options);
          ASSERT_EQ(rows_of(*found), expected);
          EXPECT_GT(found->counters().pages_pruned + found->counters().pages_skipped, 0);
        }
    }
  }
}

TEST_F(Scan, CutsBatchesAlikeForAnyThreads) {
  const auto cuts = [](const std::string& path, ReadOptions options, unsigned threads) {
    options.runtime = runtime_of(threads);
    std::vector<int64_t> rows;
    const auto stream = FileReader(path, options).read();
    while (const auto next = stream->next()) rows.push_back(next->batch.rows());
    return rows;
  };
  for_each_file(12, {.rows_max = 1'000, .leaves_max = 3'000, .leaves_max_large = 6'000},
                [&](test::Draw& draw, const Written& written) {
                  ReadOptions options = draw_read_options(draw);
                  const std::vector<test::Place> places = test::places_of(written.table.schema);
                  if (!places.empty() && draw.chance(50))
                    options.select.where = test::draw_predicate(draw, written.table, places, 1).predicate;
                  const std::vector<int64_t> alone = cuts(written.path, options, 1);
                  EXPECT_EQ(cuts(written.path, options, 2), alone);
                  EXPECT_EQ(cuts(written.path, options, 4), alone);
                });
}

TEST_F(Scan, MayEndAfterAnyBatch) {
  for_each_file(5, {.rows_max = 400, .leaves_max = 2'000, .leaves_max_large = 2'000},
                [](test::Draw&, const Written& written) {
                  const auto runtime = runtime_of(3);
                  const FileReader reader(written.path, {.batch_rows = 50, .runtime = runtime});
                  for (int64_t batches = 0; batches * 50 < written.table.rows + 50; ++batches) {
                    const auto stream = reader.read();
                    for (int64_t i = 0; i < batches; ++i) stream->next();
                  }
                  runtime->workers().help_until([] { return true; });
                  ASSERT_EQ(rows_of(*reader.read()), written.rows);
                });
}

Batch numbers(const std::shared_ptr<const Schema>& schema, int64_t rows) {
  std::vector<std::optional<int64_t>> ascending;
  std::vector<std::optional<std::string>> texts;
  for (int64_t i = 0; i < rows; ++i) {
    ascending.push_back(i);
    texts.push_back("text " + std::to_string(i * 7919 % rows));
  }
  return Batch(schema, {test::make_int64(ascending), test::make_text(string(), texts)}, rows);
}

TEST_F(Scan, TouchesFewPagesForFewRows) {
  const auto schema = std::make_shared<const Schema>(Schema{{"n", int64()}, {"t", string()}});
  const std::string path = folder_ / "numbers.parquet";
  FileWriter writer(path, *schema, {.row_group_rows = 50'000, .page_rows = 1'000, .sync = false});
  writer.write(numbers(schema, 100'000));
  writer.close();
  for (const unsigned threads : {1u, 2u}) {
    const FileReader reader(path, {.runtime = runtime_of(threads)});
    const auto stream = reader.read({.columns = {{"t"}}, .where = parse_predicate("n between 70500 and 70502")});
    const Rows rows = rows_of(*stream);
    ASSERT_EQ(rows.size(), 1u);
    ASSERT_EQ(rows[0].size(), 3u);
    EXPECT_EQ(rows[0][1], "'text " + std::to_string(int64_t{70'501} * 7919 % 100'000) + "'");
    const ReadCounters counters = stream->counters();
    EXPECT_EQ(counters.files, 1);
    EXPECT_EQ(counters.row_groups, 2);
    EXPECT_EQ(counters.row_groups_pruned, 1);
    EXPECT_EQ(counters.row_groups_pruned_by_bounds, 1);
    EXPECT_EQ(counters.pages, 100);
    EXPECT_EQ(counters.pages_decoded, 2);
    EXPECT_EQ(counters.pages, counters.pages_pruned + counters.pages_skipped + counters.pages_decoded);
    EXPECT_EQ(counters.rows, 100'000);
    EXPECT_EQ(counters.rows_tested, 1'000);
    EXPECT_EQ(counters.rows_delivered, 3);
  }
}

TEST_F(Scan, MeetsDamageAtTheSameRowForAnyThreads) {
  const auto schema = std::make_shared<const Schema>(Schema{{"n", int64()}, {"t", string()}});
  const std::string path = folder_ / "numbers.parquet";
  FileWriter writer(path, *schema, {.row_group_rows = 10'000, .page_rows = 1'000, .sync = false});
  writer.write(numbers(schema, 50'000));
  writer.close();
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(0, std::ios::end);
    const auto middle = file.tellg() / 2;
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 8));
  }
  for (const char* const where : {"n >= 0", "t like '%7%' and n != 5"}) {
    std::vector<std::string> outcomes;
    for (const unsigned threads : {1u, 2u, 4u}) {
      const FileReader reader(
          path, {.select = {.where = parse_predicate(where)}, .batch_rows = 1'000, .runtime = runtime_of(threads)});
      const auto stream = reader.read();
      int64_t rows = 0;
      try {
        while (const auto next = stream->next()) rows += next->batch.rows();
        FAIL() << "the damage was not found";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::corrupt);
        outcomes.push_back(std::to_string(rows) + " rows, then: " + error.what());
      }
      EXPECT_GT(rows, 1'000);
    }
    EXPECT_EQ(outcomes[0], outcomes[1]);
    EXPECT_EQ(outcomes[0], outcomes[2]);
  }
}

TEST_F(Scan, CountsRowsWithoutReadingThem) {
  const auto schema = std::make_shared<const Schema>(Schema{{"n", int64()}, {"t", string()}});
  const std::string path = folder_ / "numbers.parquet";
  FileWriter writer(path, *schema, {.row_group_rows = 10'000, .page_rows = 1'000, .sync = false});
  writer.write(numbers(schema, 100'000));
  writer.close();
  const FileReader reader(path, {.runtime = runtime_of(2)});
  ReadCounters counters;
  EXPECT_EQ(reader.count({}, &counters), 100'000);
  EXPECT_EQ(counters.pages_decoded, 0);
  EXPECT_EQ(reader.count(parse_predicate("n >= 15000"), &counters), 85'000);
  EXPECT_EQ(counters.rows_tested, 5'000);
  EXPECT_EQ(reader.count(parse_predicate("t = 'text 7919'")), 1);
}

}  // namespace
}  // namespace sluice::scan_test
