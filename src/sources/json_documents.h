// Cuts JSON that is not one record a line into blocks of whole records: an array of any size, one object, documents one
// behind the other with or without blanks between them, or what stands at a place inside each document (RFC 8259,
// RFC 6901; DESIGN "Memory", "Inference and JSON").
//
//   JsonDocuments frames(contents, limits, parse_json_pointer("/features"), depth_max);
//
// Only the brackets of a record are counted here; its reader checks what is between them. In the blocks nothing but
// blanks separates records: a ',' between elements, once it has been seen, becomes '\n'.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sources/contents.h"
#include "sources/json_envelope.h"
#include "sources/json_extent.h"
#include "sources/json_input.h"
#include "sources/record_block.h"
#include "sources/record_format.h"

namespace sluice {

class JsonDocuments final : public RecordFrames {
 public:
  /// `steps` lead to the records of each document (json_pointer.h); without any, text that begins with '[' is arrays of
  /// records, and all other text is records. The contents must outlive this. `depth_max` is for what stands around the
  /// records.
  JsonDocuments(Contents& contents, FrameLimits limits, std::vector<std::string> steps, int depth_max);

  Step next(RecordBlock& block) override;
  RecordFault fault() const override { return fault_; }

 private:
  enum class Place {
    outside,         // before a document, or behind all
    document,        // where a document or the end of the text is to come
    only_record,     // before the record that the steps lead to
    first_element,   // behind the '['
    element,         // behind a ','
    behind_element,  // where a ',' or the ']' is to come
    behind_records,  // in what stands around them
  };
  enum class Stop { none, text_ends, records_end, bad_byte };

  bool enter_document();
  bool cut_block(RecordBlock& block);
  bool finish_block(RecordBlock& block, size_t size);
  bool pass_over_record(RecordBlock& block, size_t size);
  void leave_record();
  Stop scan(RecordBlock& block, size_t size);
  Stop begin_record(char c);
  Stop end_record(std::string_view text);
  void pass_separator(RecordBlock& block);
  size_t record_bytes(std::string_view text);
  [[noreturn]] void refuse_byte(const RecordBlock& block) const;
  [[noreturn]] void refuse_end(RecordBlock& block, size_t size) const;
  RecordFault long_record(const RecordBlock& block) const;

  FrameLimits limits_;
  const bool has_steps_;
  const int depth_max_;
  JsonInput input_;
  JsonEnvelope envelope_;
  Place place_ = Place::outside;
  bool has_entered_ = false;  ///< a first document
  RecordFault fault_;

  // In the block that is being cut:
  size_t at_ = 0;             ///< what is before it is done with
  bool in_record_ = false;    ///< one begins there, and its end has not been seen
  JsonExtent extent_;         ///< of that one
  size_t first_ = 0;          ///< where the first record begins
  size_t end_ = 0;            ///< behind the last whole record; 0 if there is none
  bool input_ends_ = false;   ///< behind the bytes that are there
  bool input_waits_ = false;  ///< nothing more has come in time
};

}  // namespace sluice
