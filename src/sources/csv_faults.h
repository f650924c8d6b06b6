// What may be wrong with single fields of CSV, worded for people: the faults that reading and inference have in common.
#pragma once

#include <cstdint>
#include <string_view>

#include "sources/csv_fields.h"
#include "sources/record_block.h"
#include "sources/record_fault.h"

namespace sluice {

/// Where a part of the block's text stands in the text of the source.
inline uint64_t csv_place(const RecordBlock& block, std::string_view part) {
  return block.offset + static_cast<uint64_t>(part.data() - block.bytes.view().data());
}

/// `fault` with its place, that of a field of the run; `record` is not filled in.
RecordFault at_field(RecordFault fault, const RecordBlock& block, const CsvRun& run, size_t record, size_t column);

RecordFault broken_utf8(const RecordBlock& block, const CsvRun& run, size_t record, size_t column);
RecordFault text_behind_quote(const RecordBlock& block, const CsvRun& run, size_t record, size_t column);

}  // namespace sluice
