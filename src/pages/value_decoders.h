// What make_value_reader chooses from: a ValueReader for each encoding, or kind of values in it.
#pragma once

#include <algorithm>
#include <memory>

#include "base/bytes.h"
#include "pages/leaf_buffers.h"
#include "pages/leaf_form.h"
#include "pages/value_reader.h"

namespace sluice {

// --- pages/plain_values.cc

/// Values of fixed width that are stored back to back. Requires a stored width above 0.
std::unique_ptr<ValueReader> make_plain_fixed_reader(const LeafForm& form, ByteSpan values);
/// Texts with their lengths in front.
std::unique_ptr<ValueReader> make_plain_text_reader(ByteSpan values);
std::unique_ptr<ValueReader> make_plain_boolean_reader(ByteSpan values);
/// Booleans in runs.
std::unique_ptr<ValueReader> make_boolean_run_reader(ByteSpan values);
/// BYTE_STREAM_SPLIT. Requires a stored width above 0.
std::unique_ptr<ValueReader> make_split_reader(const LeafForm& form, ByteSpan values);
/// Texts without bytes: what FIXED_LEN_BYTE_ARRAY of length 0 holds. There are as many as anyone asks for.
std::unique_ptr<ValueReader> make_empty_text_reader(ByteSpan values);
/// Of the null type, which stores nothing.
std::unique_ptr<ValueReader> make_null_reader();

// --- pages/index_values.cc

/// Without a dictionary there are no entries, and any index is too large.
std::unique_ptr<ValueReader> make_index_reader(ByteSpan values, DictionaryEntries dictionary);

// --- pages/delta_values.cc

/// DELTA_BINARY_PACKED: INT32 or INT64.
std::unique_ptr<ValueReader> make_delta_reader(const LeafForm& form, ByteSpan values, size_t values_max);
/// DELTA_LENGTH_BYTE_ARRAY.
std::unique_ptr<ValueReader> make_delta_length_reader(ByteSpan values, size_t values_max);
/// DELTA_BYTE_ARRAY, as texts.
std::unique_ptr<ValueReader> make_delta_text_reader(ByteSpan values, size_t values_max);
/// Texts of another reader that become values of fixed width.
std::unique_ptr<ValueReader> make_text_converter(const LeafForm& form, std::unique_ptr<ValueReader> texts);

// --- what they share (pages/value_reader.cc)

[[noreturn]] void refuse_missing_values(size_t missing);
[[noreturn]] void refuse_announced_values(uint64_t announced, size_t values_max);
/// Turns stored values into values in memory, which may be to copy them. Throws PageFault.
void convert_values(const LeafForm& form, const std::byte* stored, size_t count, std::byte* to);

/// How many of `count` values of `width` bytes may be read: one at least.
inline size_t values_within(size_t count, uint64_t bytes_max, size_t width) {
  return static_cast<size_t>(std::min<uint64_t>(count, std::max<uint64_t>(bytes_max / width, 1)));
}

}  // namespace sluice
