// Writes Arrow IPC: batches in, a finished stream or file out, which every reader of Arrow takes. To read it back, see
// open_arrow in sluice/write.h.
//
//   sluice::Schema schema{{"id", sluice::int64(), false}, {"name", sluice::string()}};
//   sluice::ArrowIpcWriter writer("people.arrow", schema, {.format = sluice::ArrowIpcFormat::file});
//   writer.write(batch);
//   writer.close();   // before this line nobody can see the file
//
//   sluice::ArrowIpcWriter live(sluice::create_stream_sink(1, "stdout"), schema);   // whoever reads it sees each batch
//
// (Arrow "Serialization and Interprocess Communication", IPC streaming format, IPC file format.)
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "sluice/batch.h"
#include "sluice/storage.h"

namespace sluice {
inline namespace v0 {

enum class ArrowIpcFormat : uint8_t {
  stream,  ///< messages one behind the other, to be read in order: "application/vnd.apache.arrow.stream", .arrows
  file,    ///< with a footer that says where each batch is: "application/vnd.apache.arrow.file", .arrow, Feather V2
};

struct ArrowIpcOptions {
  ArrowIpcFormat format = ArrowIpcFormat::stream;
  /// Of the constructor that takes a path: wait for the device at close, so that the file survives a power loss.
  bool sync = true;
};

/// Each batch that has rows becomes one record batch, as large as it is, not compressed: the caller decides how many
/// rows readers get at once. Columns in dictionary form become plain. Memory: one encoded batch, and about 24 bytes
/// for each batch of a file, three times that in close. Both formats are written from front to back, so any sink will
/// do. Not thread-safe; starts none.
///
/// After an Error other than Error{closed} the writer is abandoned. Later calls throw Error{closed}.
class ArrowIpcWriter {
 public:
  /// Opens the destination: see create_file_sink.
  ArrowIpcWriter(const std::string& path, Schema schema, ArrowIpcOptions options = {});
  /// Writes the schema at once. Throws what the sink throws.
  ArrowIpcWriter(std::unique_ptr<Sink> sink, Schema schema, ArrowIpcOptions options = {});
  /// Abandons, unless closed: nothing is left at the destination or beside it. A stream sink has no way back: there the
  /// mark of the end is missing.
  ~ArrowIpcWriter();
  ArrowIpcWriter(ArrowIpcWriter&&) noexcept;
  ArrowIpcWriter& operator=(ArrowIpcWriter&&) noexcept;

  /// Takes the rows of `batch`, whose schema must equal the writer's (else Error{invalid}), and hands them to the sink.
  /// Nothing is written for a batch without rows. Throws Error{unsupported} for one that a file has no place for: its
  /// footer ends at 1 GiB, which are 44 million batches.
  void write(const Batch& batch);
  /// Writes the end and publishes.
  void close();
  /// Gives up: nothing becomes visible.
  void abandon() noexcept;

  const Schema& schema() const;
  /// Rows taken so far.
  int64_t rows() const;
  /// Bytes handed to the sink so far.
  uint64_t bytes_written() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
