// Columns of few different texts, put into dictionary form as rows go to their places (columns/scatter.h): of all that
// a run brings, so that a text is moved as a number, and hashed again by nobody. Where there turn out to be many
// different ones, columns stay as they are. (Arrow "Columnar Format", dictionary-encoded layout.)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columns/scatter.h"
#include "columns/value_codes.h"
#include "sluice/column.h"

namespace sluice {

/// Of one column. Not thread-safe.
class TextFolder {
 public:
  /// Requires a type of text. Keeps texts in at most about `memory_bytes_max` bytes.
  TextFolder(Type type, uint64_t memory_bytes_max);

  /// What sluice::scatter would give, in dictionary form. Nothing where too many different texts have come, from then
  /// on always, or where all of them would take more than 2^31-1 bytes.
  std::optional<Column> scatter(std::span<const ScatterPiece> pieces, BufferPool& pool);
  /// All texts so far. Positions stay what they are when others come, so the last answer serves all columns.
  const std::shared_ptr<const Column>& entries();
  uint64_t memory_bytes() const { return codes_.memory_bytes(); }

 private:
  bool number(const ScatterPiece& piece, std::span<uint32_t> codes);

  const Type type_;
  const uint64_t memory_bytes_max_;
  ValueCodes codes_;
  uint64_t rows_ = 0;
  bool is_open_ = true;
  std::shared_ptr<const Column> entries_;
};

}  // namespace sluice
