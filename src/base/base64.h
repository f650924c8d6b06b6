// Base64 with the standard alphabet and padding (RFC 4648, section 4).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

std::string encode_base64(ByteSpan bytes);

/// Nothing unless `text` is exactly what encode_base64 would have made: no blanks, no missing padding, no stray bits.
std::optional<Bytes> decode_base64(std::string_view text);

}  // namespace sluice
