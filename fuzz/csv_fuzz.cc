// CSV from anywhere: any bytes end in batches or in an Error, and nothing depends on how the text is cut into blocks.
// The first byte chooses the options.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "columns/widths.h"
#include "nameless_file.h"
#include "sluice/error.h"
#include "sluice/runtime.h"
#include "sources/csv_format.h"
#include "sources/record_source.h"
#include "target.h"

namespace sluice::csv_fuzz {
namespace {

void append_value(const Column& column, int64_t row, std::string& out) {
  if (column.type.kind() == TypeKind::null || !column.is_valid(row)) {
    out += "null";
  } else if (column.type.kind() == TypeKind::boolean) {
    const int64_t at = column.offset + row;
    out += (column.values.as<uint8_t>()[at / 8] >> (at % 8) & 1) != 0 ? "true" : "false";
  } else if (const size_t width = fixed_width(column.type); width > 0) {
    out.append(column.values.as<char>() + static_cast<size_t>(column.offset + row) * width, width);
  } else {
    const int32_t* const offsets = column.offsets_data() + row;
    out.append(column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0]));
  }
  out += '|';
}

// All values and bad records, or what it ended with.
std::string all_of(const std::string& path, const CsvOptions& csv, uint64_t block_bytes, bool skips) {
  static const auto runtime = std::make_shared<Runtime>(RuntimeOptions{.threads = 1});
  std::string all;
  SourceOptions options;
  options.runtime = runtime;
  options.bad_records = skips ? BadRecords::skip : BadRecords::fail;
  options.on_bad_record = [&all](const BadRecord& bad) { all.append(bad.reason).append(bad.text); };
  std::string rows;
  try {
    std::vector<SourceText> sources;
    sources.push_back({path, std::nullopt});
    RecordSource source(std::move(sources), std::make_unique<CsvFormat>(csv), options, block_bytes);
    while (const auto next = source.next())
      for (int64_t row = 0; row < next->batch.rows(); ++row)
        for (const Column& column : next->batch.columns()) append_value(column, row, rows);
    all += to_text(source.schema()) + rows;
  } catch (const Error& error) {
    all = error.what();  // what was delivered before it depends on where batches end
  }
  return all;
}

void run(ByteSpan input) {
  static fuzz::NamelessFile file;
  if (input.empty()) return;
  const auto choice = std::to_integer<uint8_t>(input[0]);
  file.write(input.subspan(1));
  CsvOptions csv;
  csv.header = (choice & 1) == 0;
  csv.delimiter = (choice & 2) == 0 ? '\0' : ';';
  if ((choice & 4) != 0) csv.quote = (choice & 8) == 0 ? '\0' : '\'';
  if ((choice & 16) != 0) csv.null_texts = {"NA", "0"};
  csv.duplicates = (choice & 32) == 0 ? DuplicateNames::error : DuplicateNames::rename;
  const bool skips = (choice & 64) != 0;
  if ((choice & 128) != 0) csv.record_bytes_max = 40;
  const std::string whole = all_of(file.path(), csv, kBlockBytes, skips);
  for (const uint64_t block_bytes : {1, 7, 64})
    if (all_of(file.path(), csv, block_bytes, skips) != whole) std::abort();
}

const fuzz::Registered kTarget("csv", run);

}  // namespace
}  // namespace sluice::csv_fuzz
