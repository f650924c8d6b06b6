// Names of columns that went by the order in which fields came, when rows are appended to those of another run.
#pragma once

#include <memory>
#include <string>

#include "sluice/flatten.h"

namespace sluice {

/// The same relations. Of two fields that become one name, `a_b` and `b` in `a`, the first to come has it: in the files
/// that are there it may have been the other one. next() throws Error{conflict} where that had to be decided in a
/// relation of which `dataset` has files by now.
std::unique_ptr<BatchStream> refusing_names_by_order(std::unique_ptr<FlattenedStream> relations,
                                                     const std::string& dataset);

}  // namespace sluice
