// The records that were left out, as NDJSON: what was wrong with each, where it stood, and its text.
//
//   {"source":"events.ndjson","record":7,"byte":340,"column":"amount","reason":"column amount: ...","text":"{...}"}
//
// Text that is not UTF-8 stands as base64 under "text_base64".
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sluice/storage.h"
#include "sluice/write.h"

namespace sluice {

class RejectFile {
 public:
  /// Nothing is opened before the first record.
  RejectFile(std::string path, bool sync) : path_(std::move(path)), sync_(sync) {}

  /// Throws Error{io}.
  void add(const BadRecord& record);
  /// Makes the file visible, in place of an earlier one; nothing without a record. Throws Error{io}.
  void publish();
  /// Whether it holds a record.
  bool has_records() const { return sink_ != nullptr; }
  const std::string& path() const { return path_; }

 private:
  void write_out();

  std::string path_;
  bool sync_;
  std::unique_ptr<Sink> sink_;
  std::string lines_;  ///< not written yet
  uint64_t offset_ = 0;
};

}  // namespace sluice
