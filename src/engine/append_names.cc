#include "engine/append_names.h"

#include "datasets/file_listing.h"
#include "datasets/relation_files.h"
#include "sluice/error.h"

namespace sluice {
namespace {

bool has_files(const std::string& dataset, const std::string& relation) {
  return !files_below(dataset + "/" + relation_directory(relation)).empty();
}

[[noreturn]] void refuse(const std::string& dataset, const std::string& what, const std::string& name,
                         const std::string& taken) {
  throw Error(ErrorCode::conflict,
              what + " \"" + name + "\" and \"" + taken + "\" are of fields that become one name, and the files of " +
                  dataset + " do not say which of them is which",
              {.source = dataset, .field = name},
              "--separator gives each a name of its own, in a dataset that is written anew.");
}

}  // namespace

void refuse_names_by_order(const std::string& dataset, const std::vector<Relation>& relations) {
  for (const Relation& relation : relations) {
    if (!relation.taken.empty() && has_files(dataset, relation.taken))
      refuse(dataset, "relations", relation.name, relation.taken);
    for (const RelationColumn& column : relation.columns)
      if (!column.taken.empty() && has_files(dataset, relation.name))
        refuse(dataset, "in relation " + relation.name + " columns", column.name, column.taken);
  }
}

}  // namespace sluice
