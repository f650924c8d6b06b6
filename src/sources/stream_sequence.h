// Streams of records of different formats, one after the other, as one: they have one schema by agreement.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/write.h"
#include "sources/bad_record_counts.h"
#include "sources/delivered_values.h"

namespace sluice {

class StreamSequence final : public RecordStream {
 public:
  /// Opens a stream when its turn has come; it must begin with the schema that the one before ended with.
  using Open = std::function<std::unique_ptr<RecordStream>(const Schema&)>;

  /// The streams count their records in `tally`, and are told in `delivered`, if there is one, what all of them have
  /// delivered.
  StreamSequence(std::unique_ptr<RecordStream> first, std::vector<Open> others, std::string name,
                 std::shared_ptr<const RecordTally> tally, std::shared_ptr<DeliveredValues> delivered);

  const Schema& schema() const override { return stream_->schema(); }
  std::optional<RelationBatch> next() override;
  const std::string& name() const override { return name_; }
  uint64_t bytes_read() const override { return bytes_before_ + stream_->bytes_read(); }
  std::optional<uint64_t> bytes_total() const override { return std::nullopt; }
  int64_t extra_values() const override { return extra_before_ + stream_->extra_values(); }
  bool inferred() const override { return false; }
  const std::vector<InferenceNote>& notes() const override { return stream_->notes(); }
  const BadRecordCounts& bad_records() const override { return tally_->bad(); }
  std::vector<SchemaChange> changes() const override;

 private:
  std::unique_ptr<RecordStream> stream_;
  std::vector<Open> others_;
  size_t next_ = 0;
  std::string name_;
  uint64_t bytes_before_ = 0;
  int64_t extra_before_ = 0;
  std::vector<SchemaChange> changes_before_;
  std::shared_ptr<const RecordTally> tally_;
  const std::shared_ptr<DeliveredValues> delivered_;  ///< where types may widen
};

}  // namespace sluice
