// Damaged files of ours through the reader: whatever becomes of them, reading ends in an Error or brings exactly the
// rows that were written. Each bit turned, each length, and random damage of all kinds; read in full, and by conditions
// that bloom filters and indexes are asked for. `./dev test` takes a part of it, `./dev soak` all (SLUICE_MUTATIONS),
// on all processors.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "files/file_groups.h"
#include "files/file_shape.h"
#include "files/index_reader.h"
#include "files/scan.h"
#include "files/stored_file.h"
#include "format/page_header.h"
#include "sluice/error.h"
#include "sluice/file_writer.h"
#include "sluice/text_output.h"
#include "support/draw.h"
#include "support/foreign_files.h"
#include "support/make_columns.h"
#include "support/memory_sink.h"
#include "support/peak_memory.h"
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
  thread_local const auto kRuntime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  return kRuntime;
}

/// How many random mutations there are to be, along with each bit and each length; nothing: as much of it all as a
/// quick test takes.
std::optional<size_t> mutations_wanted() {
  const char* const text = std::getenv("SLUICE_MUTATIONS");
  return text == nullptr ? std::nullopt : std::optional<size_t>(std::strtoull(text, nullptr, 10));
}

/// Calls `work` with each number below `count`, on all processors where it is to take long. It says what is wrong, or
/// nothing; what was said comes back, and ends it where it was much.
std::string faults_of(size_t count, const std::function<std::string(size_t)>& work) {
  constexpr size_t kFaultsMax = 20;
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  std::string faults;
  size_t fault_count = 0;
  const auto run = [&] {
    for (size_t i = next++; i < count; i = next++) {
      const std::string here = work(i);
      if (here.empty()) continue;
      const std::scoped_lock lock(mutex);
      faults += here + "\n";
      if (++fault_count == kFaultsMax) next = count;
    }
  };
  std::vector<std::jthread> others;
  for (unsigned i = 1; mutations_wanted() && i < std::thread::hardware_concurrency(); ++i) others.emplace_back(run);
  run();
  others.clear();
  return faults;
}

struct TestFile {
  std::string bytes;
  std::vector<std::optional<Predicate>> reads{{}};  ///< conditions; none: all rows
  std::vector<std::string> expected{};              ///< what each read brings of the file as it was
};

/// The schema and the rows as text. Throws what reading throws.
std::string read(const std::string& bytes, const std::optional<Predicate>& where) {
  Bytes copy;
  copy.append(std::string_view(bytes));
  const auto file = StoredFile::open(RandomReader::over(std::move(copy), "memory"), {});
  ScanPlan plan = plan_scan(*file->schema(), {.where = where});
  auto shape = std::make_shared<const FileShape>(*file, plan.read_schema, std::vector<std::optional<Column>>{});
  const auto rows = scan(std::make_unique<FileGroups>(file, std::move(shape)), std::move(plan), {.runtime = runtime()});
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

/// False where damage passed for what it is not.
[[nodiscard]] bool is_told(const TestFile& file, const std::string& damaged, size_t way) {
  try {
    return read(damaged, file.reads[way]) == file.expected[way];
  } catch (const Error& error) {
    return error.code() == ErrorCode::corrupt || error.code() == ErrorCode::unsupported;
  }
}

std::string place_text(size_t file, size_t byte) {
  return "seed " + std::to_string(kSeed) + ", file " + std::to_string(file) + ", byte " + std::to_string(byte);
}

TEST(Mutation, FilesAreReadAsTheyAre) {
  for (const TestFile& file : files())
    for (size_t way = 0; way < file.reads.size(); ++way)
      EXPECT_EQ(read(file.bytes, file.reads[way]), file.expected[way]);
}

TEST(Mutation, EveryBitThatTurnsIsFoundOrChangesNothing) {
  /// A byte of a file, and how it is read.
  struct Place {
    size_t file;
    size_t byte;
    size_t way;
  };
  std::vector<Place> places;
  for (size_t file = 0; file < kFiles; ++file)
    for (size_t byte = 0; byte < files()[file].bytes.size(); ++byte)
      for (size_t way = 0; way < files()[file].reads.size(); ++way) places.push_back({file, byte, way});
  // A quick test turns one bit of some bytes; the stride shares no factor with the number of ways.
  const size_t stride = mutations_wanted() ? 1 : places.size() / 1'500 | 1;
  const size_t bits = mutations_wanted() ? 8 : 1;
  std::cout << places.size() / stride * bits << " reads\n";
  const std::string faults = faults_of(places.size() / stride, [&](size_t i) -> std::string {
    const Place& place = places[i * stride];
    const TestFile& file = files()[place.file];
    for (size_t k = 0; k < bits; ++k) {
      const size_t bit = (i + k) % 8;
      std::string damaged = file.bytes;
      damaged[place.byte] = static_cast<char>(damaged[place.byte] ^ (1 << bit));
      if (!is_told(file, damaged, place.way))
        return place_text(place.file, place.byte) + ", bit " + std::to_string(bit) + ", read " +
               std::to_string(place.way);
    }
    return {};
  });
  EXPECT_EQ(faults, "");
}

TEST(Mutation, EveryFileThatIsCutShortIsRefused) {
  std::vector<std::pair<size_t, size_t>> lengths;
  for (size_t file = 0; file < kFiles; ++file)
    for (size_t end = 0; end < files()[file].bytes.size(); ++end) lengths.emplace_back(file, end);
  const size_t stride = mutations_wanted() ? 1 : lengths.size() / 1'500 | 1;
  const std::string faults = faults_of(lengths.size() / stride, [&](size_t i) -> std::string {
    const auto [file, end] = lengths[i * stride];
    const std::vector<std::optional<Predicate>>& reads = files()[file].reads;
    try {
      read(files()[file].bytes.substr(0, end), reads[i % reads.size()]);
    } catch (const Error&) {
      return {};
    }
    return place_text(file, end);
  });
  EXPECT_EQ(faults, "");
}

/// The file with one value more or fewer in the header of a page; nothing where that takes another number of bytes.
std::optional<std::string> with_other_count(const std::string& bytes, const PageLocation& page, int32_t more) {
  const auto at = static_cast<size_t>(page.offset);
  PlacedPageHeader placed = read_page_header(as_bytes(std::string_view(bytes).substr(at)));
  if (placed.header.data_page_header) placed.header.data_page_header->num_values += more;
  if (placed.header.data_page_header_v2) placed.header.data_page_header_v2->num_values += more;
  Bytes header;
  if (write_page_header(placed.header, header) != placed.header_bytes) return std::nullopt;
  return std::string(bytes).replace(at, header.size(), header.view());
}

// A page of lists does not tell in its rows how many values it has, and no checksum is over its header: where it lost
// its last item, and nothing was read behind it, nobody saw that levels went on.
TEST(Mutation, PagesWithOtherCountsAreToldWhereverReadingEnds) {
  size_t told = 0;
  for (size_t i = 0; i < kFiles; ++i) {
    Bytes copy;
    copy.append(std::string_view(files()[i].bytes));
    const auto stored = StoredFile::open(RandomReader::over(std::move(copy), "memory"), {});
    IndexReader indexes(stored);
    for (size_t group = 0; group < stored->row_groups(); ++group)
      for (size_t leaf = 0; leaf < stored->leaves().size(); ++leaf) {
        const std::optional<ChunkIndex> index = indexes.read_index(group, leaf);
        for (size_t page = 0; index && page < index->offsets.page_locations.size(); ++page)
          for (const int32_t more : {-1, 1}) {
            const auto damaged = with_other_count(files()[i].bytes, index->offsets.page_locations[page], more);
            if (!damaged) continue;
            ++told;
            for (size_t way = 0; way < files()[i].reads.size(); ++way)
              ASSERT_TRUE(is_told(files()[i], *damaged, way))
                  << place_text(i, static_cast<size_t>(index->offsets.page_locations[page].offset)) << ", read " << way
                  << ", " << more << " value more";
          }
      }
  }
  EXPECT_GT(told, 100);
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
  const std::string faults = faults_of(mutations_wanted().value_or(700), [](size_t i) -> std::string {
    Draw draw(kSeed + 1, i);
    const TestFile& file = files()[i % kFiles];
    const std::string damaged = damage(draw, file.bytes);
    for (size_t way = 0; way < file.reads.size(); ++way)
      if (!is_told(file, damaged, way))
        return "seed " + std::to_string(kSeed + 1) + ", mutation " + std::to_string(i) + ", read " +
               std::to_string(way);
    return {};
  });
  EXPECT_EQ(faults, "");
}

// ---- files of others, which have no digests: they may read as anything, but not end the process, hang, or balloon
// ----

constexpr uint64_t kForeignFileBytesMax = 40'000;
constexpr uint64_t kForeignPageBytesMax = 4_MiB;
/// What reading a bad file may take: 64 MiB, ten times the file, and a page.
constexpr uint64_t kMemoryMax = 64_MiB + 10 * kForeignFileBytesMax + kForeignPageBytesMax;
/// Of the processor.
constexpr double kSecondsMax = test::kIsSanitized ? 10 : 1;

/// Those of few bytes.
std::vector<std::filesystem::path> foreign_files() {
  std::vector<std::filesystem::path> found = test::foreign_files("data");
  std::ranges::move(test::foreign_files("bad_data"), std::back_inserter(found));
  std::erase_if(found, [](const auto& path) { return std::filesystem::file_size(path) > kForeignFileBytesMax; });
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
  options.limits.page_bytes = kForeignPageBytesMax;
  const auto rows = scan(std::make_unique<FileGroups>(file, std::move(shape)), std::move(plan), options);
  const auto out = make_text_writer(TextFormat::ndjson, rows->schema(), [](std::string_view) {});
  for (int batches = 0; batches < 10; ++batches) {
    const auto next = rows->next();
    if (!next) break;
    out->write(next->batch);
  }
}

double processor_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

/// Takes memory, writes to all of it, and lets it go.
void use_memory(size_t bytes) {
  std::vector<char> used(bytes, 1);
  EXPECT_EQ(std::accumulate(used.begin(), used.end(), uint64_t{0}), bytes);
}

// A counter that sees no peak would find no balloon.
TEST(Mutation, PeaksAreSeenThoughEarlierOnesWereHigher) {
  use_memory(64_MiB);
  const test::PeakMemory memory;
  EXPECT_LT(memory.grown_bytes(), 8_MiB);
  use_memory(24_MiB);
  EXPECT_GE(memory.grown_bytes(), 22_MiB);
  EXPECT_LT(memory.grown_bytes(), 48_MiB);
}

// On one thread: memory is that of the process.
TEST(Mutation, ForeignFilesEndInRowsOrAnError) {
  const std::vector<std::filesystem::path> paths = foreign_files();
  if (paths.empty()) GTEST_SKIP() << test::kNoForeignFiles;
  std::vector<std::string> contents;
  for (const auto& path : paths) contents.push_back(test::read_file(path.string()));
  const size_t wanted = mutations_wanted().value_or(600);
  double seconds_max = 0;
  const test::PeakMemory memory;
  for (size_t i = 0; i < wanted; ++i) {
    const auto name = [&] {
      return "seed " + std::to_string(kSeed + 2) + ", mutation " + std::to_string(i) + " of " +
             paths[i % paths.size()].string();
    };
    Draw draw(kSeed + 2, i);
    const std::string damaged = damage(draw, contents[i % paths.size()]);
    const double begin = processor_seconds();
    try {
      read_some(damaged);
    } catch (const Error& error) {
      ASSERT_NE(error.code(), ErrorCode::bug) << name() << ": " << error.what();
      ASSERT_NE(error.code(), ErrorCode::invalid) << name() << ": " << error.what();
    }
    const double seconds = processor_seconds() - begin;
    seconds_max = std::max(seconds_max, seconds);
    ASSERT_LT(seconds, kSecondsMax) << name();
    ASSERT_LT(memory.grown_bytes(), kMemoryMax) << name();
  }
  std::cout << paths.size() << " files, " << wanted << " mutations, " << memory.grown_bytes() / 1_KiB
            << " KiB at the most, " << seconds_max << " s at the most\n";
}

}  // namespace
}  // namespace sluice::mutation_test
