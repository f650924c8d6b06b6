// Writes the bench tables (tables/tables.h) with each codec, to see how small they become.
//
//   size_bench --list                                        names and words, as JSON lines
//   size_bench --table trips --dir DIR                       one file per codec and size of row groups
//
// Prints one JSON object a line for each file. Files are named TABLE.sluice.CODEC.parquet, and
// TABLE.sluice-122880.CODEC.parquet with row groups of 122,880 rows, as DuckDB makes them.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sluice/file_writer.h"
#include "tables/tables.h"

namespace {

using namespace sluice;

constexpr int64_t kBatchRows = 65'536;
constexpr std::array kCodecs{Codec::none, Codec::snappy, Codec::lz4, Codec::zstd};

struct Variant {
  std::string_view name;
  int64_t row_group_rows;
};

// The default, and what DuckDB makes.
constexpr std::array kVariants{Variant{"sluice", 1'048'576}, Variant{"sluice-122880", 122'880}};

uint64_t bytes_in_memory(const Column& column) {
  uint64_t bytes = column.validity.size() + column.offsets.size() + column.values.size();
  for (const Column& child : column.children) bytes += bytes_in_memory(child);
  return bytes;
}

void write_file(const std::string& path, const Batch& batch, const FileOptions& options) {
  std::remove(path.c_str());
  const auto begin = std::chrono::steady_clock::now();
  FileWriter writer(path, batch.schema(), options);
  for (int64_t done = 0; done < batch.rows(); done += kBatchRows)
    writer.write(batch.slice(done, std::min(kBatchRows, batch.rows() - done)));
  const WriteResult result = writer.close();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
  std::printf("{\"path\":\"%s\",\"bytes\":%llu,\"seconds\":%.3f}\n", path.c_str(),
              static_cast<unsigned long long>(result.bytes), elapsed.count());
  std::fflush(stdout);
}

void write_table(const bench::Table& table, const std::string& directory) {
  const Batch batch = table.make();
  uint64_t bytes = 0;
  for (const Column& column : batch.columns()) bytes += bytes_in_memory(column);
  std::printf("{\"table\":\"%s\",\"rows\":%lld,\"bytes_in_memory\":%llu}\n", std::string(table.name).c_str(),
              static_cast<long long>(batch.rows()), static_cast<unsigned long long>(bytes));
  FileOptions options;
  options.sync = false;
  options.runtime = std::make_shared<Runtime>();
  for (const Variant& variant : kVariants) {
    options.row_group_rows = variant.row_group_rows;
    for (const Codec codec : kCodecs) {
      options.compression.codec = codec;
      const std::string name =
          std::string(table.name) + "." + std::string(variant.name) + "." + std::string(to_string(codec)) + ".parquet";
      write_file(directory + "/" + name, batch, options);
    }
  }
}

const bench::Table& find_table(const std::string& name) {
  for (const auto tables : {bench::tables(), bench::read_tables()}) {
    const auto table = std::ranges::find(tables, name, &bench::Table::name);
    if (table != tables.end()) return *table;
  }
  throw std::runtime_error("no table \"" + name + "\"");
}

void list_tables() {
  for (const bench::Table& table : bench::tables())
    std::printf("{\"table\":\"%s\",\"words\":\"%s\"}\n", std::string(table.name).c_str(),
                std::string(table.words).c_str());
}

}  // namespace

int main(int argc, char** argv) {
  std::string name;
  std::string directory;
  bool lists = false;
  CLI::App app("Writes the bench tables with each codec.");
  app.add_flag("--list", lists, "names and words of the tables");
  app.add_option("--table", name);
  app.add_option("--dir", directory, "destination of the files, which are replaced");
  CLI11_PARSE(app, argc, argv);
  try {
    if (lists) {
      list_tables();
      return 0;
    }
    write_table(find_table(name), directory);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "size_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
