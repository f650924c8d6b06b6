// Where a file of a wanted size on disk ends. How long its rows become is not known before they are encoded, so now and
// then the writer is asked, after so many bytes of rows that the file cannot have become too long, however badly they
// compress: first half of the wanted size, then what is still missing, and so on; the nearer the end, the smaller the
// steps. Nobody compresses anything twice for it.
//
// When the file seems long enough, its pages are ended, and its size is known; then it ends, or goes on for a bit.
// All of it depends on the rows alone.
//
//   ShardSize size(16_MiB);
//   size.start_file();
//   ... write rows of size.bytes_left() bytes ...; size.add(bytes);
//   if (size.is_enough(writer.forecast())) if (size.is_enough(writer.forecast(true))) finish the file
#pragma once

#include <cstdint>

#include "sluice/file_writer.h"

namespace sluice {

class ShardSize {
 public:
  /// `wanted` bytes on disk, at least 1.
  explicit ShardSize(uint64_t wanted) : wanted_(static_cast<double>(wanted)) { start_file(); }

  void start_file();
  /// Rows of so many bytes, as pages are cut by them (bytes_of_rows), may come before the next forecast is wanted.
  uint64_t bytes_left() const { return bytes_left_; }
  /// Rows have come since the last forecast.
  bool has_grown() const { return has_grown_; }
  void add(uint64_t bytes);
  /// What the file has come to. True when that is enough: where something of it is guessed, it must then be settled and
  /// asked for again.
  bool is_enough(const FileForecast& file);

 private:
  double wanted_;
  uint64_t bytes_ = 0;  ///< of the file's rows
  uint64_t bytes_left_ = 0;
  bool has_grown_ = false;
};

}  // namespace sluice
