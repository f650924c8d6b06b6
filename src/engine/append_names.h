// Names of columns that went by the order in which fields came, when rows are appended to those of another run.
#pragma once

#include <string>
#include <vector>

#include "sluice/flatten.h"

namespace sluice {

/// Of two fields that become one name, `a_b` and `b` in `a`, the first to come has it: in the files that are there it
/// may have been the other one. Throws Error{conflict} for a relation of which the dataset has files, where this run
/// had to decide that.
void refuse_names_by_order(const std::string& dataset, const std::vector<Relation>& relations);

}  // namespace sluice
