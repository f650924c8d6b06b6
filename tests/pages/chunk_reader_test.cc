#include "pages/chunk_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "base/bits.h"
#include "columns/column_check.h"
#include "format/schema_elements.h"
#include "pages/assemble.h"
#include "pages/chunk_writer.h"
#include "pages/pages_in_memory.h"
#include "pages/striping.h"
#include "schema/leaves.h"
#include "sluice/error.h"
#include "support/make_columns.h"
#include "support/random_table.h"
#include "support/reference_slots.h"

namespace sluice::chunk_reader_test {
namespace {

using namespace test;

/// How the leaves of a schema lie in a file.
std::vector<LeafForm> forms_of(const Schema& schema) {
  std::vector<LeafForm> forms;
  const std::vector<Leaf> leaves = leaves_of(schema);
  for (const SchemaElement& element : to_schema_elements(schema))
    if (element.type)
      forms.push_back(leaf_form(element, leaves[forms.size()].type, Int96Unit::microsecond, InvalidText::error));
  return forms;
}

ChunkOptions draw_chunk_options(Draw& draw) {
  static const std::array codecs{Codec::none, Codec::snappy, Codec::zstd, Codec::gzip, Codec::brotli, Codec::lz4};
  ChunkOptions options;
  options.compression = {draw.one_of(codecs)};
  options.page_bytes = static_cast<uint64_t>(draw.magnitude(1 << 16));
  options.page_rows = draw.magnitude(500);
  options.dictionary_bytes = draw.chance(60) ? uint64_t{1} << 20 : draw.chance(50) ? 200 : 0;
  options.compat = draw.chance(30);
  if (draw.chance(50)) options.page = PageType::data_page_v2;
  return options;
}

FinishedChunk write_chunk(const Column& column, const Field& field, const Leaf& leaf, const ChunkOptions& options) {
  Striper striper;
  ChunkWriter writer(leaf, options);
  if (column.length > 0) writer.append(striper.stripe(column, field, leaf, 0, column.length));
  return writer.finish();
}

ChunkFacts facts_of(const FinishedChunk& chunk, int64_t rows, bool is_ours = true) {
  return {"a file",
          2,
          rows,
          chunk.metadata.num_values,
          static_cast<uint64_t>(chunk.metadata.total_uncompressed_size),
          chunk.metadata.codec,
          is_ours};
}

/// The leaves below one column of the root, read side by side as scans do.
class Lane {
 public:
  Lane(Draw& draw, const Schema& schema, size_t root, const Column& column, const std::vector<Leaf>& leaves,
       const std::vector<LeafForm>& forms)
      : draw_(draw), column_(column), field_(schema[root]) {
    const ChunkContext context{pool_, uint64_t{1} << 20, uint64_t{1} << 24, true, draw.chance(50)};
    std::vector<AssemblyLeaf> below;
    for (size_t i = 0; i < leaves.size(); ++i) {
      if (leaves[i].steps[0] != root) continue;
      const FinishedChunk chunk = write_chunk(column, field_, leaves[i], draw_chunk_options(draw));
      pages_.emplace_back(chunk, column.length, draw.chance(50));
      readers_.emplace_back(leaves[i], forms[i], facts_of(chunk, column.length, draw.chance(70)), pages_.back(),
                            context);
      below.push_back({&leaves[i], below.size()});
      leaves_.push_back(&leaves[i]);
    }
    held_.resize(readers_.size());
    assembler_ = std::make_unique<Assembler>(field_, below, "a file");
  }

  /// Goes through all rows in steps of any kind.
  void go_through() {
    int64_t row = 0;
    while (row < column_.length) {
      const int64_t rows = draw_.magnitude(column_.length - row);
      if (draw_.chance(20)) park();
      if (draw_.chance(40)) {
        skip(rows);
        row += rows;
      } else if (!field_.type.is_nested() && held_[0].rows == 0 && draw_.chance(50)) {
        ASSERT_NO_FATAL_FAILURE(read_selected(row, rows));
      } else {
        ASSERT_NO_FATAL_FAILURE(read(row, rows));
      }
    }
    for (size_t i = 0; i < readers_.size(); ++i) {
      EXPECT_EQ(readers_[i].row(), column_.length);
      readers_[i].finish();
      const ChunkTally& tally = readers_[i].tally();
      EXPECT_EQ(tally.pages_decoded + tally.pages_skipped, pages_[i].data_pages());
    }
  }

 private:
  void park() {
    for (ChunkReader& reader : readers_)
      if (draw_.chance(50)) reader.park();
  }

  // What was read ahead is dropped first.
  void skip(int64_t rows) {
    for (size_t i = 0; i < readers_.size(); ++i) {
      const int64_t held = std::min(rows, held_[i].rows);
      if (held > 0) held_[i].take_front(held, *leaves_[i]);
      readers_[i].skip(rows - held);
    }
  }

  /// Some of the rows, as many as all leaves give.
  void read(int64_t& row, int64_t rows) {
    for (size_t i = 0; i < readers_.size(); ++i) {
      if (held_[i].rows == 0) held_[i] = readers_[i].read(rows, static_cast<uint64_t>(draw_.magnitude(1 << 17)));
      ASSERT_GT(held_[i].rows, 0);
      rows = std::min(rows, held_[i].rows);
    }
    std::vector<LeafPart> parts;
    for (size_t i = 0; i < readers_.size(); ++i) parts.push_back(held_[i].take_front(rows, *leaves_[i]));
    const Column found = assembler_->assemble(parts, *pool_);
    ASSERT_EQ(found.length, rows);
    ASSERT_EQ(show_all(found), show_all(column_.slice(row, rows))) << to_text(field_.type) << ", row " << row;
    ColumnCheck(rows).check(found, field_);
    row += rows;
  }

  /// Some of the rows, from any bit of a bitmap on.
  void read_selected(int64_t& row, int64_t rows) {
    const auto begin = static_cast<int64_t>(draw_.below(100));
    const int percent = draw_.chance(50) ? 3 : 60;
    ASSERT_TRUE(readers_[0].can_select());
    std::vector<uint8_t> bits(static_cast<size_t>(begin + rows) / 8 + 1);
    for (int64_t i = 0; i < rows; ++i)
      if (draw_.chance(percent)) bits[static_cast<size_t>(begin + i) / 8] |= static_cast<uint8_t>(1 << (begin + i) % 8);
    LeafPart part =
        readers_[0].read_selected(bits.data(), begin, rows, static_cast<uint64_t>(draw_.magnitude(1 << 17)));
    ASSERT_GT(part.rows, 0);
    ASSERT_LE(part.rows, rows);
    const std::vector<std::string> all = show_all(column_.slice(row, part.rows));
    std::vector<std::string> expected;
    for (int64_t i = 0; i < part.rows; ++i)
      if (bit_at(bits.data(), begin + i)) expected.push_back(all[static_cast<size_t>(i)]);
    ASSERT_EQ(show_all(part.values), expected) << to_text(field_.type) << ", row " << row;
    ColumnCheck(part.values.length).check(part.values, field_);
    row += part.rows;
  }

  Draw& draw_;
  const Column& column_;
  const Field& field_;
  std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>(uint64_t{1} << 20);
  std::deque<PagesInMemory> pages_;
  std::deque<ChunkReader> readers_;
  std::vector<LeafPart> held_;
  std::vector<const Leaf*> leaves_;
  std::unique_ptr<Assembler> assembler_;
};

TEST(ChunkReader, GivesBackTheRowsOfAnyTableInAnySteps) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 120; ++round) {
    SCOPED_TRACE(round);
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.leaves_max = 2'000, .leaves_max_large = 20'000});
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    const std::vector<LeafForm> forms = forms_of(table.schema);
    for (size_t root = 0; root < table.schema.size(); ++root) {
      const Column column = make_column(draw, table.schema[root].type, table.columns[root]);
      Lane lane(draw, table.schema, root, column, leaves, forms);
      ASSERT_NO_FATAL_FAILURE(lane.go_through());
    }
  }
}

/// The chunk of a column with pages of 100 rows, and a reader of it.
class HundredsTest : public testing::Test {
 protected:
  void write(const std::string& type, const Column& column, PageType page, bool planned) {
    schema_ = parse_schema("a " + type);
    leaves_ = leaves_of(schema_);
    forms_ = forms_of(schema_);
    ChunkOptions options;
    options.page_bytes = uint64_t{1} << 20;
    options.page_rows = 100;
    options.page = page;
    const FinishedChunk chunk = write_chunk(column, schema_[0], leaves_[0], options);
    pages_ = std::make_unique<PagesInMemory>(chunk, column.length, planned);
    reader_ = std::make_unique<ChunkReader>(
        leaves_[0], forms_[0], facts_of(chunk, column.length), *pages_,
        ChunkContext{std::make_shared<BufferPool>(0), uint64_t{1} << 20, uint64_t{1} << 20, true, true});
  }

  static Column numbers(int64_t count) {
    std::vector<std::optional<int64_t>> values;
    for (int64_t i = 0; i < count; ++i) values.push_back(i);
    return make_int64(values);
  }
  static Column lists_of_two(int64_t count) {
    return make_list({"element", int64()}, numbers(2 * count),
                     std::vector<std::optional<int32_t>>(static_cast<size_t>(count), 2));
  }

  Schema schema_;
  std::vector<Leaf> leaves_;
  std::vector<LeafForm> forms_;
  std::unique_ptr<PagesInMemory> pages_;
  std::unique_ptr<ChunkReader> reader_;
};

TEST_F(HundredsTest, PagesThatAreSkippedAreNotRead) {
  for (const PageType page : {PageType::data_page, PageType::data_page_v2}) {
    for (const bool planned : {false, true}) {
      write("int64", numbers(1'000), page, planned);
      reader_->skip(30);
      EXPECT_EQ(pages_->bodies_read, 1u);
      reader_->skip(820);
      EXPECT_EQ(pages_->bodies_read, 2u);  // the first, for 30 rows of it, and the ninth
      EXPECT_EQ(pages_->headers_read, planned ? 2u : 9u);
      EXPECT_EQ(show_all(reader_->read(10, 1'000).values).front(), "850");
      reader_->skip(140);
      reader_->finish();
      EXPECT_EQ(pages_->bodies_read, 2u);
      EXPECT_EQ(reader_->tally().pages_decoded, 2);
      EXPECT_EQ(reader_->tally().pages_skipped, 8);
    }
  }
}

TEST_F(HundredsTest, PagesWithoutARowThatIsWantedAreNotRead) {
  std::vector<uint8_t> bits(200);
  for (const int row : {3, 77, 650}) bits[static_cast<size_t>(row + 5) / 8] |= static_cast<uint8_t>(1 << (row + 5) % 8);
  for (const bool planned : {false, true}) {
    write("int64", numbers(1'000), PageType::data_page, planned);
    const LeafPart part = reader_->read_selected(bits.data(), 5, 1'000, 10'000);
    EXPECT_EQ(part.rows, 1'000);
    EXPECT_THAT(show_all(part.values), testing::ElementsAre("3", "77", "650"));
    reader_->finish();
    EXPECT_EQ(pages_->bodies_read, 2u);
    EXPECT_EQ(reader_->tally().pages_skipped, 8);
  }
}

TEST_F(HundredsTest, PagesOfListsAreSkippedUnreadWhereSomethingTellsTheirRows) {
  for (const PageType page : {PageType::data_page, PageType::data_page_v2}) {
    for (const bool planned : {false, true}) {
      write("list<int64>", lists_of_two(1'000), page, planned);
      reader_->skip(850);
      const bool is_told = planned || page == PageType::data_page_v2;
      EXPECT_EQ(pages_->bodies_read, is_told ? 1u : 9u);
      const LeafPart part = reader_->read(50, 100'000);
      EXPECT_EQ(show_all(part.values).front(), "1700");
      EXPECT_EQ(part.repetition.size(), 100u);
      // Where the next page begins with a row for sure it is not looked at before it is needed.
      EXPECT_EQ(pages_->bodies_read, is_told ? 1u : 10u);
      reader_->skip(100);
      reader_->finish();
    }
  }
}

TEST_F(HundredsTest, AParkedPageIsOpenedAgain) {
  for (const std::string type : {"int64", "list<int64>"}) {
    write(type, type == "int64" ? numbers(1'000) : lists_of_two(1'000), PageType::data_page, true);
    reader_->read(30, 100'000);
    const size_t bodies = pages_->bodies_read;
    reader_->park();
    reader_->park();
    EXPECT_LT(reader_->memory_bytes(), 100u);
    EXPECT_EQ(show_all(reader_->read(1, 100'000).values).front(), type == "int64" ? "30" : "60");
    EXPECT_EQ(pages_->bodies_read, bodies + 1);
    // Of a parked page whose other rows nobody wants nothing is read again.
    reader_->park();
    reader_->skip(169);
    EXPECT_EQ(pages_->bodies_read, bodies + 1);
    reader_->skip(800);
    reader_->finish();
  }
}

TEST_F(HundredsTest, PartsEndWithTheRowThatPassesTheirBytes) {
  std::vector<std::optional<std::string>> texts;
  for (size_t i = 0; i < 1'000; ++i)
    texts.push_back(std::string(i % 7 == 0 ? 0 : 10 + i % 50, 'a') + std::to_string(i));
  const std::vector<std::optional<int32_t>> sizes(200, 5);
  for (const bool is_list : {false, true}) {
    const Column column = make_text(string(), texts);
    if (is_list) {
      write("list<string>", make_list({"element", string()}, column, sizes), PageType::data_page, false);
    } else {
      write("string", column, PageType::data_page, false);
    }
    std::vector<std::string> found;
    size_t parts = 0;
    const int64_t rows = is_list ? 200 : 1'000;
    while (reader_->row() < rows) {
      const LeafPart part = reader_->read(rows - reader_->row(), 2'000);
      EXPECT_LT(part.values.offsets_data()[part.values.length], 2'000 + 5 * 70);
      for (const std::string& value : show_all(part.values)) found.push_back(value);
      ++parts;
    }
    reader_->finish();
    EXPECT_EQ(found, show_all(column));
    EXPECT_GT(parts, 12u);
    EXPECT_LT(parts, 30u);
  }
}

TEST_F(HundredsTest, TextThatIsNotUtf8IsToldWithItsRow) {
  std::vector<std::optional<std::string>> texts(250, "fine");
  texts[207] = "\xff";
  write("binary", make_text(binary(), texts), PageType::data_page, true);
  forms_[0].type = string();
  forms_[0].checks_utf8 = true;
  EXPECT_EQ(reader_->read(200, 100'000).rows, 200);
  try {
    reader_->read(50, 100'000);
    FAIL() << "not found";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::corrupt);
    EXPECT_THAT(error.what(), testing::HasSubstr("the text in row 207 of the row group is not UTF-8"));
  }
}

/// Reads what it can; damage that no checksum tells ends as an error or as other rows.
void read_damaged(Draw& draw, const Field& field, const Leaf& leaf, const LeafForm& form, const FinishedChunk& chunk,
                  int64_t rows) {
  const auto pool = std::make_shared<BufferPool>(1 << 16);
  try {
    PagesInMemory pages(chunk, rows, draw.chance(30));
    ChunkReader reader(leaf, form, facts_of(chunk, rows, draw.chance(30)), pages,
                       {pool, uint64_t{1} << 20, uint64_t{1} << 20, false, draw.chance(50)});
    Assembler assembler(field, {{&leaf, 0}}, "a file");
    while (reader.row() < rows) {
      const int64_t some = draw.magnitude(rows - reader.row());
      if (draw.chance(30)) {
        reader.skip(some);
        continue;
      }
      std::vector<LeafPart> parts;
      if (!field.type.is_nested() && draw.chance(40)) {
        std::vector<uint8_t> bits(static_cast<size_t>(some) / 8 + 1);
        for (uint8_t& byte : bits) byte = static_cast<uint8_t>(draw.chance(50) ? 0 : draw.bits());
        const Column values = reader.read_selected(bits.data(), 0, some, 10'000).values;
        ColumnCheck(values.length).check(values, field);
        continue;
      }
      parts.push_back(reader.read(some, 10'000));
      const int64_t found = parts[0].rows;
      const Column column = assembler.assemble(parts, *pool);
      ASSERT_EQ(column.length, found);
      ColumnCheck(found).check(column, field);
    }
    reader.finish();
  } catch (const Error& error) {
    ASSERT_TRUE(error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported) << error.what();
  } catch (const ThriftError&) {
    // A header that no reader is shown.
  }
}

TEST(ChunkReader, DamageThatNoChecksumTellsDoesNoHarm) {
  const uint64_t seed = property_seed();
  for (uint64_t round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    Draw draw(seed, round);
    const RandomTable table = draw_table(draw, {.depth_max = 2, .rows_max = 100, .leaves_max = 200});
    const std::vector<Leaf> leaves = leaves_of(table.schema);
    const std::vector<LeafForm> forms = forms_of(table.schema);
    const size_t at_leaf = draw.below(leaves.size());
    const Leaf& leaf = leaves[at_leaf];
    const Field& field = table.schema[leaf.steps[0]];
    if (table.rows == 0 || std::ranges::count(leaves, leaf.steps[0], [](const Leaf& of) { return of.steps[0]; }) > 1)
      continue;
    const Column column = make_column(draw, field.type, table.columns[leaf.steps[0]]);
    FinishedChunk chunk = write_chunk(column, field, leaf, draw_chunk_options(draw));
    for (int flip = 0; flip < 20; ++flip) {
      std::vector<Bytes*> buffers;
      if (chunk.dictionary_page.empty() || draw.chance(70))
        chunk.data_pages.each_buffer([&](Bytes& piece) { buffers.push_back(&piece); });
      else
        buffers.push_back(&chunk.dictionary_page);
      Bytes& bytes = *buffers[draw.below(buffers.size())];
      const size_t at = draw.below(bytes.size());
      const auto change = static_cast<std::byte>(draw.chance(50) ? 1u << draw.below(8) : draw.below(256));
      bytes.data()[at] ^= change;
      ASSERT_NO_FATAL_FAILURE(read_damaged(draw, field, leaf, forms[at_leaf], chunk, column.length));
      if (draw.chance(70)) bytes.data()[at] ^= change;
    }
  }
}

}  // namespace
}  // namespace sluice::chunk_reader_test
