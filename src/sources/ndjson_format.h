// NDJSON: one JSON object a line (ndjson.org).
#pragma once

#include "sources/line_frames.h"
#include "sources/record_format.h"
#include "sources/record_inference.h"
#include "sources/record_reader.h"

namespace sluice {

class NdjsonFormat final : public RecordFormat {
 public:
  explicit NdjsonFormat(int depth_max) : depth_max_(depth_max) {}

  std::string_view text_name() const override { return "JSON"; }
  Type mixed_type() const override { return json(); }
  std::unique_ptr<RecordFrames> open(Contents& contents, FrameLimits limits) const override {
    return std::make_unique<LineFrames>(contents, std::move(limits));
  }
  std::unique_ptr<FormatInference> make_inference(bool pass_over_bad) const override {
    return std::make_unique<RecordInference>(depth_max_, pass_over_bad);
  }
  std::unique_ptr<BlockReader> make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const override {
    return std::make_unique<RecordReader>(std::move(schema), rules);
  }

 private:
  const int depth_max_;
};

}  // namespace sluice
