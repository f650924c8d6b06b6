// Where ordinal keys of a relation go on, when rows are appended to those that are there.
#pragma once

#include <cstdint>
#include <string>

namespace sluice {

/// One more than the largest key in the files of the relation, as their statistics say; 0 where there is none. Throws
/// Error{data} where they do not say, and as read_layout does.
int64_t first_ordinal_behind(const std::string& dataset, const std::string& relation, const std::string& id_column);

}  // namespace sluice
