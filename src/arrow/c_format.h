// Format strings of the Arrow C data interface for our types. (Arrow "The Arrow C data interface", format strings.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "arrow/array_form.h"
#include "sluice/types.h"

namespace sluice {

/// "l", "tsu:UTC", "+s", "w:16". What Arrow has no type for has the format of what carries it.
std::string c_format(const Type& type);

struct ParsedFormat {
  Type type;
  ArrayForm form = ArrayForm::plain;
};

/// The type of a format without children; nothing for formats that are nested, malformed or not built.
std::optional<ParsedFormat> parse_c_format(std::string_view format);

/// How a list of this format is laid out: "+l", "+L", "+vl", "+vL". Nothing for others.
std::optional<ArrayForm> parse_list_format(std::string_view format);
/// The n of "+w:n", at least 1.
std::optional<int32_t> parse_fixed_list_format(std::string_view format);

}  // namespace sluice
