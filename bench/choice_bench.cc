// How well the writer chooses encodings: a bench table (tables/tables.h) with each codec, once as it chooses, and once
// for each encoding that every column can be asked for.
//
//   choice_bench --table trips --out FILE            FILE is replaced again and again
//
// Prints JSON lines: {"codec", "column", "encoding", "bytes"} for each column and encoding, "measured" is the writer's
// own choice; and {"codec", "seconds_measured", "seconds_asked", "choice_share"}: the least processor time of some
// writes on one thread with the writer's choice, and with the encoding asked for that came out smallest for each
// column; and the part of the former that went into choosing (choice_clock.h), the median of the writes. A file that is
// timed has the table several times over, as a choice is meant to last.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "choice_clock.h"
#include "sluice/file_writer.h"
#include "tables/tables.h"

namespace {

using namespace sluice;

constexpr int64_t kBatchRows = 65'536;
constexpr std::array kCodecs{Codec::none, Codec::snappy, Codec::lz4, Codec::zstd};
constexpr std::array kEncodings{ValueEncoding::plain,
                                ValueEncoding::dictionary,
                                ValueEncoding::delta_binary_packed,
                                ValueEncoding::delta_length_byte_array,
                                ValueEncoding::delta_byte_array,
                                ValueEncoding::byte_stream_split,
                                ValueEncoding::rle};

bool suits(ValueEncoding encoding, const Type& type) {
  const TypeKind kind = type.kind();
  const bool is_float = kind == TypeKind::float32 || kind == TypeKind::float64;
  const bool is_text = kind == TypeKind::string || kind == TypeKind::binary;
  switch (encoding) {
    case ValueEncoding::plain: return true;
    case ValueEncoding::rle: return kind == TypeKind::boolean;
    case ValueEncoding::dictionary: return kind != TypeKind::boolean;
    case ValueEncoding::byte_stream_split: return is_float;
    case ValueEncoding::delta_length_byte_array:
    case ValueEncoding::delta_byte_array: return is_text;
    default: return !is_float && !is_text && kind != TypeKind::boolean;
  }
}

class TableBench {
 public:
  TableBench(Batch batch, std::string out) : batch_(std::move(batch)), out_(std::move(out)) {
    options_.sync = false;
    options_.runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  }

  void run(Codec codec, int repeat, int times) {
    options_.compression.codec = codec;
    const std::vector<FieldResult> measured = write({});
    struct Best {
      ValueEncoding encoding = ValueEncoding::plain;
      uint64_t bytes = ~uint64_t{0};
    };
    std::map<std::string, Best> best;
    for (const FieldResult& field : measured) print(codec, field, ValueEncoding::measured);
    for (const ValueEncoding encoding : kEncodings) {
      std::vector<ColumnOptions> columns;
      for (const FieldResult& field : measured)
        if (suits(encoding, field.type)) columns.push_back({.column = field.name, .encoding = encoding});
      if (columns.empty()) continue;
      for (const FieldResult& field : write(columns)) {
        if (!suits(encoding, field.type)) continue;
        print(codec, field, encoding);
        Best& so_far = best[field.name];
        if (field.bytes < so_far.bytes) so_far = {encoding, field.bytes};
      }
    }
    std::vector<ColumnOptions> asked;
    for (const auto& [name, chosen] : best) asked.push_back({.column = name, .encoding = chosen.encoding});
    double seconds_measured = 1e9;
    double seconds_asked = 1e9;
    std::vector<double> shares;
    for (int i = 0; i < repeat; ++i) {
      bench::take_choice_time();
      const double seconds = timed({}, times);
      const bench::ChoiceTime choosing = bench::take_choice_time();
      if (choosing.measurements == 0) throw std::runtime_error("no choice was timed");
      shares.push_back(choosing.seconds / seconds);
      seconds_measured = std::min(seconds_measured, seconds);
      seconds_asked = std::min(seconds_asked, timed(asked, times));
    }
    std::ranges::nth_element(shares, shares.begin() + repeat / 2);
    std::printf("{\"codec\":\"%s\",\"seconds_measured\":%.4f,\"seconds_asked\":%.4f,\"choice_share\":%.5f}\n",
                std::string(to_string(codec)).c_str(), seconds_measured, seconds_asked,
                shares[static_cast<size_t>(repeat) / 2]);
    std::fflush(stdout);
  }

 private:
  std::vector<FieldResult> write(const std::vector<ColumnOptions>& columns, int times = 1) {
    std::remove(out_.c_str());
    options_.columns = columns;
    FileWriter writer(out_, batch_.schema(), options_);
    for (int i = 0; i < times; ++i)
      for (int64_t done = 0; done < batch_.rows(); done += kBatchRows)
        writer.write(batch_.slice(done, std::min(kBatchRows, batch_.rows() - done)));
    return writer.close().files.at(0).fields;
  }

  double timed(const std::vector<ColumnOptions>& columns, int times) {
    const std::clock_t begin = std::clock();
    write(columns, times);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  }

  static void print(Codec codec, const FieldResult& field, ValueEncoding encoding) {
    std::printf("{\"codec\":\"%s\",\"column\":\"%s\",\"encoding\":\"%s\",\"bytes\":%llu}\n",
                std::string(to_string(codec)).c_str(), field.name.c_str(), std::string(to_string(encoding)).c_str(),
                static_cast<unsigned long long>(field.bytes));
  }

  Batch batch_;
  std::string out_;
  FileOptions options_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string name;
  std::string out;
  int repeat = 5;
  int times = 8;
  CLI::App app("Writes a bench table in every encoding.");
  app.add_option("--table", name)->required();
  app.add_option("--out", out, "destination, replaced")->required();
  app.add_option("--repeat", repeat, "writes that are timed")->check(CLI::PositiveNumber);
  app.add_option("--times", times, "how often a file that is timed has the table")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  try {
    const auto all = bench::tables();
    const auto table = std::ranges::find(all, name, &bench::Table::name);
    if (table == all.end()) throw std::runtime_error("no table \"" + name + "\"");
    TableBench bench(table->make(), out);
    for (const Codec codec : kCodecs) bench.run(codec, repeat, times);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "choice_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
