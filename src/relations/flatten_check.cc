#include "relations/flatten_check.h"

#include <set>
#include <string>

#include "base/utf8.h"
#include "sluice/error.h"

namespace sluice {
namespace {

[[noreturn]] void refuse(const std::string& sentence) { throw Error(ErrorCode::invalid, sentence); }

void check_names(const FlattenOptions& options) {
  if (options.name.empty() || utf8_valid_bytes(options.name) != options.name.size() ||
      options.name.find('\0') != std::string::npos)
    refuse("the relation of the records needs a name, in UTF-8 and without a NUL");
  if (options.id_column.empty() || options.parent_column.empty() || options.index_column.empty())
    refuse("columns for keys, for keys of parents and for places in lists need a name");
  std::set<std::string> names;
  for (const std::string* name :
       {&options.id_column, &options.parent_column, &options.index_column, &options.root_column, &options.time_column})
    if (!name->empty() && !names.insert(*name).second) refuse("two key columns are to be named " + *name);
}

void check_keys(const FlattenOptions& options) {
  const size_t fields = options.id_fields.size();
  for (const std::string& field : options.id_fields)
    if (field.empty()) refuse("a key field has an empty name");
  if (std::set<std::string>(options.id_fields.begin(), options.id_fields.end()).size() != fields)
    refuse("a key field is named twice");
  switch (options.id_generation) {
    case KeyStrategy::natural:
      if (fields > 1) refuse("natural keys are one field; several are composite");
      break;
    case KeyStrategy::composite:
      if (fields == 0) refuse("composite keys need the fields that they are made of");
      break;
    default:
      if (fields > 0) refuse("key fields were named, but keys are neither natural nor composite");
  }
  if (options.count_equal_records && options.id_generation != KeyStrategy::hash)
    refuse("equal records are only counted where keys are digests of records");
  if (options.seed && options.id_generation != KeyStrategy::random) refuse("a seed was given, but keys are not random");
}

}  // namespace

void check_flatten_options(const FlattenOptions& options) {
  if (options.batch_size < 1) refuse("batch_size is " + std::to_string(options.batch_size) + "; at least 1 is needed");
  if (options.max_depth < 1) refuse("max_depth is " + std::to_string(options.max_depth) + "; at least 1 is needed");
  check_names(options);
  check_keys(options);
  std::set<std::string> paths;
  for (const FlattenOptions::ModeOfPath& asked : options.array_modes)
    if (!paths.insert(asked.path).second) refuse("two array modes were given for " + asked.path);
}

}  // namespace sluice
