// Chunks merged by column; see column_summary.h.
#include "column_summary.h"

#include <algorithm>
#include <charconv>

namespace sluice::cli {
namespace {

template <typename T>
bool number_less(const std::string& a, const std::string& b) {
  T x{};
  T y{};
  std::from_chars(a.data(), a.data() + a.size(), x);
  std::from_chars(b.data(), b.data() + b.size(), y);
  return x < y;
}

/// Of decimals with the same number of digits behind the point.
bool decimal_less(const std::string& a, const std::string& b) {
  const bool negative = a.starts_with('-');
  if (negative != b.starts_with('-')) return negative;
  const bool smaller = a.size() != b.size() ? a.size() < b.size() : a < b;
  return negative ? a != b && !smaller : smaller;
}

/// Order of bounds in their text form. ISO dates and times, hex and UTF-8 are in order as bytes, but for years beyond
/// 0000 to 9999, which have a sign.
bool bound_less(const std::string& type, const std::string& a, const std::string& b) {
  if (type.starts_with("float")) return number_less<double>(a, b);
  if (type.starts_with("uint")) return number_less<uint64_t>(a, b);
  if (type.starts_with("decimal")) return decimal_less(a, b);
  if (type.starts_with("int") || type.starts_with("duration")) return number_less<int64_t>(a, b);
  if (type.starts_with("date") || type.starts_with("timestamp")) {
    const auto rank = [](const std::string& text) { return text[0] == '-' ? -1 : text[0] == '+' ? 1 : 0; };
    if (rank(a) != rank(b) || rank(a) == 0) return rank(a) != rank(b) ? rank(a) < rank(b) : a < b;
    if (a.find('-', 1) != b.find('-', 1)) return (a.find('-', 1) < b.find('-', 1)) == (rank(a) > 0);
    const size_t year = a.find('-', 1);
    const int order = a.compare(0, year, b, 0, year);
    return order != 0 ? (order < 0) == (rank(a) > 0) : a < b;
  }
  return a < b;
}

void add_once(std::vector<std::string>& all, const std::string& name) {
  if (std::ranges::find(all, name) == all.end()) all.push_back(name);
}

/// Takes `chunk` into `column`; `bounded` says whether all chunks with values so far had bounds.
void add(ColumnSummary& column, const ChunkLayout& chunk, bool& bounded) {
  for (const std::string& encoding : chunk.encodings) add_once(column.encodings, encoding);
  add_once(column.codecs, chunk.codec);
  column.values += chunk.values;
  column.bytes += chunk.bytes;
  column.raw_bytes += chunk.raw_bytes;
  if (column.nulls && chunk.nulls)
    *column.nulls += *chunk.nulls;
  else if (chunk.values > 0)
    column.nulls.reset();
  if (chunk.values == 0 || chunk.nulls == chunk.values) return;
  bounded = bounded && chunk.min && chunk.max;
  if (!bounded) return;
  const std::string& type = column.layout->type;
  if (!column.min || bound_less(type, *chunk.min, *column.min)) {
    column.min = chunk.min;
    column.min_exact = chunk.min_exact;
  }
  if (!column.max || bound_less(type, *column.max, *chunk.max)) {
    column.max = chunk.max;
    column.max_exact = chunk.max_exact;
  }
}

}  // namespace

std::vector<ColumnSummary> summarise(const FileLayout& file, const std::vector<size_t>& columns) {
  std::vector<ColumnSummary> summaries;
  for (const size_t i : columns) {
    ColumnSummary& column = summaries.emplace_back();
    column.layout = &file.columns[i];
    bool bounded = true;
    for (const RowGroupLayout& group : file.row_groups) add(column, group.chunks[i], bounded);
    if (!bounded) column.min = column.max = std::nullopt;
  }
  return summaries;
}

}  // namespace sluice::cli
