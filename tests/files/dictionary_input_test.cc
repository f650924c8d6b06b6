// Columns in dictionary form give the same file as plain ones, whatever dictionaries they come with.
#include <gtest/gtest.h>

#include <algorithm>

#include "sluice/file_writer.h"
#include "support/dictionary_columns.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::dictionary_input_test {
namespace {

constexpr uint64_t kSeed = 17;

std::vector<std::byte> bytes_of(const std::vector<Batch>& batches, const Schema& schema, const FileOptions& options) {
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), schema, options);
  for (const Batch& batch : batches) writer.write(batch);
  writer.close();
  return file->bytes;
}

/// Without dictionaries, and nothing under nulls.
Batch plain_batch(const Batch& batch) {
  std::vector<Column> columns;
  for (const Column& column : batch.columns()) {
    std::vector<ValuePlace> places(static_cast<size_t>(column.length));
    for (size_t i = 0; i < places.size(); ++i) places[i] = {0, static_cast<int32_t>(i)};
    const Column* const piece = &column;
    uint64_t bytes_left = UINT64_MAX;
    columns.push_back(gather({&piece, 1}, places, bytes_left).value());
  }
  return Batch(batch.shared_schema(), std::move(columns), batch.rows());
}

Batch dictionary_batch(test::Draw& draw, const Batch& batch) {
  std::vector<Column> columns;
  for (const Column& column : batch.columns()) columns.push_back(test::in_dictionary_form(draw, column, 80));
  return Batch(batch.shared_schema(), std::move(columns), batch.rows());
}

std::vector<Batch> cut(test::Draw& draw, const Batch& whole) {
  std::vector<Batch> batches;
  for (int64_t begin = 0; begin < whole.rows();) {
    const int64_t rows = draw.chance(30) ? whole.rows() - begin : draw.between(1, whole.rows() - begin);
    batches.push_back(whole.slice(begin, rows));
    begin += rows;
  }
  return batches;
}

FileOptions draw_options(test::Draw& draw, const std::shared_ptr<Runtime>& runtime) {
  FileOptions options;
  options.runtime = runtime;
  options.sync = false;
  constexpr uint64_t kDictionaryBytes[] = {0, 20, 500, 1 << 20};
  options.dictionary_bytes = kDictionaryBytes[draw.below(4)];
  options.page_bytes = draw.chance(50) ? 1 << draw.below(14) : 1 << 20;
  options.page_rows = draw.chance(50) ? draw.between(1, 500) : 20'000;
  options.row_group_rows = draw.chance(50) ? draw.between(1, 2'000) : 1 << 20;
  if (draw.chance(30)) options.profile = Profile::compat;
  return options;
}

TEST(DictionaryInput, GivesTheSameFile) {
  const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  for (uint64_t i = 0; i < 150; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 2'000, .leaves_max = 5'000, .leaves_max_large = 20'000});
    const FileOptions options = draw_options(draw, runtime);
    std::vector<Batch> plain;
    std::vector<Batch> looked_up;
    for (const Batch& batch : test::draw_batches(draw, table, false)) {
      plain.push_back(plain_batch(batch));
      for (const Batch& part : cut(draw, dictionary_batch(draw, plain.back()))) looked_up.push_back(part);
    }
    ASSERT_TRUE(bytes_of(looked_up, table.schema, options) == bytes_of(plain, table.schema, options));
  }
}

// One text column of few and of many distinct values, with one dictionary for all batches, in turn with others.
TEST(DictionaryInput, GivesTheSameFileForDictionariesInTurn) {
  const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  const auto schema = std::make_shared<const Schema>(Schema{{"a", string()}});
  for (const uint64_t distinct : {1u, 2u, 300u, 20'000u}) {
    test::Draw draw(kSeed, distinct);
    std::vector<Batch> plain;
    std::vector<Batch> looked_up;
    std::vector<std::optional<std::string>> words;
    for (uint64_t i = 0; i < distinct; ++i) words.emplace_back("word " + std::to_string(i * i));
    const auto one = std::make_shared<const Column>(test::make_text(string(), words));
    std::reverse(words.begin(), words.end());
    const auto other = std::make_shared<const Column>(test::make_text(string(), words));
    for (int part = 0; part < 6; ++part) {
      std::vector<std::optional<int32_t>> indices;
      for (int row = 0; row < 5'000; ++row)
        indices.push_back(draw.chance(5) ? std::nullopt : std::optional(static_cast<int32_t>(draw.below(distinct))));
      const Column column = from_dictionary(test::make_fixed<int32_t>(int32(), indices), part % 3 == 2 ? other : one);
      looked_up.emplace_back(schema, std::vector{column}, column.length);
      plain.emplace_back(schema, std::vector{unfold(column)}, column.length);
    }
    for (const uint64_t dictionary_bytes : {uint64_t{0}, uint64_t{3'000}, uint64_t{1} << 20}) {
      FileOptions options;
      options.runtime = runtime;
      options.sync = false;
      options.dictionary_bytes = dictionary_bytes;
      options.row_group_rows = 12'000;
      options.columns = {{.column = "a", .bloom_filter = 0.01}};
      EXPECT_TRUE(bytes_of(looked_up, *schema, options) == bytes_of(plain, *schema, options))
          << distinct << " " << dictionary_bytes;
    }
  }
}

}  // namespace
}  // namespace sluice::dictionary_input_test
