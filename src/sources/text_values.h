// Values that JSON has no form of its own for, read from text: what stands in strings, and the keys of maps.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/calendar.h"
#include "columns/builder.h"

namespace sluice {

/// Appends `text`, which is UTF-8, as a value of the builder's type: strings and enums as they are, numbers and
/// booleans as JSON writes them, dates, times, timestamps and UUIDs in their usual form. Otherwise appends nothing and
/// says why, behind the text: "is not a uuid". Nothing is rounded.
[[nodiscard]] std::optional<std::string> append_text_value(ColumnBuilder& out, std::string_view text);

/// A timestamp; or, unless it is to have a zone, a date for its midnight.
std::optional<TimestampText> parse_moment(std::string_view text, bool zoned);

/// The words for a value that is none of the type: "is not an int64", "is not a list".
std::string not_a(const Type& type);
/// "is out of the range of int8".
std::string out_of_range(const Type& type);

}  // namespace sluice
