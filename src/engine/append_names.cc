#include "engine/append_names.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <string_view>
#include <utility>

#include "datasets/file_listing.h"
#include "datasets/relation_files.h"
#include "sluice/error.h"

namespace sluice {
namespace {

/// Of all that has files; what this run publishes is none of it.
std::set<std::string, std::less<>> directories_of(const std::string& dataset) {
  std::set<std::string, std::less<>> directories;
  for (const std::string& file : files_below(dataset)) {
    std::string_view below = std::string_view(file).substr(dataset.size());
    below.remove_prefix(std::min(below.find_first_not_of('/'), below.size()));
    directories.emplace(below.substr(0, below.find('/')));
  }
  return directories;
}

class RefusingStream final : public BatchStream {
 public:
  RefusingStream(std::unique_ptr<FlattenedStream> relations, const std::string& dataset)
      : relations_(std::move(relations)), dataset_(dataset), directories_(directories_of(dataset)) {}

  const Schema& schema() const override { return relations_->schema(); }
  std::optional<RelationBatch> next() override {
    std::optional<RelationBatch> batch = relations_->next();
    size_t columns = 0;
    for (const Relation& relation : relations_->relations()) columns += relation.columns.size();
    if (std::exchange(columns_, columns) != columns) check();
    return batch;
  }

 private:
  bool has_files(const std::string& relation) const { return directories_.contains(relation_directory(relation)); }
  void check() const {
    for (const Relation& relation : relations_->relations()) {
      if (!relation.taken.empty() && has_files(relation.taken)) refuse("relations", relation.name, relation.taken);
      for (const RelationColumn& column : relation.columns)
        if (!column.taken.empty() && has_files(relation.name))
          refuse("in relation " + relation.name + " columns", column.name, column.taken);
    }
  }
  [[noreturn]] void refuse(const std::string& what, const std::string& name, const std::string& taken) const {
    throw Error(ErrorCode::conflict,
                what + " \"" + name + "\" and \"" + taken + "\" are of fields that become one name, and the files of " +
                    dataset_ + " do not say which of them is which",
                {.source = dataset_, .field = name},
                "--separator gives each a name of its own, in a dataset that is written anew.");
  }

  std::unique_ptr<FlattenedStream> relations_;
  std::string dataset_;
  std::set<std::string, std::less<>> directories_;
  size_t columns_ = 0;
};

}  // namespace

std::unique_ptr<BatchStream> refusing_names_by_order(std::unique_ptr<FlattenedStream> relations,
                                                     const std::string& dataset) {
  return std::make_unique<RefusingStream>(std::move(relations), dataset);
}

}  // namespace sluice
