#include "sources/csv_faults.h"

#include <utility>

#include "base/utf8.h"

namespace sluice {

RecordFault at_field(RecordFault fault, const RecordBlock& block, const CsvRun& run, size_t record, size_t column) {
  if (fault.byte == 0) fault.byte = csv_place(block, run.field(record, column));
  fault.record_byte = csv_place(block, run.record(record));
  return fault;
}

RecordFault broken_utf8(const RecordBlock& block, const CsvRun& run, size_t record, size_t column) {
  const std::string_view field = run.field(record, column);
  RecordFault fault{.malformed = true, .field = block.csv->names[column], .sentence = "invalid UTF-8"};
  fault.byte = csv_place(block, field) + utf8_valid_bytes(field);
  return at_field(std::move(fault), block, run, record, column);
}

RecordFault text_behind_quote(const RecordBlock& block, const CsvRun& run, size_t record, size_t column) {
  RecordFault fault{.malformed = true,
                    .field = block.csv->names[column],
                    .sentence = "text follows the closing quote in " + excerpt(run.field(record, column)),
                    .hint = "Quotes inside of quotes are to be doubled; --quote none takes quotes as text."};
  return at_field(std::move(fault), block, run, record, column);
}

}  // namespace sluice
