// Counts bad records by what is wrong with them.
#pragma once

#include <string_view>

#include "sluice/write.h"
#include "sources/record_fault.h"

namespace sluice {

/// Reasons that are kept apart; the columns beyond are counted together.
inline constexpr size_t kBadReasonsMax = 100;

/// One more.
void add(BadRecordCounts& counts, const RecordFault& fault, std::string_view text_name);
/// Those of another source.
void add(BadRecordCounts& counts, const BadRecordCounts& more);

}  // namespace sluice
