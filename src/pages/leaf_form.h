// How the values of a leaf lie in a file, how they lie in memory, and the way from one to the other (parquet-format,
// LogicalTypes.md; Arrow "Columnar Format"). Most lie alike: then nothing is converted, and decoders write into the
// column itself. Others are converted in runs, never one by one:
//
//   INT32 -> 8 and 16 bits     INT32, INT64, FLBA, BYTE_ARRAY -> decimal of 16 or 32 bytes     INT96 -> timestamp
//   milliseconds -> seconds, where the stored Arrow schema says so
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "pages/page_fault.h"
#include "schema/leaves.h"
#include "sluice/read_options.h"
#include "sluice/types.h"

namespace sluice {

/// Which buffers a column of leaf values has, validity aside.
enum class ValueLayout : uint8_t {
  none,   ///< the null type: no values are stored
  bits,   ///< booleans
  fixed,  ///< `width` bytes each
  text,   ///< int32 offsets and bytes
};

struct LeafForm {
  Type type;  ///< in memory
  PhysicalType carrier = PhysicalType::int32;
  size_t stored_width = 0;  ///< bytes of a value in PLAIN form; 0 for booleans and byte arrays
  ValueLayout layout = ValueLayout::fixed;
  size_t width = 0;          ///< bytes of a value in memory; 0 unless `layout` is fixed
  bool checks_utf8 = false;  ///< of text

  /// Stored values are values in memory.
  bool is_same() const { return converts == nullptr && converts_texts == nullptr; }

  /// Turns `count` stored values, back to back, into values in memory; returns how many were representable, and stops
  /// at the first that is not: an int8 of 300, a decimal beyond its width, a day of INT96 beyond the unit. `to` is
  /// aligned for its values, `stored` need not be. What `to` holds behind the last good value has no meaning.
  using Convert = size_t (*)(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to);
  Convert converts = nullptr;
  /// The same for byte arrays that become values of fixed width: decimals.
  using ConvertTexts = size_t (*)(const LeafForm& form, const int32_t* offsets, const std::byte* bytes, size_t count,
                                  std::byte* to);
  ConvertTexts converts_texts = nullptr;
};

/// The form of a leaf of type `type`, which Parquet or the stored Arrow schema says `element` is of. INT96 is read in
/// the unit of `type`, or in nanoseconds where `int96` says so. Throws PageFault of kind unsupported where the carrier
/// cannot bear it; from_schema_elements makes no such type.
LeafForm leaf_form(const SchemaElement& element, const Type& type, Int96Unit int96, InvalidText invalid_text);

/// What to say of a stored value that `converts`, or `converts_texts`, found not to be representable.
PageFault unrepresentable(const LeafForm& form, ByteSpan stored);

}  // namespace sluice
