// Cuts a source of text into blocks of whole lines (DESIGN "Memory", "Inference and JSON"; ndjson.org).
//
//   LineFrames frames(contents, {.block_bytes = kBlockBytes, .record_bytes_max = budget / 8});
//   RecordBlock block;
//   while (frames.next(block) == RecordFrames::Step::block) parse(block.text());
#pragma once

#include <cstddef>
#include <optional>

#include "sources/carried_text.h"
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
  Step refuse_long_line(RecordBlock& block, size_t size);
  Step pass_over_line(RecordBlock& block);

  CarriedText text_;
  FrameLimits limits_;
  std::optional<Reject> long_line_;  ///< whose end has not come yet
  RecordFault fault_;
};

}  // namespace sluice
