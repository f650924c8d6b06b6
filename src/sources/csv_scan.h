// Finds where fields and records of CSV text end (RFC 4180; docs/csv.md), 64 bytes at a time.
//
// What a byte means depends on what came before it:
//
//   state         quote            delimiter, '\n'        other byte
//   field_start   -> quoted        ends a field           -> unquoted
//   unquoted      irregular        ends a field           -> unquoted
//   quoted        -> closed        -> quoted              -> quoted
//   closed        -> quoted        ends a field           -> unquoted
//
// "Ends a field" leads to field_start. Doubled quotes inside quotes are quoted -> closed -> quoted. A '\r' outside
// quotes that no '\n' follows is irregular too: whether it was to end a line, nobody can tell. As long as nothing is
// irregular, a byte is inside quotes when an odd number of quotes stands before it, which is one prefix xor for a word
// of 64 bytes; the words where something is irregular are gone through byte by byte. Text behind a closing quote is not
// told from here: it shows in the field, which begins with a quote and does not end with one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sources/csv_shape.h"

namespace sluice {

enum class CsvState : uint8_t { field_start, unquoted, quoted, closed };

/// The ends of fields, as positions in a text.
struct CsvIndex {
  std::vector<uint32_t> ends;  ///< of delimiters and '\n' that end fields; only the first end_count count
  size_t end_count = 0;
  std::vector<uint32_t> lines;      ///< which of `ends`, by their place in it, are '\n'
  std::vector<uint32_t> irregular;  ///< positions; mostly none

  void clear();
  uint64_t memory_bytes() const {
    return (ends.capacity() + lines.capacity() + irregular.capacity()) * sizeof(uint32_t);
  }
};

/// Appends what is in text[from, to) to `index`; `state` is that before `from`, and then that before `to`.
/// Requires to <= UINT32_MAX, and text[to, to + 64) to be readable.
void index_csv(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state, CsvIndex& index);

/// The position behind the last '\n' in text[from, to) that ends a record, or 0. `state` as above. Requires text[to] to
/// be readable.
size_t behind_last_record(const char* text, size_t from, size_t to, const CsvDialect& dialect, CsvState& state);

/// Both of them, compiled for one kind of machine.
struct CsvScan {
  const char* machine;
  decltype(&sluice::index_csv) index;
  decltype(&sluice::behind_last_record) behind_last_record;
};

/// Those that this machine can run, the quickest first: it is the one that the functions above take. Never empty.
std::span<const CsvScan> csv_scans();

/// The state behind `byte`.
CsvState csv_state_behind(CsvState state, char byte, const CsvDialect& dialect);

}  // namespace sluice
