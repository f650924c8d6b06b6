// What a dataset's writer does with rows once it is open: they become one sequence of files (file_sequence.h), or one
// for each partition (partitioned_files.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sluice/batch.h"
#include "sluice/file_writer.h"
#include "sluice/schema.h"

namespace sluice {

/// After an error only abandon() and destruction are allowed.
class FilesUnderWay {
 public:
  virtual ~FilesUnderWay() = default;

  /// Throws Error{invalid} for a batch of another schema.
  virtual void write(const Batch& batch) = 0;
  virtual void extend_schema(const Schema& wider) = 0;
  /// Ends what is over by the clock.
  virtual void tick() = 0;
  /// See DatasetWriter::flush.
  virtual void flush() = 0;
  /// What relieve() would end, about, as encoded pages before compression. Depends on the rows alone.
  virtual uint64_t bytes_under_way() const = 0;
  /// Ends the row group under way, for the memory that it takes.
  virtual void relieve() { flush(); }
  /// The same, and lets go of encoders and handles until the next row comes.
  virtual void rest() { relieve(); }
  /// Finishes the last file; all files of the run, in the order in which they are listed. `on_progress` is called now
  /// and then where that takes long; what it throws ends the run.
  virtual std::vector<WrittenFile> finish(const std::function<void()>& on_progress) = 0;
  virtual void abandon() noexcept = 0;

  virtual const Schema& schema() const = 0;
  /// Rows taken.
  virtual int64_t rows() const = 0;
  virtual int64_t durable_rows() const = 0;
  virtual size_t files_ended() const = 0;
  virtual uint64_t bytes_written() const = 0;
};

}  // namespace sluice
