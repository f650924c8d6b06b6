// UUIDs as text: "550e8400-e29b-41d4-a716-446655440000" (RFC 9562, section 4), and any bytes in hex.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sluice {

/// The 16 bytes in the order in which they are written. Either case; nothing for any other form, braces included.
std::optional<std::array<std::byte, 16>> parse_uuid(std::string_view text);

/// Lower case. Requires 16 bytes.
void append_uuid(std::string_view bytes, std::string& out);

/// Two digits for each byte, lower case.
void append_hex(std::string_view bytes, std::string& out);

}  // namespace sluice
