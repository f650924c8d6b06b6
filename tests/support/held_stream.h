// Batches that are there already, as a stream.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "sluice/batch.h"

namespace sluice::test {

class HeldStream final : public BatchStream {
 public:
  HeldStream(Schema schema, std::vector<Batch> batches) : schema_(std::move(schema)), batches_(std::move(batches)) {}
  const Schema& schema() const override { return schema_; }
  std::optional<RelationBatch> next() override {
    if (next_ == batches_.size()) return std::nullopt;
    return RelationBatch{"", batches_[next_++]};
  }

 private:
  Schema schema_;
  std::vector<Batch> batches_;
  size_t next_ = 0;
};

}  // namespace sluice::test
