// A place inside a JSON document: "/features", "/data/0/rows" (RFC 6901).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// The names or indexes that lead to the place, outermost first, none for the document itself. In a pointer "~1" is '/'
/// and "~0" is '~'. Throws Error{invalid} for what is no pointer.
std::vector<std::string> parse_json_pointer(std::string_view pointer);

/// The pointer that `count` steps make.
std::string json_pointer_text(const std::vector<std::string>& steps, size_t count);

}  // namespace sluice
