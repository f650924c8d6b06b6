// Format strings of the Arrow C data interface for our types. (Arrow "The Arrow C data interface", format strings.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/types.h"

namespace sluice {

/// "l", "tsu:UTC", "+s". JSON has the format of its text.
std::string c_format(const Type& type);

/// The type of a format without children; nothing for formats that are nested, malformed or not built.
std::optional<Type> parse_c_format(std::string_view format);

}  // namespace sluice
