// Writes the bench table as NDJSON, to a file or a pipe, in any quantity.
//
//   make_ndjson --rows 6000000 --out lineitem.ndjson
//   make_ndjson --bytes 10000000000 --out - | sluice write - -o lineitem.parquet
//
// Says on stderr how many rows and bytes there were, as JSON.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "lineitem.h"

namespace {

constexpr size_t kBufferBytes = 1 << 20;

struct Made {
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

// Nothing when the destination refuses.
std::optional<Made> write_rows(std::FILE* out, uint64_t rows, uint64_t bytes) {
  sluice::bench::LineItems items;
  std::string buffer;
  Made made;
  while (made.rows < rows && made.bytes < bytes) {
    buffer.clear();
    for (; buffer.size() < kBufferBytes && made.rows < rows && made.bytes + buffer.size() < bytes; ++made.rows)
      sluice::bench::append_ndjson(items.next(), buffer);
    if (std::fwrite(buffer.data(), 1, buffer.size(), out) != buffer.size()) return std::nullopt;
    made.bytes += buffer.size();
  }
  return made;
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t rows = std::numeric_limits<uint64_t>::max();
  uint64_t bytes = std::numeric_limits<uint64_t>::max();
  std::string path = "-";
  CLI::App app("Writes the bench table as NDJSON. Stops after --rows lines, or with the line that reaches --bytes.");
  auto* limits = app.add_option_group("limit");
  limits->add_option("--rows", rows);
  limits->add_option("--bytes", bytes);
  limits->require_option(1, 2);
  app.add_option("--out", path, "destination, replaced; - is standard output");
  CLI11_PARSE(app, argc, argv);

  std::FILE* out = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  const std::optional<Made> made = out == nullptr ? std::nullopt : write_rows(out, rows, bytes);
  if (!made || std::fclose(out) != 0) {
    std::fprintf(stderr, "make_ndjson: %s: %s\n", path.c_str(), std::strerror(errno));
    return 1;
  }
  std::fprintf(stderr, "{\"rows\":%llu,\"bytes\":%llu}\n", static_cast<unsigned long long>(made->rows),
               static_cast<unsigned long long>(made->bytes));
  return 0;
}
