// Writes a bench table as NDJSON, to a file or a pipe, in any quantity: order lines (lineitem.h), or the feed of a host
// of code, whose records are nested (feed.h).
//
//   make_ndjson --rows 6000000 --out lineitem.ndjson
//   make_ndjson --bytes 10000000000 --out - | sluice write - -o lineitem.parquet
//   make_ndjson --table feed --rows 300000 --out feed.ndjson
//
// Says on stderr how many rows and bytes there were, as JSON.
#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include "feed.h"
#include "lineitem.h"

namespace {

constexpr size_t kBufferBytes = 1 << 20;

struct Made {
  uint64_t rows = 0;
  uint64_t bytes = 0;
};

// Nothing when the destination refuses. `append_row(text)` appends the next line.
template <typename AppendRow>
std::optional<Made> write_rows(std::FILE* out, uint64_t rows, uint64_t bytes, AppendRow append_row) {
  std::string buffer;
  Made made;
  while (made.rows < rows && made.bytes < bytes) {
    buffer.clear();
    for (; buffer.size() < kBufferBytes && made.rows < rows && made.bytes + buffer.size() < bytes; ++made.rows)
      append_row(buffer);
    if (std::fwrite(buffer.data(), 1, buffer.size(), out) != buffer.size()) return std::nullopt;
    made.bytes += buffer.size();
  }
  return made;
}

std::optional<Made> write_table(const std::string& table, std::FILE* out, uint64_t rows, uint64_t bytes) {
  if (table == "feed")
    return write_rows(out, rows, bytes,
                      [feed = sluice::bench::Feed()](std::string& text) mutable { feed.append_event(text); });
  return write_rows(out, rows, bytes, [items = sluice::bench::LineItems()](std::string& text) mutable {
    sluice::bench::append_ndjson(items.next(), text);
  });
}

}  // namespace

int main(int argc, char** argv) {
  uint64_t rows = std::numeric_limits<uint64_t>::max();
  uint64_t bytes = std::numeric_limits<uint64_t>::max();
  std::string table = "lineitem";
  std::string path = "-";
  CLI::App app("Writes a bench table as NDJSON. Stops after --rows lines, or with the line that reaches --bytes.");
  auto* limits = app.add_option_group("limit");
  limits->add_option("--rows", rows);
  limits->add_option("--bytes", bytes);
  limits->require_option(1, 2);
  app.add_option("--table", table, "lineitem, feed")->check(CLI::IsMember({"lineitem", "feed"}));
  app.add_option("--out", path, "destination, replaced; - is standard output");
  CLI11_PARSE(app, argc, argv);

  std::FILE* out = path == "-" ? stdout : std::fopen(path.c_str(), "wb");
  const std::optional<Made> made = out == nullptr ? std::nullopt : write_table(table, out, rows, bytes);
  if (!made || std::fclose(out) != 0) {
    std::fprintf(stderr, "make_ndjson: %s: %s\n", path.c_str(), std::strerror(errno));
    return 1;
  }
  std::fprintf(stderr, "{\"rows\":%llu,\"bytes\":%llu}\n", static_cast<unsigned long long>(made->rows),
               static_cast<unsigned long long>(made->bytes));
  return 0;
}
