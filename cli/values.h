// Values of options: sizes "128MiB", "1GB" or plain bytes, counts in digits, words of a list. What they are not is a
// UsageError that names the option (`option`, "--memory") and says what would be right.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "session.h"
#include "sluice/compression.h"
#include "sluice/file_writer.h"
#include "sluice/partition.h"
#include "sluice/predicate.h"
#include "sluice/select.h"

namespace sluice::cli {

uint64_t size_value(std::string_view option, const std::string& text, uint64_t min = 0);
int64_t count_value(std::string_view option, const std::string& text, int64_t min,
                    int64_t max = std::numeric_limits<int64_t>::max());
/// The position of `text` among `choices`.
size_t choice_value(std::string_view option, const std::string& text, std::initializer_list<std::string_view> choices);
When when_value(std::string_view option, const std::string& text);
/// "zstd", "zstd:19", "snappy", "none".
Compression compression_value(std::string_view option, const std::string& text);
/// modern or compat.
Profile profile_value(std::string_view option, const std::string& text);
/// "a, b desc nulls first".
std::vector<SortColumn> sorted_by_value(std::string_view option, const std::string& text);
/// "country, year(at)".
std::vector<PartitionKey> partition_keys_value(std::string_view option, const std::string& text);
/// "1%", "0.5%": 0 to 100.
double percent_value(std::string_view option, const std::string& text);
/// "a, b.c".
std::vector<ColumnPath> columns_value(std::string_view option, const std::string& text);
/// "a > 3 AND b IS NULL" (docs/where.md).
Predicate predicate_value(std::string_view option, const std::string& text);
/// "key=value", cut at the first "=".
std::pair<std::string, std::string> pair_value(std::string_view option, const std::string& text);

/// "no verb \"wirte\"; did you mean \"write\"?"
std::string unknown(std::string_view what, std::string_view found, std::span<const std::string_view> known);

}  // namespace sluice::cli
