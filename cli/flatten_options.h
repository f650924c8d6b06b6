// What the command line says about flattening: the relations that records become, and what is told of them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "json_output.h"
#include "sluice/flatten.h"
#include "sluice/write.h"

namespace sluice::cli {

struct FlattenCall {
  bool is_asked = false;               ///< --flatten
  std::optional<std::string> other{};  ///< an option that has a meaning only with it
  std::optional<std::string> name{};
  FlattenOptions options;
};

/// --flatten and what belongs to it.
std::vector<Option> flatten_options(FlattenCall& call);

/// Nothing without --flatten. `destination` names the relation where nobody else does. Throws UsageError for options
/// that do not go together.
std::optional<FlattenOptions> settled_flattening(const FlattenCall& call, const std::string& destination);

/// A line for the relations with their rows, and one for each thing worth telling; empty where nothing was flattened.
std::string relation_lines(const RecordsResult& result, size_t width);
/// "relations" and "flatten_notes".
void add_relations(const RecordsResult& result, JsonWriter& json);

}  // namespace sluice::cli
