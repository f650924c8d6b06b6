// The property test of the writer, first half: writes tables drawn at random, and beside each file what is in it, for
// read_files.mjs to compare with what independent readers find.
//
//   write_random_files --dir DIR --files N --seed S      files 0 to N-1, or FIRST to FIRST+N-1 with --first FIRST
//   write_random_files --dir DIR --seed S --only I       file I alone: the same one as among others
//   ... --kind pruning                                   flat tables in small row groups and pages, for pruning.mjs
//   ... --kind arrow                                     Arrow IPC, NNNN.arrows and NNNN.arrow, for arrow_export.mjs
//
// Each Parquet file is written a second time, cut into other batches and with another number of threads: the bytes must
// be the same. The schema of every third table grows while it is written, or at the end, when the file is finished
// already. NNNN.txt says how the file was made. Exit code 0 = all written, 1 = the writer failed somewhere, 2 =
// wrong call.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "files/amend_file.h"
#include "sluice/arrow_ipc.h"
#include "sluice/file_writer.h"
#include "support/draw.h"
#include "support/growing_table.h"
#include "support/memory_sink.h"
#include "support/random_batches.h"
#include "support/random_options.h"
#include "support/random_table.h"

namespace {

using namespace sluice;
using namespace sluice::test;

struct Arguments {
  std::filesystem::path directory;
  uint64_t seed = 1;
  uint64_t first = 0;
  uint64_t files = 1'000;
  bool for_pruning = false;
  bool is_arrow = false;
};

struct WrongCall : std::runtime_error {
  using std::runtime_error::runtime_error;
};

uint64_t to_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc() || end != text.end()) throw WrongCall("not a number: " + std::string(text));
  return number;
}

Arguments parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i < count; i += 2) {
    const std::string_view name = words[i];
    if (i + 1 == count) throw WrongCall(std::string(name) + " needs a value");
    const std::string_view value = words[i + 1];
    if (name == "--dir") {
      arguments.directory = value;
    } else if (name == "--seed") {
      arguments.seed = to_number(value);
    } else if (name == "--files") {
      arguments.files = to_number(value);
    } else if (name == "--first") {
      arguments.first = to_number(value);
    } else if (name == "--kind") {
      if (value != "any" && value != "pruning" && value != "arrow") throw WrongCall("--kind is any, pruning or arrow");
      arguments.for_pruning = value == "pruning";
      arguments.is_arrow = value == "arrow";
    } else if (name == "--only") {
      arguments.first = to_number(value);
      arguments.files = 1;
    } else {
      throw WrongCall("unknown option " + std::string(name));
    }
  }
  if (arguments.directory.empty()) throw WrongCall("--dir DIR is missing");
  return arguments;
}

/// Threads and budgets are shared by all files: starting threads for each would take longer than writing.
class Runtimes {
 public:
  std::shared_ptr<Runtime> get(unsigned threads, uint64_t memory_bytes) {
    std::shared_ptr<Runtime>& runtime = runtimes_[{threads, memory_bytes}];
    if (!runtime) runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = threads, .memory_bytes = memory_bytes});
    return runtime;
  }

 private:
  std::map<std::pair<unsigned, uint64_t>, std::shared_ptr<Runtime>> runtimes_;
};

std::string described(const GrowingTable& table, const FileOptions& options) {
  std::string parts;
  for (const RandomTable& part : table.parts)
    parts += "rows " + std::to_string(part.rows) + "\nschema " + to_text(part.schema) + "\n";
  return parts + to_text(options) + "memory_bytes " + std::to_string(options.runtime->memory_bytes()) + "\nthreads " +
         std::to_string(options.runtime->threads()) + "\n";
}

std::string expected_rows(const RandomTable& table) {
  std::string text;
  for (int64_t row = 0; row < table.rows; ++row) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      text += i == 0 ? '[' : ',';
      append_canonical(text, table.schema[i].type, table.columns[i][static_cast<size_t>(row)]);
    }
    text += "]\n";
  }
  return text;
}

void write_text(const std::filesystem::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The table as batches, with the schema that they have and those before them lack.
std::vector<Batch> draw_all_batches(Draw& draw, const GrowingTable& table, bool dirty) {
  std::vector<Batch> batches;
  for (const RandomTable& part : table.parts) {
    if (part.rows == 0) continue;  // now and then there would be an empty batch, and with it a schema
    std::vector<Batch> some = draw_batches(draw, part, dirty);
    batches.insert(batches.end(), some.begin(), some.end());
  }
  return batches;
}

WriteResult write_all(FileWriter writer, const std::vector<Batch>& batches, const Schema& last) {
  for (const Batch& batch : batches) {
    writer.extend_schema(batch.schema());
    writer.write(batch);
  }
  writer.extend_schema(last);
  return writer.close();
}

/// The same for a file that gets its last columns when it is finished.
WriteResult write_and_amend(const std::string& path, const FileOptions& options, const std::vector<Batch>& batches,
                            const GrowingTable& table) {
  const Schema& first = table.parts.front().schema;
  const Schema& written = batches.empty() ? first : batches.back().schema();
  WriteResult result = write_all(FileWriter(path, first, options), batches, written);
  amend_file(path, written, table.whole.schema, options, result.files.at(0));
  result.bytes = result.files[0].bytes;
  return result;
}

// Options must not name columns that are not there yet, or not what they will be.
void forget_late_columns(FileOptions& options, const Schema& first, const Schema& last) {
  std::erase_if(options.columns, [&](const ColumnOptions& column) {
    const std::optional<size_t> at = first.find(column.column);
    return !at || first[*at].type.kind() != last[*at].type.kind();
  });
}

void expect_equal(const std::string& what, uint64_t expected, uint64_t found) {
  if (expected != found)
    throw std::runtime_error(what + ": expected " + std::to_string(expected) + ", found " + std::to_string(found));
}

void check_result(const WriteResult& result, const RandomTable& table, const FileOptions& options, size_t bytes) {
  expect_equal("files", 1, result.files.size());
  expect_equal("rows", static_cast<uint64_t>(table.rows), static_cast<uint64_t>(result.rows));
  expect_equal("bytes", bytes, result.bytes);
  const int64_t groups_min = (table.rows + options.row_group_rows - 1) / options.row_group_rows;
  if (result.files[0].row_groups < groups_min)
    throw std::runtime_error(std::to_string(result.files[0].row_groups) + " row groups where at least " +
                             std::to_string(groups_min) + " are needed");
}

/// Path of file `index` without its ending.
std::string base_of(const Arguments& arguments, uint64_t index) {
  std::string number = std::to_string(index);
  number.insert(0, number.size() < 4 ? 4 - number.size() : 0, '0');
  return (arguments.directory / number).string();
}

void write_arrow(const Arguments& arguments, uint64_t index) {
  Draw draw(arguments.seed, index);
  const RandomTable table = draw_table(draw);
  const std::string base = base_of(arguments, index);
  write_text(base + ".schema.json", schema_as_json(table.schema));
  write_text(base + ".expected.ndjson", expected_rows(table));
  for (const ArrowIpcFormat format : {ArrowIpcFormat::stream, ArrowIpcFormat::file}) {
    const std::string path = base + (format == ArrowIpcFormat::file ? ".arrow" : ".arrows");
    std::filesystem::remove(path);
    ArrowIpcWriter writer(path, table.schema, {.format = format, .sync = false});
    for (const Batch& batch : draw_batches(draw, table, draw.chance(50))) writer.write(batch);
    writer.close();
  }
}

void write_file(const Arguments& arguments, uint64_t index, Runtimes& runtimes) {
  static const std::array<uint64_t, 2> budgets{16_MiB, 192_MiB};
  Draw draw(arguments.seed, index);
  RandomTableOptions table_options;
  if (arguments.for_pruning) table_options.depth_max = 0;
  const RandomTable drawn = draw_table(draw, table_options);
  const bool grows = !arguments.for_pruning && draw.chance(33);
  const GrowingTable growing = grows ? draw_growth(draw, drawn) : GrowingTable{{drawn}, drawn};
  const RandomTable& table = growing.whole;
  const Schema& first = growing.parts.front().schema;
  FileOptions options = arguments.for_pruning ? draw_prunable_options(draw, table.schema, table.rows)
                                              : draw_options(draw, table.schema, table.rows);
  forget_late_columns(options, first, table.schema);
  const uint64_t budget = draw.one_of(budgets);
  const auto threads = static_cast<unsigned>(draw.between(1, 4));
  options.runtime = runtimes.get(threads, budget);
  // The same for both writings: pages are cut by an account of bytes that may count what lies under nulls.
  const bool dirty = draw.chance(50);

  const std::string base = base_of(arguments, index);
  write_text(base + ".txt", "seed " + std::to_string(arguments.seed) + "\n" + described(growing, options));
  write_text(base + ".schema.json", schema_as_json(table.schema, options.columns));
  write_text(base + ".expected.ndjson", expected_rows(table));
  const std::string path = base + ".parquet";
  std::filesystem::remove(path);
  const bool amends = grows && draw.chance(30);
  const auto write_to = [&](const std::string& to) {
    const std::vector<Batch> batches = draw_all_batches(draw, growing, dirty);
    return amends ? write_and_amend(to, options, batches, growing)
                  : write_all(FileWriter(to, first, options), batches, table.schema);
  };
  const WriteResult result = write_to(path);
  const std::string bytes = read_bytes(path);
  check_result(result, table, options, bytes.size());

  const unsigned other_threads = threads % 4 + 1;
  options.runtime = runtimes.get(other_threads, budget);
  const std::string again_path = base + ".again";
  std::string again;
  if (grows) {
    std::filesystem::remove(again_path);
    write_to(again_path);
    again = read_bytes(again_path);
    std::filesystem::remove(again_path);
  } else {
    const auto file = std::make_shared<MemoryFile>();
    auto sink = std::make_unique<MemorySink>(file, draw.chance(50));
    write_all(FileWriter(std::move(sink), first, options), draw_all_batches(draw, growing, dirty), table.schema);
    if (!file->published) throw std::runtime_error("the second writing was not published");
    again = as_text(file->bytes);
  }
  if (bytes != again) {
    const auto at = std::ranges::mismatch(bytes, again).in1 - bytes.begin();
    write_text(again_path, again);
    throw std::runtime_error("other batches and " + std::to_string(other_threads) +
                             " threads gave other bytes (in NNNN.again), the first at " + std::to_string(at));
  }
}

}  // namespace

int main(int count, char** words) {
  try {
    const Arguments arguments = parse(count, words);
    std::filesystem::create_directories(arguments.directory);
    Runtimes runtimes;
    uint64_t failures = 0;
    for (uint64_t index = arguments.first; index < arguments.first + arguments.files; ++index) {
      try {
        if (arguments.is_arrow)
          write_arrow(arguments, index);
        else
          write_file(arguments, index, runtimes);
      } catch (const std::exception& error) {
        std::printf("%04llu: writer: %s\n", static_cast<unsigned long long>(index), error.what());
        ++failures;
      }
    }
    return failures == 0 ? 0 : 1;
  } catch (const WrongCall& error) {
    std::fprintf(stderr, "write_random_files: %s\n", error.what());
    return 2;
  }
}
