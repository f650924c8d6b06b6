// Data to standard output, words to standard error, and tables for people.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "terminal.h"

namespace sluice::cli {

/// Writes all of `text`. A reader that has gone away is no failure: the rest is dropped, and false tells who could stop
/// making more. Throws Error{io} otherwise.
bool write_out(std::string_view text);
/// False for a pipe or socket whose reader has gone away.
bool has_reader(int descriptor);
/// Words never fail a run: what cannot be written is dropped.
void write_words(std::string_view text);

/// "1 row", "1,048,576 rows".
std::string counted(uint64_t count, std::string_view one);

/// Names, one rule, rows; no frame. Numbers stand right, text left; two blanks between columns.
class Table {
 public:
  enum class Align { left, right };
  struct Column {
    std::string title;
    Align align = Align::left;
    /// Columns of the terminal below which this one is not cut; nothing: it is never cut.
    std::optional<size_t> width_min{};
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  /// One cell for each column, printable.
  void add_row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  /// Columns of the terminal that the widest line takes.
  size_t width() const;
  /// Where `width_max` does not suffice, columns that may be cut give way, the first one first.
  std::string text(std::optional<size_t> width_max, const Palette& palette) const;

 private:
  std::vector<size_t> widths() const;
  std::string line(const std::vector<std::string>& cells, const std::vector<size_t>& widths) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// `items` with a separator, broken between items into lines of at most `width` columns; lines after the first begin
/// with `indent` blanks, and the first is thought to do so too.
std::string wrapped(const std::vector<std::string>& items, std::string_view separator, size_t indent, size_t width);

}  // namespace sluice::cli
