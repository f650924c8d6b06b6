// Names of columns as the texts that people type have them: bare where that is plain to see, else in quotes. What reads
// them is text_cursor.h. Grammar: docs/schema_text.md.
#pragma once

#include <string>
#include <string_view>

namespace sluice {

/// Appends the name: bare when it is made of ASCII letters, digits and "_" and does not begin with a digit, else in
/// quotes.
void append_name(std::string_view name, std::string& out);

/// Appends `content` in double quotes; one inside is doubled.
void append_quoted(std::string_view content, std::string& out);

}  // namespace sluice
