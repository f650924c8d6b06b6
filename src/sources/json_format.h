// JSON in any shape but one record a line (RFC 8259), and where its records are (RFC 6901).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sources/json_documents.h"
#include "sources/json_pointer.h"
#include "sources/record_format.h"
#include "sources/record_inference.h"
#include "sources/record_reader.h"

namespace sluice {

/// Both as in SourceOptions.
struct JsonOptions {
  std::string records_pointer{};
  int depth_max = 64;
};

class JsonFormat final : public RecordFormat {
 public:
  /// Throws Error{invalid} for what is no JSON pointer.
  explicit JsonFormat(const JsonOptions& options)
      : depth_max_(options.depth_max), steps_(parse_json_pointer(options.records_pointer)) {}

  std::string_view text_name() const override { return "JSON"; }
  Type mixed_type() const override { return json(); }
  std::unique_ptr<RecordFrames> open(Contents& contents, FrameLimits limits) const override {
    return std::make_unique<JsonDocuments>(contents, std::move(limits), steps_, depth_max_);
  }
  std::unique_ptr<FormatInference> make_inference(bool pass_over_bad) const override {
    return std::make_unique<RecordInference>(depth_max_, pass_over_bad, RecordLayout::documents);
  }
  std::unique_ptr<BlockReader> make_reader(std::shared_ptr<const Schema> schema, ReadRules rules) const override {
    return std::make_unique<RecordReader>(std::move(schema), rules, RecordLayout::documents);
  }

 private:
  const int depth_max_;
  const std::vector<std::string> steps_;
};

}  // namespace sluice
