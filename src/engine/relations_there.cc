#include "engine/relations_there.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "datasets/file_listing.h"
#include "datasets/relation_files.h"
#include "sluice/dataset_reader.h"
#include "sluice/error.h"
#include "sluice/file_reader.h"

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

std::optional<std::string> relation_of(const std::string& file, const std::shared_ptr<Runtime>& runtime) {
  try {
    const FileReader reader(file, {.runtime = runtime});
    const auto found = std::ranges::find(reader.metadata(), kRelationKey, &std::pair<std::string, std::string>::first);
    return found == reader.metadata().end() ? std::nullopt : std::optional(found->second);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<FlattenOptions::RelationThere> relations_there(const std::string& dataset, const std::string& root,
                                                           const std::shared_ptr<Runtime>& runtime) {
  std::vector<FlattenOptions::RelationThere> there;
  for (const auto& [directory, file] : first_files(dataset)) {
    std::optional<std::string> relation = relation_of(file, runtime);
    if (!relation || !relation->starts_with(root)) continue;
    DatasetReadOptions reading;
    reading.read.runtime = runtime;
    const DatasetReader reader(dataset + "/" + directory, reading);
    there.push_back({std::move(*relation), reader.schema()});
  }
  return there;
}

}  // namespace sluice
