// Some of the rows of a batch: a bit for each, and the batch that only has these.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "columns/gather.h"
#include "sluice/batch.h"

namespace sluice {

/// 64 bytes of 0 or 1 as bits, the first one lowest.
inline uint64_t pack_flags(const uint8_t* flags) {
  uint64_t word = 0;
  // The product moves the lowest bit of byte i to bit 56 + i; no two bits meet on the way.
  for (int i = 0; i < 8; ++i) word |= (load<uint64_t>(flags + 8 * i) * 0x0102'0408'1020'4080u >> 56) << (8 * i);
  return word;
}

/// Bit i % 64 of word i / 64 says whether row i is in; bits behind the last row are 0.
class Selection {
 public:
  /// All of `rows` rows.
  explicit Selection(int64_t rows = 0);

  int64_t rows() const { return rows_; }
  /// How many are in.
  int64_t count() const;
  /// Of rows [begin, begin + count). Requires begin + count <= rows().
  Selection part(int64_t begin, int64_t count) const;
  std::span<uint64_t> words() { return words_; }
  std::span<const uint64_t> words() const { return words_; }
  /// The same as a bitmap.
  const uint8_t* bits() const { return reinterpret_cast<const uint8_t*>(words_.data()); }

 private:
  int64_t rows_ = 0;
  std::vector<uint64_t> words_;
};

/// Makes batches of selected rows; keeps its memory between them.
class RowFilter {
 public:
  /// The rows that are in, in their order. Shares the columns where all are in, or all that are in stand in a row; else
  /// columns are gathered, those in dictionary form keep it. Requires as many rows as the selection has, at most
  /// kGatherRowsMax. Throws Error{unsupported} that names a column which would take more than 4 GiB.
  Batch filter(const Batch& batch, const Selection& selection);
  /// The same of one column; `name` is for the message.
  Column filter(const Column& column, const std::string& name, const Selection& selection);

 private:
  void find_places(const Selection& selection);
  Column picked(const Column& column, const std::string& name) const;

  std::vector<ValuePlace> places_;
};

}  // namespace sluice
