#include "sources/stream_sequence.h"

#include <utility>

namespace sluice {

StreamSequence::StreamSequence(std::unique_ptr<RecordStream> first, std::vector<Open> others, std::string name,
                               std::shared_ptr<const RecordTally> tally, std::shared_ptr<DeliveredValues> delivered)
    : stream_(std::move(first)),
      others_(std::move(others)),
      name_(std::move(name)),
      tally_(std::move(tally)),
      delivered_(std::move(delivered)) {}

std::optional<RelationBatch> StreamSequence::next() {
  for (;;) {
    std::optional<RelationBatch> batch = stream_->next();
    if (batch && delivered_) delivered_->add(batch->batch);
    if (batch) return batch;
    if (next_ == others_.size()) {
      tally_->check_share(name_);
      return std::nullopt;
    }
    bytes_before_ += stream_->bytes_read();
    extra_before_ += stream_->extra_values();
    changes_before_ = changes();
    stream_ = others_[next_++](Schema(stream_->schema()));
  }
}

std::vector<SchemaChange> StreamSequence::changes() const {
  std::vector<SchemaChange> all = changes_before_;
  for (SchemaChange& change : stream_->changes()) all.push_back(std::move(change));
  return all;
}

}  // namespace sluice
