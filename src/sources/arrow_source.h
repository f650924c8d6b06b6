// Arrow IPC as a stream of batches. The public door is open_arrow in sluice/write.h.
// (Arrow "Serialization and Interprocess Communication".)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "arrow/ipc_file.h"
#include "arrow/ipc_reader.h"
#include "arrow/ipc_stream.h"
#include "sluice/error.h"
#include "sluice/write.h"
#include "storage/input.h"

namespace sluice {

class ArrowSource final : public RecordStream {
 public:
  /// `input` has been opened for `source` and stands at the beginning of the data. Throws as open_arrow does.
  ArrowSource(const Source& source, Input input, SourceOptions options);

  const Schema& schema() const override { return *reader_->schema(); }
  std::optional<RelationBatch> next() override;
  const std::string& name() const override { return input_.name(); }
  uint64_t bytes_read() const override { return file_ ? file_->bytes_read() : stream_->offset(); }
  std::optional<uint64_t> bytes_total() const override { return file_ ? file_->size() : input_.size(); }
  int64_t extra_values() const override { return 0; }
  bool inferred() const override { return false; }
  const std::vector<InferenceNote>& notes() const override { return no_notes_; }
  const BadRecordCounts& bad_records() const override { return no_bad_records_; }

 private:
  void open_messages(const Source& source, IpcLimits limits);
  [[noreturn]] void fail(const Error& error) const;

  Input input_;
  std::optional<IpcFile> file_;      ///< a file in which one can seek
  std::optional<IpcStream> stream_;  ///< anything else
  std::optional<IpcReader> reader_;
  std::vector<InferenceNote> no_notes_;
  BadRecordCounts no_bad_records_;
};

}  // namespace sluice
