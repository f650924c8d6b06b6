#include "sources/stream_sequence.h"

#include <utility>

namespace sluice {

StreamSequence::StreamSequence(std::unique_ptr<RecordStream> first, std::vector<Open> others, std::string name)
    : stream_(std::move(first)), others_(std::move(others)), name_(std::move(name)) {}

std::optional<RelationBatch> StreamSequence::next() {
  for (;;) {
    std::optional<RelationBatch> batch = stream_->next();
    if (batch || next_ == others_.size()) return batch;
    bytes_before_ += stream_->bytes_read();
    extra_before_ += stream_->extra_values();
    add(bad_before_, stream_->bad_records());
    stream_ = others_[next_++](Schema(stream_->schema()));
  }
}

const BadRecordCounts& StreamSequence::bad_records() const {
  bad_records_ = bad_before_;
  add(bad_records_, stream_->bad_records());
  return bad_records_;
}

}  // namespace sluice
