// The metadata string of an ArrowSchema: a count, then length-prefixed keys and values, integers in the machine's
// order. (Arrow "The Arrow C data interface", ArrowSchema.metadata.)
#pragma once

#include <optional>
#include <string>

#include "arrow/field_metadata.h"

namespace sluice {

/// Empty when the field has nothing to say: then the pointer is to be null.
std::string encode_c_metadata(const Field& field);

/// `metadata` may be null. Nothing for negative counts or lengths; the string's end is nowhere told, so that a wrong
/// positive length cannot be noticed.
std::optional<FieldNotes> decode_c_metadata(const char* metadata);

}  // namespace sluice
