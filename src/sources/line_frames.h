// Cuts a source of text into blocks of whole lines (DESIGN "Memory", "Inference and JSON"; ndjson.org).
//
//   LineFrames frames(contents, {.block_bytes = kBlockBytes, .record_bytes_max = budget / 8});
//   RecordBlock block;
//   while (frames.next(block) == RecordFrames::Step::block) parse(block.text());
#pragma once

#include <cstdint>
#include <optional>

#include "base/bytes.h"
#include "sources/contents.h"
#include "sources/record_block.h"
#include "sources/record_format.h"

namespace sluice {

class LineFrames final : public RecordFrames {
 public:
  /// The contents must outlive this.
  LineFrames(Contents& contents, FrameLimits limits);

  Step next(RecordBlock& block) override;
  RecordFault fault() const override { return fault_; }

 private:
  Step keep_for_later(const RecordBlock& block, size_t size);
  Step refuse_long_line(RecordBlock& block, size_t size);
  Step pass_over_line(RecordBlock& block);
  size_t fill(Bytes& bytes, size_t from, size_t to);

  Contents& contents_;
  FrameLimits limits_;
  Bytes rest_;                ///< the line that the last block had only the beginning of, or what is behind a long one
  size_t rest_searched_ = 0;  ///< no line ends there
  uint64_t offset_ = 0;       ///< of rest_ in the text
  bool at_end_ = false;
  std::optional<Reject> long_line_;  ///< whose end has not come yet
  RecordFault fault_;
};

}  // namespace sluice
