// Batches that are there already, as a stream.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/batch.h"
#include "sluice/error.h"

namespace sluice::test {

/// Its schema is that of the batch given last.
class HeldStream : public BatchStream {
 public:
  struct Options {
    std::string relation{};
    std::optional<ErrorCode> failure{};  ///< thrown at the end
  };

  HeldStream(Schema schema, std::vector<Batch> batches)
      : HeldStream(std::move(schema), std::move(batches), Options()) {}
  HeldStream(Schema schema, std::vector<Batch> batches, Options options)
      : schema_(std::move(schema)), batches_(std::move(batches)), options_(std::move(options)) {}
  const Schema& schema() const override { return schema_; }
  std::optional<RelationBatch> next() override {
    EXPECT_FALSE(is_over_) << "asked again after the end";
    if (next_ < batches_.size()) {
      schema_ = batches_[next_].schema();
      return RelationBatch{options_.relation, batches_[next_++]};
    }
    is_over_ = true;
    if (options_.failure) throw Error(*options_.failure, "it broke");
    return std::nullopt;
  }

 private:
  Schema schema_;
  std::vector<Batch> batches_;
  Options options_;
  size_t next_ = 0;
  bool is_over_ = false;
};

}  // namespace sluice::test
