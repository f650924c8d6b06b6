// Damaged files of ours through the reader: whatever becomes of them, reading ends in an Error or brings exactly the
// rows that were written. Each bit turned, each length, and random damage of all kinds; read in full, and by conditions
// that bloom filters and indexes are asked for. `./dev test` takes a part of it, `./dev soak` all (SLUICE_MUTATIONS).
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "files/file_shape.h"
#include "files/scan.h"
#include "files/stored_file.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/text_output.h"
#include "support/draw.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_table.h"
#include "support/rewritten_file.h"

namespace sluice::mutation_test {
namespace {

using test::Draw;

constexpr uint64_t kSeed = 20'261'121;
constexpr size_t kFiles = 20;
constexpr size_t kFileBytesMax = 20 << 10;

std::shared_ptr<Runtime> runtime() {
  static const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  return kRuntime;
}

/// How many reads of damaged files there are to be; nothing: as many as a quick test takes.
std::optional<size_t> mutations_wanted() {
  const char* const text = std::getenv("SLUICE_MUTATIONS");
  return text == nullptr ? std::nullopt : std::optional<size_t>(std::strtoull(text, nullptr, 10));
}

struct TestFile {
  std::string bytes;
  std::vector<std::optional<Predicate>> reads{{}};  ///< conditions; none: all rows
  std::vector<std::string> expected{};              ///< what each read brings of the file as it was
};

class Groups final : public GroupSource {
 public:
  Groups(std::shared_ptr<const StoredFile> file, std::shared_ptr<const FileShape> shape)
      : file_(std::move(file)), shape_(std::move(shape)) {}
  std::optional<ScanGroup> next() override {
    if (next_ == file_->row_groups()) return std::nullopt;
    return ScanGroup{file_, shape_, next_++};
  }

 private:
  std::shared_ptr<const StoredFile> file_;
  std::shared_ptr<const FileShape> shape_;
  size_t next_ = 0;
};

/// The schema and the rows as text. Throws what reading throws.
std::string read(const std::string& bytes, const std::optional<Predicate>& where) {
  Bytes copy;
  copy.append(std::string_view(bytes));
  const auto file = StoredFile::open(RandomReader::over(std::move(copy), "memory"), {});
  ScanPlan plan = plan_scan(*file->schema(), {.where = where});
  auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
  const auto rows = scan(std::make_unique<Groups>(file, std::move(shape)), std::move(plan), {.runtime = runtime()});
  std::string text = to_text(rows->schema()) + "\n";
  const auto out = make_text_writer(TextFormat::ndjson, rows->schema(), [&](std::string_view piece) { text += piece; });
  while (const auto next = rows->next()) out->write(next->batch);
  out->close();
  return text;
}

// A condition needs a bloom filter to be wrong about, and values that are not there.
TestFile make_searchable(Draw& draw) {
  const int64_t rows = draw.between(1, 150);
  std::vector<std::optional<int64_t>> ids;
  std::vector<std::optional<std::string>> words;
  std::vector<std::optional<int32_t>> sizes;
  std::vector<std::optional<double>> items;
  for (int64_t i = 0; i < rows; ++i) {
    ids.emplace_back(i * 7919 % 1000);
    words.push_back(draw.chance(20) ? std::nullopt : std::optional("word " + std::to_string(draw.below(30))));
    sizes.push_back(draw.chance(10) ? std::nullopt : std::optional(static_cast<int32_t>(draw.below(3))));
    for (int32_t k = 0; k < sizes.back().value_or(0); ++k) items.emplace_back(static_cast<double>(draw.below(9)) / 4);
  }
  const auto schema = std::make_shared<const Schema>(
      Schema{{"id", int64(), false}, {"word", string()}, {"list", list(Field{"element", float64()})}});
  const Batch batch(schema,
                    {test::make_int64(ids), test::make_text(string(), words),
                     test::make_list({"element", float64()}, test::make_fixed<double>(float64(), items), sizes)},
                    rows);
  FileOptions options = test::draw_prunable_options(draw, *schema, rows);
  options.columns = {{.column = "id", .bloom_filter = 0.01}, {.column = "word", .bloom_filter = 0.01}};
  options.runtime = runtime();
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), *schema, options);
  writer.write(batch);
  writer.close();
  TestFile made{.bytes = {reinterpret_cast<const char*>(file->bytes.data()), file->bytes.size()}};
  made.reads.push_back(parse_predicate("id = 7"));
  made.reads.push_back(parse_predicate("word in ('word 3', 'word 99')"));
  made.reads.push_back(parse_predicate("id between 100 and 110"));
  return made;
}

TestFile make_random(Draw& draw) {
  const test::RandomTable table =
      test::draw_table(draw, {.depth_max = 3, .rows_max = 100, .leaves_max = 300, .leaves_max_large = 300});
  FileOptions options = test::draw_prunable_options(draw, table.schema, table.rows);
  options.runtime = runtime();
  const auto file = std::make_shared<MemoryFile>();
  FileWriter writer(std::make_unique<MemorySink>(file), table.schema, options);
  for (const Batch& batch : test::draw_batches(draw, table, false)) writer.write(batch);
  writer.close();
  return {.bytes = {reinterpret_cast<const char*>(file->bytes.data()), file->bytes.size()}};
}

const std::vector<TestFile>& files() {
  static const std::vector<TestFile> kMade = [] {
    std::vector<TestFile> made;
    for (uint64_t i = 0; made.size() < kFiles; ++i) {
      Draw draw(kSeed, i);
      TestFile file = made.size() % 2 == 0 ? make_searchable(draw) : make_random(draw);
      if (file.bytes.size() > kFileBytesMax) continue;
      for (const auto& where : file.reads) file.expected.push_back(read(file.bytes, where));
      made.push_back(std::move(file));
    }
    return made;
  }();
  return kMade;
}

/// Reads in the next of the file's ways. False where damage passed for what it is not.
[[nodiscard]] bool is_told(const TestFile& file, const std::string& damaged, size_t turn) {
  const size_t way = turn % file.reads.size();
  try {
    return read(damaged, file.reads[way]) == file.expected[way];
  } catch (const Error& error) {
    return error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported;
  }
}

TEST(Mutation, FilesAreReadAsTheyAre) {
  for (const TestFile& file : files())
    for (size_t way = 0; way < file.reads.size(); ++way)
      EXPECT_EQ(read(file.bytes, file.reads[way]), file.expected[way]);
}

TEST(Mutation, EveryBitThatTurnsIsFoundOrChangesNothing) {
  size_t bits = 0;
  for (const TestFile& file : files()) bits += file.bytes.size() * 8 * file.reads.size();
  // A stride that shares no factor with 8: all bits of bytes have their turn.
  const size_t stride = std::max<size_t>(1, bits / mutations_wanted().value_or(1'500)) | 1;
  for (size_t i = 0; i < kFiles; ++i) {
    const TestFile& file = files()[i];
    std::string damaged = file.bytes;
    for (size_t step = (i * 31) % stride; step < file.bytes.size() * 8 * file.reads.size(); step += stride) {
      const size_t bit = step / file.reads.size();
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
      ASSERT_TRUE(is_told(file, damaged, step)) << "seed " << kSeed << ", file " << i << ", bit " << bit % 8
                                                << " of byte " << bit / 8 << ", read " << step % file.reads.size();
      damaged[bit / 8] = file.bytes[bit / 8];
    }
  }
}

TEST(Mutation, EveryFileThatIsCutShortIsRefused) {
  size_t bytes = 0;
  for (const TestFile& file : files()) bytes += file.bytes.size();
  const size_t stride = mutations_wanted() ? 1 : bytes / 1'500 + 1;
  for (size_t i = 0; i < kFiles; ++i) {
    const std::string& whole = files()[i].bytes;
    for (size_t end = i % stride; end < whole.size(); end += stride)
      EXPECT_THROW(read(whole.substr(0, end), {}), Error)
          << "seed " << kSeed << ", file " << i << ", " << end << " bytes";
  }
}

/// Damage of the kinds that disks, networks and people do.
std::string damage(Draw& draw, std::string bytes) {
  const auto place = [&] { return static_cast<size_t>(draw.below(bytes.size())); };
  const auto length = [&](size_t at) {
    return std::min<size_t>(bytes.size() - at, static_cast<size_t>(draw.magnitude(512)));
  };
  const auto times = draw.magnitude(8);
  for (int64_t i = 0; i < times && !bytes.empty(); ++i) {
    const size_t at = place();
    switch (draw.below(7)) {
      case 0: bytes[at] = static_cast<char>(draw.bits()); break;
      case 1:
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), length(at), draw.chance(50) ? '\0' : '\xff');
        break;
      case 2: bytes.erase(at, length(at)); break;
      case 3: bytes.insert(at, bytes.substr(place(), 16)); break;
      case 4: bytes.replace(at, std::min<size_t>(8, bytes.size() - at), bytes.substr(place(), 8)); break;
      case 5: bytes.resize(at); break;
      default: {  // a length or an offset becomes an extreme
        constexpr std::array<int64_t, 6> kExtremes{0, -1, INT32_MAX, INT32_MIN, INT64_MAX, 1 << 20};
        const int64_t extreme = draw.one_of(kExtremes);
        const size_t width = std::min(bytes.size() - at, draw.chance(50) ? size_t{4} : size_t{8});
        bytes.replace(at, width, reinterpret_cast<const char*>(&extreme), width);
      }
    }
  }
  return bytes;
}

TEST(Mutation, DamageOfAllKindsIsFoundOrChangesNothing) {
  const size_t wanted = mutations_wanted().value_or(1'500);
  for (size_t i = 0; i < wanted; ++i) {
    Draw draw(kSeed + 1, i);
    const TestFile& file = files()[i % kFiles];
    const std::string damaged = damage(draw, file.bytes);
    ASSERT_TRUE(is_told(file, damaged, i / kFiles)) << "seed " << kSeed + 1 << ", mutation " << i;
  }
}

// ---- files of others, which have no digests: they may read as anything, but not end the process, hang, or balloon
// ----

/// Those of few bytes.
std::vector<std::filesystem::path> foreign_files() {
  std::vector<std::filesystem::path> found = test::foreign_files("data");
  std::ranges::move(test::foreign_files("bad_data"), std::back_inserter(found));
  std::erase_if(found, [](const auto& path) { return std::filesystem::file_size(path) > 40'000; });
  return found;
}

/// Rows until there are many: a few bytes may stand for billions.
void read_some(const std::string& bytes) {
  Bytes copy;
  copy.append(std::string_view(bytes));
  const auto file = StoredFile::open(RandomReader::over(std::move(copy), "memory"), {});
  ScanPlan plan = plan_scan(*file->schema(), {});
  auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
  ReadOptions options{.batch_rows = 1'000, .checksums = false, .runtime = runtime()};
  options.limits.page_bytes = 4_MiB;
  const auto rows = scan(std::make_unique<Groups>(file, std::move(shape)), std::move(plan), options);
  const auto out = make_text_writer(TextFormat::ndjson, rows->schema(), [](std::string_view) {});
  for (int batches = 0; batches < 10; ++batches) {
    const auto next = rows->next();
    if (!next) break;
    out->write(next->batch);
  }
}

TEST(Mutation, ForeignFilesEndInRowsOrAnError) {
  const std::vector<std::filesystem::path> paths = foreign_files();
  if (paths.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  std::vector<std::string> contents;
  for (const auto& path : paths) contents.push_back(test::read_file(path.string()));
  const size_t wanted = mutations_wanted().value_or(600);
  for (size_t i = 0; i < wanted; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed + 2) + ", mutation " + std::to_string(i) + " of " +
                 paths[i % paths.size()].string());
    Draw draw(kSeed + 2, i);
    const std::string damaged = damage(draw, contents[i % paths.size()]);
    const auto begin = std::chrono::steady_clock::now();
    try {
      read_some(damaged);
    } catch (const Error& error) {
      ASSERT_NE(error.code(), ErrorCode::bug) << error.what();
      ASSERT_NE(error.code(), ErrorCode::invalid) << error.what();
    }
    ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(10));
  }
}

}  // namespace
}  // namespace sluice::mutation_test
