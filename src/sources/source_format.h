// Which format a source has, where nobody says it.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "sluice/write.h"

namespace sluice {

/// What the ending of the name says, that of a container left out.
std::optional<SourceFormat> format_of_name(std::string_view path);

/// How much of the contents tells the format, if a line ends in it.
inline constexpr size_t kFormatSampleBytes = 64_KiB;

/// What the first bytes of text say. A line that is one JSON object is NDJSON, other JSON is json; a line with a comma,
/// a semicolon, a tab or a bar in it is CSV; and whatever nobody knows is NDJSON, whose errors say what was expected.
SourceFormat format_of_text(std::string_view start);

/// Whether data that begin so are Arrow IPC, a file or a stream. Eight bytes suffice.
bool begins_like_arrow(ByteSpan start);
/// The Arrow file format.
bool begins_with_arrow_magic(ByteSpan start);

}  // namespace sluice
