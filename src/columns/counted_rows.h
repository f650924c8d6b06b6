// Rows whose memory is in the account of a budget for as long as anybody has them. One of their buffers carries the
// account, so that it goes along with copies and slices, and ends with the last of them.
#pragma once

#include <vector>

#include "sluice/batch.h"
#include "sluice/budget.h"

namespace sluice {

/// Of all buffers of the columns, those of their dictionaries left out: others may have these, too.
uint64_t bytes_of_buffers(const std::vector<Column>& columns);

/// From here on `account` lives as long as the columns do. Without effect where they have no bytes.
void count_rows_in(std::vector<Column>& columns, Account account);

/// The memory of these rows is in an account, of this kind or of a BufferPool: whoever keeps them need not count them.
bool are_counted(const Batch& batch);

}  // namespace sluice
