// The records that were left out, as NDJSON: what was wrong with each, where it stood, and its text.
//
//   {"source":"events.ndjson","record":7,"byte":340,"column":"amount","reason":"column amount: ...","text":"{...}"}
//
// Text that is not UTF-8 stands as base64 under "text_base64".
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "sluice/storage.h"
#include "sluice/write.h"

namespace sluice {

class RejectFile {
 public:
  /// Opened before anything is read: that it cannot be written must not come up with the first bad record, after hours.
  /// Throws Error{invalid} for a directory, and as create_file_sink does.
  RejectFile(std::string path, bool sync);

  /// Throws Error{io}.
  void add(const BadRecord& record);
  /// Makes the file visible, in place of an earlier one; nothing without a record, and nothing when it was called
  /// before. No record may follow. Throws Error{io}.
  void publish();
  /// Takes away what an earlier run has left there, which would be taken for this run's. For a run that has come to the
  /// end of its sources without a bad record. Throws Error{io}.
  void remove_earlier() const;
  /// Whether it holds a record.
  bool has_records() const { return has_records_; }
  /// The last call.
  std::string take_path() { return std::move(path_); }

 private:
  void write_out();

  std::string path_;
  std::unique_ptr<Sink> sink_;
  bool has_records_ = false;
  bool was_published_ = false;  ///< or that was tried
  std::string lines_;           ///< not written yet
  uint64_t offset_ = 0;
};

}  // namespace sluice
