// Which relations a dataset has of earlier runs, when rows are appended to them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sluice/flatten.h"
#include "sluice/runtime.h"

namespace sluice {

/// The relation `root` and those of lists in its records, each in the directory of its name. Reads the footers of their
/// files; a directory whose first file cannot be read, or has rows of no relation, is none of them. Throws what
/// DatasetReader does.
std::vector<FlattenOptions::RelationThere> relations_there(const std::string& dataset, const std::string& root,
                                                           const std::shared_ptr<Runtime>& runtime);

}  // namespace sluice
