#include "files/pages_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

#include "pages/chunk_reader.h"
#include "runtime/workers.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"
#include "sluice/file_writer.h"
#include "storage/temporary_directory.h"
#include "support/draw.h"
#include "support/make_columns.h"

namespace sluice::pages_ahead_test {
namespace {

using test::TemporaryDirectory;
using ::testing::HasSubstr;

constexpr int64_t kRows = 40'000;

/// One column of texts, three megabytes: pages of a thousand rows each, above what is handed over.
std::string written_file(const TemporaryDirectory& folder, FileOptions options = {}) {
  std::vector<std::optional<std::string>> texts;
  std::minstd_rand random(7);
  for (int64_t i = 0; i < kRows; ++i) {
    texts.push_back(i % 50 == 0 ? std::nullopt : std::optional(std::to_string(i)));
    while (texts.back() && texts.back()->size() < 75) *texts.back() += std::to_string(random());
  }
  const auto schema = std::make_shared<const Schema>(Schema{{"t", string()}});
  options.page_rows = 1'000;
  options.sync = false;
  FileWriter writer(folder / "a.parquet", *schema, options);
  writer.write(Batch(schema, {test::make_text(string(), texts)}, kRows));
  writer.close();
  return folder / "a.parquet";
}

/// Pages ahead of one chunk, whose tasks wait until somebody runs them.
struct Chunk {
  explicit Chunk(const std::string& path, uint64_t bytes_max = 1_MiB)
      : file(StoredFile::open(path, {})), cursor(*file, 0, 0, {.read_bytes = kHeaderReadBytes}) {
    const ChunkFacts facts = file->chunk_facts(0, 0);
    const Leaf& leaf = file->leaves()[0].leaf;
    pages.emplace(file->file(), cursor,
                  PagesAheadOptions{.rules = page_rules(leaf, facts, context),
                                    .bytes_max = bytes_max,
                                    .has_idle_thread = [this] { return is_idle; },
                                    .post = [this](std::function<void()> task) { tasks.push_back(std::move(task)); }});
    reader.emplace(leaf, file->leaves()[0].form, facts, *pages, context);
  }

  void run_one(test::Draw& draw) {
    if (tasks.empty()) return;
    const auto at = tasks.begin() + static_cast<std::ptrdiff_t>(draw.below(tasks.size()));
    const std::function<void()> task = std::move(*at);
    tasks.erase(at);
    task();
  }
  /// All rows as text; tasks run as `draw` has it, and memory is let go of.
  std::vector<std::string> read(test::Draw& draw) {
    std::vector<std::string> values;
    while (reader->row() < kRows) {
      const LeafPart part = reader->read(std::min<int64_t>(draw.magnitude(3'000), kRows - reader->row()), 1_MiB);
      for (std::string& value : test::show_all(part.values)) values.push_back(std::move(value));
      while (draw.chance(60)) run_one(draw);
      if (draw.chance(2)) {
        reader->park();
        cursor.release_memory();
        pages->release_memory();
      }
      is_idle = draw.chance(80);
    }
    reader->finish();
    cursor.check_digest();
    return values;
  }

  ChunkContext context{.pool = std::make_shared<BufferPool>(1_MiB), .page_bytes_max = 1_MiB, .row_bytes_max = 1_MiB};
  std::shared_ptr<const StoredFile> file;
  PageCursor cursor;
  std::vector<std::function<void()>> tasks{};
  bool is_idle = true;
  std::optional<PagesAhead> pages{};
  std::optional<ChunkReader> reader{};
};

TEST(PagesAhead, BringsThePagesOfTheChunkWhoeverUnpacksThem) {
  constexpr uint64_t kSeed = 5;
  for (const int version : {1, 2}) {
    const TemporaryDirectory folder;
    const std::string path = written_file(folder, {.compression = {Codec::snappy}, .page_version = version});
    std::vector<std::string> expected;
    for (uint64_t round = 0; round < 6; ++round) {
      SCOPED_TRACE("seed " + std::to_string(kSeed) + ", round " + std::to_string(round));
      test::Draw draw(kSeed, round);
      Chunk chunk(path, round == 0 ? 0 : 1_MiB);
      std::vector<std::string> values = chunk.read(draw);
      ASSERT_EQ(values.size(), size_t{kRows});
      if (round == 0) {
        EXPECT_TRUE(chunk.tasks.empty()) << "there was no room";
        expected = std::move(values);
      } else {
        ASSERT_EQ(values, expected);
      }
      // Tasks that come too late find nothing to do, and nothing of what is gone.
      const std::vector<std::function<void()>> late = std::move(chunk.tasks);
      chunk.reader.reset();
      chunk.pages.reset();
      for (const std::function<void()>& task : late) task();
    }
  }
}

TEST(PagesAhead, HoldsNoMoreThanItMay) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder);
  constexpr uint64_t kBytesMax = 512_KiB;
  Chunk chunk(path, kBytesMax);
  while (chunk.reader->row() < kRows) {
    chunk.reader->read(1'000, 1_MiB);
    for (const std::function<void()>& task : chunk.tasks) task();
    chunk.tasks.clear();
    EXPECT_LT(chunk.pages->memory_bytes(), kBytesMax + 400_KiB);
  }
  chunk.pages->release_memory();
  EXPECT_EQ(chunk.pages->memory_bytes(), 0);
}

/// What reading the file says, rows that came before it in front.
std::string outcome_of(const std::string& path, unsigned threads) {
  const FileReader reader(path,
                          {.batch_rows = 1'500, .runtime = std::make_shared<Runtime>(RuntimeOptions{threads, 64_MiB})});
  const auto stream = reader.read();
  int64_t rows = 0;
  try {
    while (const auto next = stream->next()) rows += next->batch.rows();
  } catch (const Error& error) {
    return std::to_string(rows) + " rows, then: " + error.what();
  }
  return std::to_string(rows) + " rows";
}

TEST(PagesAhead, DamageIsToldWhereItStands) {
  const TemporaryDirectory folder;
  const std::string path = written_file(folder, {.compression = {Codec::snappy}});
  EXPECT_EQ(outcome_of(path, 3), "40000 rows");
  const std::string whole = test::read_file(path);
  const auto file = StoredFile::open(path, {});
  PageCursor cursor(*file, 0, 0, {});
  uint64_t header = 0;
  for (int page = 0; page < 30; ++page) {
    cursor.next();
    header = cursor.offset();
  }
  const auto refused = [&](uint64_t at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    test::write_file(path, bytes);
    const std::string alone = outcome_of(path, 1);
    EXPECT_THAT(alone, HasSubstr("28500 rows, then: " + path + ": row group 0, column t"));
    EXPECT_EQ(outcome_of(path, 2), alone);
    EXPECT_EQ(outcome_of(path, 4), alone);
    return alone;
  };
  EXPECT_THAT(refused(header + 1'000), HasSubstr("page 29: the page's checksum is wrong"));
  refused(header);
}

}  // namespace
}  // namespace sluice::pages_ahead_test
