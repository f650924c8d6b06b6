// --column 'user.name: compression=zstd:9, encoding=delta, dictionary=off, bloom, id=7': what one column asks for.
#pragma once

#include <string>
#include <string_view>

#include "sluice/column_options.h"

namespace sluice::cli {

/// A name with ":" in it stands in double quotes, a quote in it twice. Throws UsageError.
ColumnOptions column_value(std::string_view option, const std::string& text);

/// The settings that it takes, for the help.
std::string column_settings_words();

}  // namespace sluice::cli
