// The values of one data page, in whichever encoding, a run at a time (parquet-format, Encodings.md). One virtual call
// a run of thousands; inside, one loop for each encoding and width.
//
//   encoding                   carriers                                    skipping
//   PLAIN                      all                                         by arithmetic; texts by walking
//   PLAIN_, RLE_DICTIONARY     all but BOOLEAN                             by runs
//   RLE                        BOOLEAN                                     by runs
//   DELTA_BINARY_PACKED        INT32, INT64                                by decoding
//   DELTA_LENGTH_BYTE_ARRAY    BYTE_ARRAY                                  by decoding lengths
//   DELTA_BYTE_ARRAY           BYTE_ARRAY, FLBA                            by decoding
//   BYTE_STREAM_SPLIT          INT32, INT64, FLOAT, DOUBLE, FLBA           by arithmetic
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/bytes.h"
#include "format/enums.h"
#include "pages/leaf_buffers.h"

namespace sluice {

class ValueReader {
 public:
  virtual ~ValueReader() = default;

  /// Appends `count` values, or fewer where they would come to more than `bytes_max` bytes (LeafBuffers::value_bytes),
  /// but one at least: a caller that must stay below looks at what one came to. None only where the text would pass
  /// 2^31-1 bytes in the column. Throws PageFault where the page has fewer, where an index has no entry, and for values
  /// that the leaf's type cannot hold.
  virtual size_t read(size_t count, uint64_t bytes_max, LeafBuffers& to) = 0;
  /// Throws PageFault where the page has fewer.
  virtual void skip(size_t count) = 0;
  /// Of the next `count` values appends those at `places`, which ascend and are below it, and skips the others. Stops
  /// where they come to `bytes_max` bytes, or pass them with the last one: then the value at the next place is the next
  /// one. Returns how many were appended; none, though there are places, only where read() would. Throws as both do.
  virtual size_t read_at(std::span<const uint32_t> places, size_t count, uint64_t bytes_max, LeafBuffers& to);
  /// Bytes behind the last value, once all of them are read or skipped; files of ours have none. (Padding of packed
  /// groups counts as read; values that were announced and are too many count.)
  virtual size_t bytes_left() const = 0;
};

/// Readers keep `form` and views of `values`. `dictionary`: of the chunk, if it has one. Throws PageFault for an
/// encoding that the carrier never has, an index width above 32, and encodings that announce more than `values_max`
/// values, the page's slots.
std::unique_ptr<ValueReader> make_value_reader(const LeafForm& form, Encoding encoding, ByteSpan values,
                                               size_t values_max, const DictionaryEntries& dictionary);

/// The entries of a dictionary page: PLAIN, exactly as many as it says and no byte more. Throws PageFault.
DictionaryEntries read_dictionary(const LeafForm& form, size_t entries, ByteSpan plain,
                                  const std::shared_ptr<BufferPool>& pool);

/// A bound of statistics or of a column index as a column of one value, in memory form, by the same conversions;
/// nothing where it is no value of the type: that bound then says nothing. Text has no length in front, and is not held
/// against UTF-8, for bounds may be cut anywhere.
std::optional<Column> read_bound(const LeafForm& form, std::string_view plain);

}  // namespace sluice
