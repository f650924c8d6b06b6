#include "engine/relations_there.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "datasets/file_listing.h"
#include "datasets/relation_files.h"
#include "files/stored_file.h"
#include "schema/leaves.h"
#include "schema/origins.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// One of each directory of the dataset, by the directory's name.
std::map<std::string, std::string> first_files(const std::string& dataset) {
  std::map<std::string, std::string> files;
  for (std::string& file : files_below(dataset)) {
    std::string_view below = std::string_view(file).substr(dataset.size());
    below.remove_prefix(std::min(below.find_first_not_of('/'), below.size()));
    const size_t end = below.find('/');
    if (end != std::string_view::npos) files.emplace(below.substr(0, end), std::move(file));
  }
  return files;
}

/// Keys of relations begin so: "id of events[].payload.commits[]".
bool has_keys_of(const std::string& root, const Schema& schema) {
  const std::string records = " of " + element_name(field_origin("", root));
  return std::ranges::any_of(schema.fields(), [&](const Field& field) {
    const size_t at = field.origin ? field.origin->find(records) : std::string::npos;
    return at != std::string::npos && field.origin->find('"') >= at;
  });
}

/// The relation that stands in a directory, if it is that of the records or of one of their lists.
std::optional<std::string> relation_in(const std::string& directory, const std::string& file,
                                       const std::string& root) {
  try {
    const std::shared_ptr<const StoredFile> stored = StoredFile::open(file, {});
    const std::string* const relation = stored->metadata_value(kRelationKey);
    if (relation == nullptr || relation_directory(*relation) != directory) return std::nullopt;
    if (*relation != root && !has_keys_of(root, *stored->schema())) return std::nullopt;
    return *relation;
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<FlattenOptions::RelationThere> relations_there(const std::string& dataset, const std::string& root,
                                                           const std::shared_ptr<Runtime>& runtime) {
  std::vector<FlattenOptions::RelationThere> there;
  for (const auto& [directory, file] : first_files(dataset)) {
    std::optional<std::string> relation = relation_in(directory, file, root);
    if (!relation) continue;
    DatasetReadOptions reading;
    reading.read.runtime = runtime;
    const DatasetReader reader(dataset + "/" + directory, reading);
    there.push_back({std::move(*relation), reader.schema()});
  }
  return there;
}

}  // namespace sluice
