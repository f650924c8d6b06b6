// Rows as a table for people: names, types, one rule, rows. On a terminal it fits: texts and nested values are cut,
// then columns in the middle are left out, and how many is told; numbers, dates and the like are never cut. Elsewhere
// nothing is cut or left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/batch.h"
#include "terminal.h"

namespace sluice::cli {

class RowTable {
 public:
  /// `width_max`: columns of the terminal; nothing: as wide as need be.
  RowTable(const Schema& schema, std::optional<size_t> width_max);

  void add(const Batch& batch, int64_t row);
  size_t rows() const { return cells_.size(); }
  /// The rows so far, which it then forgets; the head above the first ones. Widths are those of the first call: rows of
  /// later calls may be wider.
  std::string take_text(const Palette& palette);

  /// Of the whole table, once its text is taken.
  size_t columns_hidden() const { return hidden_; }
  size_t values_cut() const { return values_cut_; }

 private:
  struct Cell {
    std::string text;
    bool is_null = false;
  };
  struct Column {
    std::string name;
    std::string type;
    bool right = false;  ///< numbers
    bool may_be_cut = false;
    size_t width_min = 0;  ///< of what is never cut
    size_t width = 0;      ///< what it would like, then what it gets
  };

  void measure();
  void hide_columns();
  void share_width();
  size_t total_width(size_t Column::*width) const;
  size_t gap_width() const;
  std::string gap_text(bool in_head) const;
  std::string padded(std::string text, const Column& column) const;
  template <typename MakeCell>
  std::string line(const MakeCell& make_cell, bool in_head) const;

  std::optional<size_t> width_max_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> cells_;
  bool measured_ = false;
  size_t hidden_begin_ = 0;  ///< of the columns left out
  size_t hidden_ = 0;
  size_t values_cut_ = 0;
};

}  // namespace sluice::cli
