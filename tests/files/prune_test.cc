// What Pruner rules out holds no row that the condition wants; what it takes for granted holds no other.
#include "files/prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "columns/bound_predicate.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_predicate.h"
#include "support/random_scalar.h"
#include "support/random_table.h"
#include "support/rewritten_file.h"

namespace sluice::prune_test {
namespace {

using namespace test;

/// One file and what is asked of it.
class Asked {
 public:
  explicit Asked(const std::string& path, std::shared_ptr<const Schema> wanted = nullptr,
                 std::vector<std::optional<Column>> constants = {})
      : file_(StoredFile::open(path, {})),
        indexes_(file_),
        shape_(*file_, wanted ? wanted : file_->schema(), std::move(constants)) {}

  const StoredFile& file() const { return *file_; }
  const std::shared_ptr<const Schema>& schema() const { return shape_.schema(); }
  IndexReader& indexes() { return indexes_; }
  Pruner pruner(const BoundPredicate& bound) {
    ChunkContext context;
    context.pool = std::make_shared<BufferPool>(1_MiB);
    context.page_bytes_max = 128_MiB;
    return {*file_, shape_, bound.root(), indexes_, context};
  }
  /// Of each row group "-" or how it is ruled out, "+" where all rows match, or the rows that may.
  std::string told(const std::string& condition) {
    const BoundPredicate bound(parse_predicate(condition), *schema());
    Pruner asked = pruner(bound);
    if (asked.file() != RuledOut::no) return "path";
    std::string text;
    for (size_t group = 0; group < file_->row_groups(); ++group) text += (group > 0 ? " " : "") + told(asked, group);
    return text;
  }

 private:
  static std::string told(Pruner& asked, size_t group) {
    switch (asked.row_group(group)) {
      case RuledOut::by_bounds: return "bounds";
      case RuledOut::by_bloom_filter: return "bloom";
      case RuledOut::by_dictionary: return "dictionary";
      default: break;
    }
    if (asked.matches_all(group)) return "+";
    std::string text;
    const RowRanges rows = asked.rows(group);
    for (const RowRange& range : rows.ranges())
      text += (text.empty() ? "" : ",") + std::to_string(range.begin) + "-" + std::to_string(range.end);
    return text.empty() ? "pages" : text;
  }

  std::shared_ptr<const StoredFile> file_;
  IndexReader indexes_;
  FileShape shape_;
};

// ---- by hand --------------------------------------------------------------------------------------------------------

/// Two row groups of 40 rows in pages of 10: n ascends by two, s is one of four texts a page, f has a NaN in the
/// second group, o is null in the first half.
std::string written_file(const TemporaryDirectory& folder, FileOptions options = {}) {
  const Schema schema = parse_schema("n int32 not null, s string, f float64, o int64");
  std::vector<std::optional<int32_t>> n;
  std::vector<std::optional<std::string>> s;
  std::vector<std::optional<double>> f;
  std::vector<std::optional<int64_t>> o;
  for (int i = 0; i < 80; ++i) {
    n.push_back(2 * i);
    s.push_back(std::string(1, static_cast<char>('a' + i / 10)) + std::to_string(i % 4));
    f.push_back(i == 50 ? std::nan("") : i);
    o.push_back(i < 40 ? std::nullopt : std::optional<int64_t>(i));
  }
  options.row_group_rows = 40;
  options.page_rows = 10;
  options.sync = false;
  const std::string path = folder / "a.parquet";
  FileWriter writer(path, schema, options);
  writer.write(Batch(
      std::make_shared<const Schema>(schema),
      {make_fixed<int32_t>(int32(), n), make_text(string(), s), make_fixed<double>(float64(), f), make_int64(o)}, 80));
  writer.close();
  return path;
}

/// The file with bounds as writers of old had them: `min` and `max`, no order of columns, no page index.
std::string aged_file(const std::string& path) {
  rewrite_footer(path, [](FileMetaData& file) {
    file.column_orders.clear();
    for (RowGroup& group : file.row_groups)
      for (ColumnChunk& chunk : group.columns) {
        chunk.index = {};
        if (!chunk.meta_data->statistics) continue;
        chunk.meta_data->statistics->are_deprecated = true;
        chunk.meta_data->statistics->nan_count.reset();
      }
  });
  return path;
}

TEST(Prune, ByBoundsAndPages) {
  const TemporaryDirectory folder;
  Asked asked(written_file(folder));
  EXPECT_EQ(asked.told("n < 0"), "bounds bounds");
  EXPECT_EQ(asked.told("n >= 0"), "+ +");
  EXPECT_EQ(asked.told("n < 80"), "+ bounds");
  EXPECT_EQ(asked.told("n = 21"), "10-20 bounds");
  EXPECT_EQ(asked.told("n between 18 and 22"), "0-20 bounds");
  EXPECT_EQ(asked.told("n in (0, 62, 1000)"), "0-10,30-40 bounds");
  EXPECT_EQ(asked.told("n < 20 or n > 138"), "0-10 30-40") << "page 3 of the second group begins at 140";
  EXPECT_EQ(asked.told("n < 20 and s >= 'b'"), "pages bounds");
  EXPECT_EQ(asked.told("not (n >= 20 and n < 140)"), "0-10 30-40");
  EXPECT_EQ(asked.told("s like 'c%'"), "20-30 bounds");
  EXPECT_EQ(asked.told("s like 'd_' and n > 0"), "30-40 bounds");
}

TEST(Prune, NullsAndNan) {
  const TemporaryDirectory folder;
  Asked asked(written_file(folder));
  EXPECT_EQ(asked.told("o is null"), "+ bounds");
  EXPECT_EQ(asked.told("o is not null"), "bounds +");
  EXPECT_EQ(asked.told("o != 7"), "bounds +");
  EXPECT_EQ(asked.told("n is null"), "bounds bounds");
  EXPECT_EQ(asked.told("n is not null and o is null"), "+ bounds");
  EXPECT_EQ(asked.told("f > 100"), "bounds 0-40") << "where there is a NaN there are no bounds";
  EXPECT_EQ(asked.told("f < 100"), "+ 0-40");
  EXPECT_EQ(asked.told("f = 'NaN'"), "bounds 0-40");
}

TEST(Prune, ByDictionaryAndBloomFilter) {
  const TemporaryDirectory folder;
  Asked plain(written_file(folder, {.profile = Profile::compat}));
  EXPECT_EQ(plain.told("s = 'a4'"), "dictionary bounds");
  EXPECT_EQ(plain.told("s = 'a3'"), "0-10 bounds");
  EXPECT_EQ(plain.told("s in ('a4', 'b4') or n = 1000"), "dictionary bounds");
  EXPECT_EQ(plain.told("s in ('a4', 'b4') or n = 0"), "0-10 bounds");
  EXPECT_EQ(plain.told("s > 'a2' and s < 'a3'"), "0-10 bounds") << "only single values are looked for";
  const TemporaryDirectory other;
  Asked filtered(written_file(
      other, {.columns = {{.column = "s", .bloom_filter = 0.000'1}, {.column = "n", .bloom_filter = 0.000'1}}}));
  EXPECT_EQ(filtered.told("s = 'a4'"), "bloom bounds");
  EXPECT_EQ(filtered.told("s = 'a3'"), "0-10 bounds");
  EXPECT_EQ(filtered.told("n = 21"), "bloom bounds");
  EXPECT_EQ(filtered.told("n in (21, 23, 22)"), "10-20 bounds");
  EXPECT_EQ(filtered.told("n = 21 or f = 3"), "0-10 0-40") << "of f nothing is known where it has a NaN";
}

TEST(Prune, ConstantsAndMissingColumns) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  const auto wanted =
      std::make_shared<const Schema>(parse_schema("n int64, s string, f float64, o int64, day date, gone string"));
  std::vector<std::optional<Column>> constants(6);
  constants[4] = make_fixed<int32_t>(date(), {19'000});  // 2022-01-08
  Asked asked(path, wanted, constants);
  EXPECT_EQ(asked.told("day = '2022-01-08'"), "+ +");
  EXPECT_EQ(asked.told("day > '2022-01-08'"), "path");
  EXPECT_EQ(asked.told("day is null"), "path");
  EXPECT_EQ(asked.told("gone is null"), "+ +");
  EXPECT_EQ(asked.told("gone = 'x'"), "path");
  EXPECT_EQ(asked.told("gone = 'x' or n = 1"), "0-10 bounds");
  EXPECT_EQ(asked.told("n < 5000000000"), "+ +") << "the file has int32";
  EXPECT_EQ(asked.told("n > 79 and day in ('2022-01-08')"), "bounds +");
}

TEST(Prune, ByDeprecatedBounds) {
  const TemporaryDirectory folder;
  Asked asked(aged_file(written_file(folder)));
  EXPECT_EQ(asked.told("n < 80"), "+ bounds");
  EXPECT_EQ(asked.told("n = 21"), "0-40 bounds");
  EXPECT_EQ(asked.told("o < 40"), "bounds bounds");
  EXPECT_EQ(asked.told("f = 'NaN'"), "0-40 0-40") << "they say nothing of NaN";
  EXPECT_EQ(asked.told("f > 100"), "0-40 0-40") << "NaN is above all";
  EXPECT_EQ(asked.told("f < 0"), "bounds 0-40") << "the second group has a NaN, and no bounds";
  EXPECT_EQ(asked.told("s < 'a'"), "0-40 0-40") << "texts were compared in various ways";
}

/// One row group of so many rows; its bounds as `min` and `max`, or none of the two where they are empty.
template <typename T>
std::string told_of(const Type& type, const std::vector<T>& values, const std::string& condition,
                    const std::optional<std::pair<T, T>>& bounds = {}) {
  const TemporaryDirectory folder;
  const Schema schema{{"v", type, false}};
  FileWriter writer(folder / "a.parquet", schema, {.sync = false});
  const std::vector<std::optional<T>> column(values.begin(), values.end());
  writer.write(Batch(std::make_shared<const Schema>(schema), {make_fixed<T>(type, column)},
                     static_cast<int64_t>(values.size())));
  writer.close();
  aged_file(folder / "a.parquet");
  if (bounds)
    rewrite_footer(folder / "a.parquet", [&](FileMetaData& file) {
      Statistics& statistics = file.row_groups[0].columns[0].meta_data->statistics.emplace();
      statistics.are_deprecated = true;
      statistics.min_value.emplace(reinterpret_cast<const char*>(&bounds->first), sizeof(T));
      statistics.max_value.emplace(reinterpret_cast<const char*>(&bounds->second), sizeof(T));
    });
  return Asked(folder / "a.parquet").told(condition);
}

TEST(Prune, DeprecatedBoundsOfUnsignedNumbersSayNothing) {
  EXPECT_EQ(told_of<uint32_t>(uint32(), {1, 2}, "v > 2"), "0-2");
  EXPECT_EQ(told_of<uint64_t>(uint64(), {1, 2}, "v > 2"), "0-2");
  EXPECT_EQ(told_of<uint8_t>(uint8(), {1, 2}, "v > 2"), "0-2");
  EXPECT_EQ(told_of<int32_t>(int32(), {1, 2}, "v > 2"), "bounds");
  EXPECT_EQ(told_of<int32_t>(date(), {1, 2}, "v > '1970-01-03'"), "bounds");
  EXPECT_EQ(told_of<int64_t>(timestamp(TimeUnit::microsecond), {1, 2}, "v > '1970-01-03 00:00:00'"), "bounds");
}

TEST(Prune, DeprecatedBoundsThatAreNanOrZero) {
  const double nan = std::nan("");
  EXPECT_EQ(told_of<double>(float64(), {1, 2}, "v < 0", {{nan, nan}}), "0-2");
  EXPECT_EQ(told_of<double>(float64(), {-0.0, 0.0}, "v = 0", {{0.0, 0.0}}), "0-2");
  EXPECT_EQ(told_of<double>(float64(), {-0.0, 0.0}, "v = 0", {{-0.0, -0.0}}), "0-2");
  EXPECT_EQ(told_of<double>(float64(), {-0.0, 0.0}, "v < 0", {{-0.0, 0.0}}), "bounds");
  EXPECT_EQ(told_of<float>(float32(), {1, 2}, "v < 0", {{1, 2}}), "bounds");
}

// ---- drawn at random ------------------------------------------------------------------------------------------------

struct Seen {
  std::map<RuledOut, int> groups;
  int groups_kept = 0;
  int groups_whole = 0;
  int64_t rows_pruned = 0;
  int predicates = 0;
};

/// Which rows of the table the condition holds for.
std::vector<bool> wanted_rows(const std::vector<Batch>& batches, BoundPredicate& bound) {
  std::vector<bool> rows;
  for (const Batch& batch : batches) {
    const Selection selection = bound.select(batch);
    for (int64_t row = 0; row < batch.rows(); ++row)
      rows.push_back((selection.words()[static_cast<size_t>(row / 64)] >> (row % 64) & 1) != 0);
  }
  return rows;
}

void expect_truth(Asked& asked, const Predicate& predicate, const RandomTable& table, const std::vector<Batch>& batches,
                  Seen& seen) {
  // Seconds come back from a file as milliseconds.
  BoundPredicate of_table(predicate, table.schema);
  const std::vector<bool> wanted = wanted_rows(batches, of_table);
  const BoundPredicate bound(predicate, *asked.schema());
  Pruner pruner = asked.pruner(bound);
  if (pruner.file() != RuledOut::no) {
    ASSERT_EQ(std::count(wanted.begin(), wanted.end(), true), 0) << "no value of the type is asked for";
  }
  size_t first = 0;
  for (size_t group = 0; group < asked.file().row_groups(); ++group) {
    const auto rows = static_cast<size_t>(asked.file().row_group_rows(group));
    const auto begin = wanted.begin() + static_cast<ptrdiff_t>(first);
    const auto end = begin + static_cast<ptrdiff_t>(rows);
    first += rows;
    const RuledOut ruled_out = pruner.row_group(group);
    ++seen.groups[ruled_out];
    if (ruled_out != RuledOut::no) {
      ASSERT_EQ(std::count(begin, end, true), 0) << "row group " << group << ", " << static_cast<int>(ruled_out);
      continue;
    }
    if (pruner.matches_all(group)) {
      ASSERT_EQ(std::count(begin, end, false), 0) << "row group " << group;
      ++seen.groups_whole;
    }
    const RowRanges ranges = pruner.rows(group);
    seen.rows_pruned += static_cast<int64_t>(rows) - ranges.rows();
    for (size_t row = 0; row < rows; ++row)
      if (begin[static_cast<ptrdiff_t>(row)]) {
        ASSERT_TRUE(ranges.overlaps(static_cast<int64_t>(row), static_cast<int64_t>(row) + 1))
            << "row group " << group << ", row " << row;
      }
  }
  ++seen.predicates;
}

/// SLUICE_PREDICATES: how many, about.
uint64_t tables_wanted() {
  const char* const given = std::getenv("SLUICE_PREDICATES");
  return given == nullptr ? 60 : std::max<uint64_t>(std::strtoull(given, nullptr, 10) / 20, 1);
}

TEST(Prune, NeverRulesOutARowThatIsWanted) {
  constexpr uint64_t kSeed = 83;
  Seen seen;
  for (uint64_t i = 0; i < tables_wanted(); ++i) {
    Draw draw(kSeed, i);
    const RandomTable table =
        draw_table(draw, {.depth_max = 3, .rows_max = 400, .leaves_max = 1'500, .leaves_max_large = 1'500});
    const std::vector<Place> places = places_of(table.schema);
    if (places.empty()) continue;
    FileOptions options = draw_prunable_options(draw, table.schema, table.rows);
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i) + "\n" + to_text(options));
    const TemporaryDirectory folder;
    FileWriter writer(folder / "a.parquet", table.schema, options);
    const std::vector<Batch> batches = draw_batches(draw, table, true);
    for (const Batch& batch : batches) writer.write(batch);
    writer.close();
    // Every other file as if another writer had made it.
    if (i % 2 == 1) rewrite_footer(folder / "a.parquet", [](FileMetaData&) {});
    Asked asked(folder / "a.parquet");
    for (int k = 0; k < 20; ++k) {
      const Predicate predicate = draw_predicate(draw, table, places, static_cast<int>(draw.below(3))).predicate;
      SCOPED_TRACE(to_text(predicate));
      ASSERT_NO_FATAL_FAILURE(expect_truth(asked, predicate, table, batches, seen));
    }
  }
  for (const RuledOut how : {RuledOut::no, RuledOut::by_bounds}) EXPECT_GT(seen.groups[how], 100);
  EXPECT_GT(seen.groups_whole, 100);
  EXPECT_GT(seen.rows_pruned, 1'000);
  EXPECT_GT(seen.predicates, 500);
}

// ---- looked for one by one ------------------------------------------------------------------------------------------

const Schema& types_with_dictionaries() {
  static const Schema schema = parse_schema(
      "a int8, b int16, c int32, d int64, e uint8, f uint16, g uint32, h uint64, i float32, j float64, k decimal(9, "
      "2), l "
      "decimal(18, 3), m decimal(38, 4), n decimal(60, 5), o string, p json, q binary, r fixed(7), s uuid, t date, u "
      "time(s), v time(ms), w time(ns), x timestamp(s), y timestamp(ms, UTC), z timestamp(ns), aa duration(s), ab "
      "enum");
  return schema;
}

/// Each value is one of `choices`, every `step`-th of the type's.
RandomTable table_of(Draw& draw, int64_t rows, uint64_t choices, uint64_t step) {
  RandomTable table{types_with_dictionaries(), rows, {}};
  for (const Field& field : table.schema.fields()) {
    std::vector<Value>& column = table.columns.emplace_back();
    for (int64_t row = 0; row < rows; ++row) {
      column.push_back(counted_value(field.type, draw.below(choices) * step));
      if (draw.chance(5)) column.back() = Value{.is_null = true, .bits = 0, .text = {}, .parts = {}};
    }
  }
  return table;
}

void expect_sought(bool with_filters, bool is_ours) {
  constexpr uint64_t kSeed = 91;
  Draw draw(kSeed, with_filters);
  // What is written has every other value of those that are asked for.
  const RandomTable table = table_of(draw, 120, 60, 2);
  const RandomTable asked_for = table_of(draw, 50, 120, 1);
  FileOptions options{.row_group_rows = 30, .sync = false};
  for (const Field& field : table.schema.fields()) {
    ColumnOptions& column = options.columns.emplace_back();
    column.column = field.name;
    column.encoding = with_filters ? ValueEncoding::plain : ValueEncoding::dictionary;
    if (with_filters) column.bloom_filter = 0.000'1;
  }
  const TemporaryDirectory folder;
  FileWriter writer(folder / "a.parquet", table.schema, options);
  const std::vector<Batch> batches = draw_batches(draw, table, true);
  for (const Batch& batch : batches) writer.write(batch);
  writer.close();
  if (!is_ours) rewrite_footer(folder / "a.parquet", [](FileMetaData&) {});
  Asked asked(folder / "a.parquet");
  for (const Place& place : places_of(table.schema)) {
    SCOPED_TRACE(to_text(place.type));
    Seen seen;
    for (int k = 0; k < 40; ++k) {
      Predicate predicate = draw_predicate(draw, asked_for, {place}, 0).predicate;
      predicate.comparison = Comparison::equal;
      SCOPED_TRACE(to_text(predicate));
      ASSERT_NO_FATAL_FAILURE(expect_truth(asked, predicate, table, batches, seen));
    }
    EXPECT_GT(seen.groups[with_filters ? RuledOut::by_bloom_filter : RuledOut::by_dictionary], 5);
    EXPECT_EQ(seen.groups[with_filters ? RuledOut::by_dictionary : RuledOut::by_bloom_filter], 0);
  }
}

TEST(Prune, BloomFiltersOfAllTypes) {
  expect_sought(true, true);
  expect_sought(true, false);
}

TEST(Prune, DictionariesOfAllTypes) {
  expect_sought(false, true);
  expect_sought(false, false);
}

// ---- files of other writers -----------------------------------------------------------------------------------------

std::string file_named(std::string_view name) {
  for (const auto& path : foreign_files("data"))
    if (path.filename() == name) return path;
  return "";
}

TEST(PruneForeign, BloomFiltersOfOtherWriters) {
  for (const char* const name :
       {"data_index_bloom_encoding_stats.parquet", "data_index_bloom_encoding_with_length.parquet"}) {
    const std::string path = file_named(name);
    if (path.empty()) GTEST_SKIP() << test::kNoForeignFiles;
    Asked asked(path);
    ASSERT_EQ(asked.schema()->fields()[0].name, "String");
    EXPECT_EQ(asked.told("String = 'Hello'"), "0-14") << name;
    EXPECT_EQ(asked.told("String = 'Hello!'"), "bloom") << name;
    EXPECT_THAT(asked.told("String = 'zzz'"), testing::AnyOf("bounds", "bloom")) << name;
  }
}

TEST(PruneForeign, CutTextsOfOtherWriters) {
  const std::string path = file_named("binary_truncated_min_max.parquet");
  if (path.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  Asked asked(path);
  for (const Field& field : asked.schema()->fields()) {
    if (field.type.kind() != TypeKind::string) continue;
    EXPECT_EQ(asked.told(field.name + " < ''"), "bounds") << field.name;
    EXPECT_EQ(asked.told(field.name + " >= ''"), "+") << field.name;
    if (field.name != "utf8_full_truncation") continue;
    EXPECT_EQ(asked.told(field.name + " > 'zzzz'"), "bounds");
  }
}

TEST(PruneForeign, NanOfOtherWritersIsNeverRuledOut) {
  const std::string path = file_named("floating_orders_nan_count.parquet");
  if (path.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  Asked asked(path);
  for (const Field& field : asked.schema()->fields()) {
    // Without NaN, with some, NaN alone, and zeros of both signs.
    EXPECT_EQ(asked.told(field.name + " = 'NaN'"), "bounds 0-10 0-10 bounds bounds") << field.name;
    // The older order has no bounds beside a NaN.
    const bool is_total = field.name.ends_with("_ieee754");
    EXPECT_EQ(asked.told(field.name + " = 1e4"),
              is_total ? "bounds bounds 0-10 bounds bounds" : "bounds 0-10 0-10 bounds bounds");
  }
}

}  // namespace
}  // namespace sluice::prune_test
