// Which format a source has, where nobody says it.
#pragma once

#include <optional>
#include <string_view>

#include "base/bytes.h"
#include "sluice/write.h"

namespace sluice {

/// What the ending of the name says.
std::optional<SourceFormat> format_of_name(std::string_view path);

/// What the first bytes say, of which eight suffice; whatever nobody knows is NDJSON.
SourceFormat format_of_bytes(ByteSpan start);

/// The Arrow file format.
bool begins_with_arrow_magic(ByteSpan start);

}  // namespace sluice
