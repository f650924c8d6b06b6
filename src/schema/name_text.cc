#include "schema/name_text.h"

#include <algorithm>

#include "schema/schema_letters.h"

namespace sluice {

void append_name(std::string_view name, std::string& out) {
  // Letters beyond ASCII are quoted, because some of them look like blanks.
  const bool bare = !name.empty() && !is_schema_digit(name[0]) &&
                    std::ranges::all_of(name, [](char c) { return is_schema_letter(c) || is_schema_digit(c); });
  if (bare)
    out += name;
  else
    append_quoted(name, out);
}

void append_quoted(std::string_view content, std::string& out) {
  out += '"';
  for (const char c : content) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

}  // namespace sluice
