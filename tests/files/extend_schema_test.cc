// FileWriter::extend_schema, and amend_file for files that are finished: columns that come late, at any depth.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>

#include "files/amend_file.h"
#include "files/amend_origins.h"
#include "files/amended_file.h"
#include "files/part_sink.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "support/growing_table.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_options.h"

namespace sluice::extend_schema_test {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::shared_ptr<Runtime> runtime_of(unsigned threads) {
  return std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB});
}

/// Writes the parts of a table, and closes the file with the last schema.
WrittenFile write_parts(FileWriter& writer, Draw& draw, const GrowingTable& table) {
  for (const RandomTable& part : table.parts) {
    writer.extend_schema(part.schema);
    for (const Batch& batch : draw_batches(draw, part, false)) writer.write(batch);
  }
  writer.extend_schema(table.whole.schema);
  return writer.close().files[0];
}

/// Options that name columns which are there from the beginning.
FileOptions draw_growth_options(Draw& draw, const GrowingTable& table) {
  FileOptions options = draw_options(draw, table.whole.schema, table.whole.rows);
  std::erase_if(options.columns, [&](const ColumnOptions& column) {
    const std::optional<size_t> at = table.parts[0].schema.find(column.column);
    return !at || (table.parts[0].schema[*at].type.kind() == TypeKind::null && column.encoding);
  });
  return options;
}

std::string shown(const GrowingTable& table, const FileOptions& options) {
  std::string text;
  for (const RandomTable& part : table.parts)
    text += std::to_string(part.rows) + " rows of " + to_text(part.schema) + "\n";
  return text + to_text(options);
}

TEST(ExtendSchema, AnyTableThatGrows) {
  const TemporaryDirectory directory;
  const std::array runtimes{runtime_of(1), runtime_of(3)};
  for (uint64_t round = 0; round < 60; ++round) {
    Draw draw(61, round);
    const RandomTable drawn = draw_table(draw, {.rows_max = 300, .leaves_max = 500, .leaves_max_large = 3'000});
    const GrowingTable table = draw_growth(draw, drawn);
    FileOptions options = draw_growth_options(draw, table);
    options.runtime = runtimes[round % 2];
    SCOPED_TRACE("seed 61, round " + std::to_string(round) + "\n" + shown(table, options));
    const std::string path = directory / (std::to_string(round) + ".parquet");
    FileWriter writer(path, table.parts[0].schema, options);
    const WrittenFile told = write_parts(writer, draw, table);
    ASSERT_NO_FATAL_FAILURE(AmendedFile(path, table.whole).check(told));
    ASSERT_FALSE(HasFailure());
  }
}

// Where row groups end at the same rows, a late chunk has the pages that it would have had from the beginning.
TEST(ExtendSchema, LateChunksAreThoseOfTheWholeSchema) {
  const TemporaryDirectory directory;
  for (uint64_t round = 0; round < 40; ++round) {
    Draw draw(62, round);
    const RandomTable drawn = draw_table(draw, {.rows_max = 300, .leaves_max = 500, .leaves_max_large = 3'000});
    const int64_t step = draw.magnitude(100);
    const GrowingTable table = draw_growth(draw, drawn, step);
    FileOptions options = draw_growth_options(draw, table);
    options.row_group_rows = step;
    options.row_group_bytes = 128_MiB;
    options.runtime = runtime_of(1);
    SCOPED_TRACE("seed 62, round " + std::to_string(round) + "\n" + shown(table, options));
    const std::string path = directory / (std::to_string(round) + ".parquet");
    FileWriter writer(path, table.parts[0].schema, options);
    const WrittenFile told = write_parts(writer, draw, table);
    const std::string whole_path = directory / (std::to_string(round) + "-whole.parquet");
    FileWriter whole_writer(whole_path, table.whole.schema, options);
    for (const Batch& batch : draw_batches(draw, table.whole, false)) whole_writer.write(batch);
    const WrittenFile whole_told = whole_writer.close().files[0];

    const AmendedFile amended(path, table.whole);
    const AmendedFile whole(whole_path, table.whole);
    if (amended.groups().size() != whole.groups().size()) continue;  // a change in the middle, at the table's end
    int64_t rows = 0;
    size_t part = 0;
    int64_t part_end = table.parts[0].rows;
    for (size_t group = 0; group < whole.groups().size(); ++group) {
      while (rows >= part_end) part_end += table.parts[++part].rows;
      const std::vector<LeafOrigin> origins = origins_of(table.parts[part].schema, table.whole.schema);
      for (size_t leaf = 0; leaf < origins.size(); ++leaf)
        ASSERT_TRUE(!origins[leaf].is_late() ||
                    as_text(amended.chunk(group, leaf)) == as_text(whole.chunk(group, leaf)))
            << "row group " << group << ", leaf " << leaf;
      rows += whole.groups()[group].num_rows;
    }
    for (size_t leaf = 0; leaf < told.fields.size(); ++leaf) {
      EXPECT_EQ(told.fields[leaf].nans, whole_told.fields[leaf].nans);
      EXPECT_EQ(told.fields[leaf].min, whole_told.fields[leaf].min);
      EXPECT_EQ(told.fields[leaf].max, whole_told.fields[leaf].max);
    }
  }
}

// --- one kind at a time

Value value_of(uint64_t bits) { return {false, bits, {}, {}}; }
Value text_of(std::string text) { return {false, 0, std::move(text), {}}; }
Value parts_of(std::vector<Value> parts) { return {false, 0, {}, std::move(parts)}; }
const Value kNull{true, 0, {}, {}};

/// Rows of the schema `before`, then rows of `wider`.
struct Case {
  std::string before;
  std::string wider;
  std::vector<Value> first;   ///< of the one column, with the schema before
  std::vector<Value> read;    ///< the same as they must be read
  std::vector<Value> second;  ///< with the wider schema
};

class ExtendOneColumn : public testing::TestWithParam<Case> {};

TEST_P(ExtendOneColumn, WithAllCodecsAndVersions) {
  const TemporaryDirectory directory;
  const Case& growth = GetParam();
  const Schema before = parse_schema(growth.before);
  const Schema wider = parse_schema(growth.wider);
  GrowingTable table;
  table.parts.push_back({before, static_cast<int64_t>(growth.first.size()), {growth.first}});
  table.parts.push_back({wider, static_cast<int64_t>(growth.second.size()), {growth.second}});
  table.whole = {wider, table.parts[0].rows + table.parts[1].rows, {growth.read}};
  table.whole.columns[0].insert(table.whole.columns[0].end(), growth.second.begin(), growth.second.end());
  for (const Codec codec : {Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4}) {
    for (const int version : {1, 2}) {
      for (const int64_t page_rows : {1, 2, 100}) {
        FileOptions options{.compression = {codec}, .row_group_rows = 3, .page_rows = page_rows, .sync = false};
        options.page_version = version;
        options.runtime = runtime_of(1);
        const std::string path = directory / (std::to_string(static_cast<int>(codec)) + "-" + std::to_string(version) +
                                              "-" + std::to_string(page_rows) + ".parquet");
        Draw draw(1);
        FileWriter writer(path, before, options);
        const WrittenFile told = write_parts(writer, draw, table);
        ASSERT_NO_FATAL_FAILURE(AmendedFile(path, table.whole).check(told));
      }
    }
  }
}

std::vector<Case> cases() {
  const Value one = value_of(1);
  const Value two = value_of(2);
  const auto item = [](auto... values) { return parts_of({values...}); };
  const auto text = text_of;
  std::vector<Case> all;
  // An optional struct.
  all.push_back({"a struct<x int64>",
                 "a struct<x int64, y int64>",
                 {item(one), kNull, item(kNull), item(two)},
                 {item(one, kNull), kNull, item(kNull, kNull), item(two, kNull)},
                 {item(one, two), kNull}});
  // A list of structs, with each thing that may be missing.
  all.push_back(
      {"a list<struct<x int64>>",
       "a list<struct<x int64, y string>>",
       {item(item(one), item(two)), item(), kNull, item(kNull, item(kNull), item(one))},
       {item(item(one, kNull), item(two, kNull)), item(), kNull, item(kNull, item(kNull, kNull), item(one, kNull))},
       {item(item(one, text("late")))}});
  // Two lists deep, and beside the inner list: repetition of the model is dropped.
  all.push_back({"a list<struct<b list<struct<x int64>>>>",
                 "a list<struct<b list<struct<x int64, y int64>>, z int64>>",
                 {item(item(item(item(one), item(two))), item(item())), item(kNull, item(kNull)), item()},
                 {item(item(item(item(one, kNull), item(two, kNull)), kNull), item(item(), kNull)),
                  item(kNull, item(kNull, kNull)), item()},
                 {item(item(item(item(one, two)), one))}});
  // The values of a map.
  all.push_back({"m map<string, struct<x int64>>",
                 "m map<string, struct<x int64, y list<int64>>>",
                 {item(item(text("k"), item(one)), item(text("l"), kNull)), kNull, item()},
                 {item(item(text("k"), item(one, kNull)), item(text("l"), kNull)), kNull, item()},
                 {item(item(text("k"), item(one, item(one, two))))}});
  // Fields of the null type, in the first column: there some of them need room.
  all.push_back({"a null", "a int64", {kNull, kNull, kNull, kNull}, {kNull, kNull, kNull, kNull}, {one}});
  all.push_back({"a null", "a list<int64>", {kNull, kNull, kNull, kNull}, {kNull, kNull, kNull, kNull}, {item(one)}});
  all.push_back({"a null",
                 "a struct<x list<int64>, y int64>",
                 {kNull, kNull, kNull, kNull},
                 {kNull, kNull, kNull, kNull},
                 {item(item(one), two)}});
  all.push_back({"a struct<x null>",
                 "a struct<x string, y int64>",
                 {item(kNull), kNull},
                 {item(kNull, kNull), kNull},
                 {item(text("x"), one)}});
  all.push_back({"a list<null>",
                 "a list<map<string, int64>>",
                 {item(kNull, kNull), item(), kNull, item(kNull)},
                 {item(kNull, kNull), item(), kNull, item(kNull)},
                 {item(item(item(text("k"), one)))}});
  // Wider types: the first column's chunk needs room, however many leaves it is made of.
  const auto real = [](double value) { return value_of(std::bit_cast<uint64_t>(value)); };
  all.push_back(
      {"a int64", "a float64", {one, kNull, two, two, one}, {real(1), kNull, real(2), real(2), real(1)}, {real(0.5)}});
  all.push_back({"a struct<x int64, y string>",
                 "a json",
                 {item(one, text("a")), kNull, item(kNull, text("b")), item(kNull, kNull)},
                 {text(R"({"x":1,"y":"a"})"), kNull, text(R"({"y":"b"})"), text("{}")},
                 {text("7")}});
  all.push_back({"a struct<x int64, y list<struct<z int64, w int64>>>",
                 "a struct<x int64, y list<struct<z float64, w int64>>>",
                 {item(one, item(item(one, two), kNull)), kNull, item(two, item()), item(kNull, kNull)},
                 {item(one, item(item(real(1), two), kNull)), kNull, item(two, item()), item(kNull, kNull)},
                 {item(one, item(item(real(0.5), one)))}});
  all.push_back({"a list<list<int64>>",
                 "a list<json>",
                 {item(item(one, kNull), item()), kNull, item(), item(kNull, item(two))},
                 {item(text("[1,null]"), text("[]")), kNull, item(), item(kNull, text("[2]"))},
                 {item(text("true"))}});
  all.push_back({"m map<string, struct<x int64>>",
                 "m map<string, json>",
                 {item(item(text("k"), item(one)), item(text("l"), kNull)), kNull, item()},
                 {item(item(text("k"), text(R"({"x":1})")), item(text("l"), kNull)), kNull, item()},
                 {item(item(text("k"), text("7")))}});
  return all;
}

INSTANTIATE_TEST_SUITE_P(Kinds, ExtendOneColumn, testing::ValuesIn(cases()));

// --- finished files

TEST(AmendFile, MakesTheFileThatItsWriterWouldHaveMade) {
  const TemporaryDirectory directory;
  for (uint64_t round = 0; round < 40; ++round) {
    Draw draw(63, round);
    const RandomTable drawn = draw_table(draw, {.rows_max = 300, .leaves_max = 500, .leaves_max_large = 3'000});
    GrowingTable table = draw_growth(draw, drawn);
    FileOptions options = draw_growth_options(draw, table);
    options.metadata = {{"who", "me"}, {"empty", ""}};
    options.runtime = runtime_of(1);
    SCOPED_TRACE("seed 63, round " + std::to_string(round) + "\n" + shown(table, options));
    // What is written with earlier schemas, at times with a schema that had grown by then.
    const size_t parts = 1 + draw.below(table.parts.size());
    std::vector<Batch> batches;
    const auto write = [&](const std::string& path, bool grows) {
      FileWriter writer(path, table.parts[0].schema, options);
      Draw same(64, round);
      for (size_t i = 0; i < parts; ++i) {
        writer.extend_schema(table.parts[i].schema);
        for (const Batch& batch : draw_batches(same, table.parts[i], false)) writer.write(batch);
      }
      if (grows) writer.extend_schema(table.whole.schema);
      return writer.close().files[0];
    };
    const std::string expected_path = directory / ("expected-" + std::to_string(round) + ".parquet");
    const std::string path = directory / (std::to_string(round) + ".parquet");
    const WrittenFile expected = write(expected_path, true);
    WrittenFile told = write(path, false);
    Schema schema = table.parts[parts - 1].schema;
    bool at_once = parts == 1;
    for (size_t i = parts; i < table.parts.size(); ++i) {
      if (draw.chance(70)) continue;
      amend_file(path, schema, table.parts[i].schema, options, told);
      at_once &= table.parts[i].schema == schema || table.parts[i].schema == table.whole.schema;
      schema = table.parts[i].schema;
    }
    amend_file(path, schema, table.whole.schema, options, told);
    ASSERT_TRUE(!at_once || read_file(path) == read_file(expected_path));
    EXPECT_EQ(told.path, path);
    RandomTable rows{table.whole.schema, told.rows, {}};
    for (const std::vector<Value>& column : table.whole.columns)
      rows.columns.emplace_back(column.begin(), column.begin() + told.rows);
    ASSERT_NO_FATAL_FAILURE(AmendedFile(path, rows).check(told));
    for (size_t i = 0; i < told.fields.size(); ++i) EXPECT_EQ(told.fields[i].min, expected.fields[i].min);
    ASSERT_FALSE(HasFailure());
  }
}

ErrorCode code_of(const std::function<void()>& call, std::string* message = nullptr) {
  try {
    call();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::bug;
}

const Schema kBefore = parse_schema("a int64, s struct<x int64>");
const Schema kRoot = parse_schema("a int64, s struct<x int64>, b string");
const Schema kInside = parse_schema("a int64, s struct<x int64, y int64>");

RandomTable rows_of(const Schema& schema, int64_t rows) {
  RandomTable table{schema, rows, {}};
  for (const Field& field : schema.fields()) {
    Value value = value_of(7);
    for (size_t i = 0; i < field.type.children().size(); ++i) value.parts.push_back(value_of(8));
    table.columns.emplace_back(static_cast<size_t>(rows), value);
  }
  return table;
}

Batch batch_of(const RandomTable& table) {
  std::vector<Column> columns;
  for (size_t i = 0; i < table.columns.size(); ++i) {
    ColumnMaker maker(table.schema[i].type, false);
    for (const Value& value : table.columns[i]) maker.append(value);
    columns.push_back(maker.finish());
  }
  return Batch(std::make_shared<const Schema>(table.schema), std::move(columns), table.rows);
}
Batch batch_of(const Schema& schema, int64_t rows) { return batch_of(rows_of(schema, rows)); }

WrittenFile write_before(const std::string& path, FileOptions options = {}) {
  options.sync = false;
  FileWriter writer(path, kBefore, options);
  writer.write(batch_of(kBefore, 1));
  return writer.close().files[0];
}

TEST(AmendFile, EveryDamageBehindThePagesIsFound) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  const WrittenFile told = write_before(path);
  const std::string bytes = read_file(path);
  const ChunkLayout last = read_layout(path).row_groups.at(0).chunks.at(1);
  for (size_t at = last.offset + last.bytes; at < bytes.size() - 8; ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    write_file(path, damaged);
    WrittenFile file = told;
    const ErrorCode code = code_of([&] { amend_file(path, kBefore, kRoot, {}, file); });
    EXPECT_TRUE(code == ErrorCode::corrupt || code == ErrorCode::unsupported) << at;
    EXPECT_EQ(read_file(path), damaged);
  }
}

TEST(AmendFile, SaysWhatIsWrong) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  WrittenFile told = write_before(path);
  std::string message;
  EXPECT_EQ(code_of([&] { amend_file(path, kRoot, kBefore, {}, told); }), ErrorCode::invalid);
  EXPECT_EQ(code_of([&] { amend_file(directory / "b", kBefore, kRoot, {}, told); }), ErrorCode::io);
  const Schema other = parse_schema("a int64");
  EXPECT_EQ(code_of([&] { amend_file(path, other, parse_schema("a int64, b int64"), {}, told); }, &message),
            ErrorCode::corrupt);
  EXPECT_THAT(message, HasSubstr("has 2 columns instead of 1"));
}

// --- the writer

TEST(ExtendSchema, TheSortOrderKeepsItsColumn) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  FileOptions options{.sync = false, .sorted_by = {{"z"}}};
  const Schema before = parse_schema("s struct<x int64>, z int64");
  const Schema wider = parse_schema("s struct<x int64, y int64>, z int64");
  FileWriter writer(path, before, options);
  writer.write(batch_of(before, 2));
  writer.extend_schema(wider);
  writer.write(batch_of(wider, 2));
  writer.close();
  const FileLayout layout = read_layout(path);
  for (const RowGroupLayout& group : layout.row_groups) {
    ASSERT_EQ(group.sorted_by.size(), 1u);
    EXPECT_EQ(group.sorted_by[0].column, "z");
  }
  const std::string staged = directory / "b.parquet";
  FileWriter finished(staged, before, options);
  finished.write(batch_of(before, 2));
  WrittenFile told = finished.close().files[0];
  amend_file(staged, before, wider, options, told);
  EXPECT_EQ(read_layout(staged).row_groups.at(0).sorted_by.at(0).column, "z");
}

TEST(ExtendSchema, OrderIsCheckedAcrossTheChange) {
  FileWriter writer(std::make_unique<MemorySink>(std::make_shared<MemoryFile>()), kBefore,
                    {.sorted_by = {{"a", true}}});
  writer.write(batch_of(kBefore, 1));
  writer.extend_schema(kInside);
  RandomTable larger = rows_of(kInside, 1);
  larger.columns[0][0] = value_of(9);
  EXPECT_EQ(code_of([&] { writer.write(batch_of(larger)); }), ErrorCode::data);
}

TEST(ExtendSchema, OriginsComeWithTheirColumns) {
  const TemporaryDirectory directory;
  const Schema narrow({{"a", int64(), true, std::nullopt, "x.a"}});
  const Schema wide({narrow[0], {"a_2", int64(), true, std::nullopt, "a"}});
  const std::array paths{directory / "first", directory / "second"};
  for (size_t i = 0; i < 2; ++i) {
    FileWriter writer(paths[i], narrow, {.sync = false});
    writer.write(Batch(std::make_shared<const Schema>(narrow), {make_int64({1})}, 1));
    if (i == 0) writer.extend_schema(wide);  // in the file, or behind its end
    WrittenFile told = writer.close().files[0];
    if (i == 1) amend_file(paths[1], narrow, wide, {.sync = false}, told);
  }
  for (const std::string& path : paths) {
    const FileReader file(path);
    ASSERT_EQ(file.schema(), wide);
    EXPECT_EQ(file.schema()[0].origin.value() + " " + file.schema()[1].origin.value(), "x.a a");
  }
}

TEST(ExtendSchema, FieldIdsAreForAllFields) {
  const TemporaryDirectory directory;
  FileOptions options{.columns = {{.column = "s", .bloom_filter = 0.1, .field_id = 7}}, .sync = false};
  const std::string path = directory / "a.parquet";
  FileWriter writer(path, kBefore, options);
  writer.write(batch_of(kBefore, 3));
  writer.extend_schema(kInside);
  writer.write(batch_of(kInside, 3));
  writer.close();
  const FileLayout layout = read_layout(path);
  EXPECT_EQ(layout.schema[1].id, 7);
  EXPECT_TRUE(layout.row_groups.at(0).chunks.at(1).bloom_filter);
  for (const size_t leaf : {1, 2}) EXPECT_TRUE(layout.row_groups.at(1).chunks.at(leaf).bloom_filter);
  EXPECT_EQ(check_digests(RandomReader::open(path)).state, DigestState::intact);
}

// A writer of many files takes the schema along; each file gets what it lacks when it is finished.
TEST(ExtendSchema, InTheMiddleOfAFileAndBetweenFiles) {
  const TemporaryDirectory directory;
  const std::array paths{directory / "0.parquet", directory / "1.parquet", directory / "2.parquet"};
  const Schema both = parse_schema("a int64, s struct<x int64, y int64>, b string");
  FileWriter writer(paths[0], kBefore, {.sync = false});
  writer.write(batch_of(kBefore, 2));
  writer.extend_schema(kInside);
  std::vector<WrittenFile> told{writer.finish_file()};
  writer.extend_schema(both);
  for (size_t i = 1; i < paths.size(); ++i) {
    writer.start_file(create_file_sink(paths[i], {.sync = false}));
    writer.write(batch_of(both, 3));
    told.push_back(writer.finish_file());
  }
  RandomTable first = rows_of(kInside, 2);
  for (Value& value : first.columns[1]) value.parts[1] = kNull;
  AmendedFile(paths[0], first).check(told[0]);
  const RandomTable others = rows_of(both, 3);
  for (size_t i = 1; i < paths.size(); ++i) {
    EXPECT_EQ(told[i].row_groups, 1);
    AmendedFile(paths[i], others).check(told[i]);
  }
}

// What follows a first column that needs more room gets another place, its bloom filter too.
TEST(ExtendSchema, BloomFiltersMoveWithTheirRowGroups) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  const Schema before{{"a", null()}, {"b", int64()}};
  const Schema wider{{"a", list(int64())}, {"b", int64()}};
  FileOptions options{.row_group_rows = 2, .columns = {{.column = "b", .bloom_filter = 0.1}}, .sync = false};
  RandomTable rows{before, 5, {std::vector<Value>(5, kNull), std::vector<Value>(5, value_of(7))}};
  FileWriter writer(path, before, options);
  writer.write(batch_of(rows));
  writer.extend_schema(wider);
  const WrittenFile told = writer.close().files[0];
  rows.schema = wider;
  AmendedFile file(path, rows);
  file.check(told);
  ASSERT_EQ(file.groups().size(), 3u);
  for (const RowGroup& group : file.groups()) {
    const ColumnMetaData& b = *group.columns[1].meta_data;
    ASSERT_TRUE(b.bloom_filter_offset);
    EXPECT_EQ(*b.bloom_filter_offset, b.data_page_offset + b.total_compressed_size);
  }
}

// A finished file whose late chunks stood behind its row groups was amended once more: all row groups moved up for the
// first column, and the late chunks with the last of them, but the footer took them to have moved with their own. Of
// 100,000 random files one met it.
TEST(AmendFile, LateChunksMoveWithWhatStandsBeforeThem) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.parquet";
  const Schema first{{"a", null()}};
  const Schema second{{"a", null()}, {"b", int64()}, {"c", list(int64())}};
  const Schema last{{"a", list(int64())}, {"b", int64()}, {"c", list(int64())}};
  const FileOptions options{.row_group_rows = 2, .sync = false};
  FileWriter writer(path, first, options);
  writer.write(batch_of({first, 5, {std::vector<Value>(5, kNull)}}));
  writer.extend_schema(second);
  WrittenFile told = writer.close().files[0];
  RandomTable rows{last, 5, std::vector(3, std::vector<Value>(5, kNull))};
  amend_file(path, second, last, options, told);
  AmendedFile(path, rows).check(told);
}

// Of a sink that cannot hold a new file beside the one that it has. What is written anew is shorter here: what comes
// behind it must not be taken for the end of the file.
TEST(ExtendSchema, ASinkThatHasOneFileIsOverwritten) {
  const TemporaryDirectory directory;
  std::vector<Field> fields;
  for (int i = 0; i < 30; ++i) fields.push_back({"a" + std::to_string(i), int64()});
  const Schema before{{"s", struct_(std::move(fields))}, {"n", int64()}};
  const Schema wider{{"s", json()}, {"n", int64()}};
  const Value numbers = value_of(7);
  const RandomTable rows{before, 5, {std::vector(5, parts_of(std::vector(30, kNull))), std::vector(5, numbers)}};
  WrittenFile told;
  {
    FileWriter writer(std::make_unique<PartSink>(directory, "a"), before, {.row_group_rows = 2, .sync = false});
    writer.write(batch_of(rows));
    writer.extend_schema(wider);
    told = writer.close().files[0];
  }
  AmendedFile(directory / "a.part", {wider, 5, {std::vector(5, text_of("{}")), std::vector(5, numbers)}}).check(told);
}

TEST(ExtendSchema, WithoutRowsThereIsNothingToAmend) {
  for (const bool positional : {true, false}) {
    const auto file = std::make_shared<MemoryFile>();
    const auto expected = std::make_shared<MemoryFile>();
    FileWriter writer(std::make_unique<MemorySink>(file, positional), kBefore);
    writer.extend_schema(kBefore);
    writer.write(batch_of(kBefore, 0));
    writer.extend_schema(kInside);
    EXPECT_EQ(writer.schema(), kInside);
    writer.write(batch_of(kInside, 5));
    writer.extend_schema(kInside);
    writer.write(batch_of(kInside, 5));
    EXPECT_EQ(writer.close().files[0].row_groups, 1);
    FileWriter other(std::make_unique<MemorySink>(expected, positional), kInside);
    for (int i = 0; i < 2; ++i) other.write(batch_of(kInside, 5));
    other.close();
    EXPECT_EQ(file->bytes, expected->bytes);
  }
}

TEST(ExtendSchema, APipeTakesColumnsButNotPartsOfThem) {
  const TemporaryDirectory directory;
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file, false), kBefore, {.sync = false});
  writer.write(batch_of(kBefore, 5));
  writer.extend_schema(kRoot);
  const WrittenFile told = writer.close().files[0];
  const std::string path = directory / "a.parquet";
  write_file(path, std::string(as_text(file->bytes)));
  RandomTable expected = rows_of(kRoot, 5);
  for (Value& value : expected.columns[2]) value = kNull;
  AmendedFile(path, expected).check(told);

  FileWriter other(std::make_unique<MemorySink>(std::make_shared<MemoryFile>(), false), kBefore, {});
  other.write(batch_of(kBefore, 5));
  std::string message;
  EXPECT_EQ(code_of([&] { other.extend_schema(kInside); }, &message), ErrorCode::unsupported);
  EXPECT_THAT(message, HasSubstr("cannot be read back"));
  EXPECT_EQ(code_of([&] { other.close(); }), ErrorCode::closed);
}

TEST(ExtendSchema, ARefusedSchemaClosesTheWriter) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), kRoot);
  writer.write(batch_of(kRoot, 1));
  EXPECT_EQ(code_of([&] { writer.extend_schema(kBefore); }), ErrorCode::invalid);
  EXPECT_EQ(code_of([&] { writer.extend_schema(kRoot); }), ErrorCode::closed);
  EXPECT_FALSE(file->published);
}

TEST(ExtendSchema, BatchesMustHaveTheNewSchema) {
  FileWriter writer(std::make_unique<MemorySink>(std::make_shared<MemoryFile>()), kBefore);
  writer.extend_schema(kInside);
  EXPECT_EQ(code_of([&] { writer.write(batch_of(kBefore, 1)); }), ErrorCode::invalid);
}

/// Gives back other bytes than were written.
class ForgetfulSink : public MemorySink {
 public:
  using MemorySink::MemorySink;
  void read_at(uint64_t offset, std::span<std::byte> into) override {
    MemorySink::read_at(offset, into);
    if (!into.empty()) into.back() ^= std::byte{1};
  }
};

TEST(ExtendSchema, PagesAreCheckedWhenTheyAreReadBack) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<ForgetfulSink>(file), kBefore);
  writer.write(batch_of(kBefore, 1));
  writer.extend_schema(kInside);
  std::string message;
  EXPECT_EQ(code_of([&] { writer.close(); }, &message), ErrorCode::corrupt);
  EXPECT_THAT(message, HasSubstr("memory: column s.x"));
  EXPECT_FALSE(file->published);
}

}  // namespace
}  // namespace sluice::extend_schema_test
