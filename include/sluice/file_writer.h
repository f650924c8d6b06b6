// Writes one Parquet file: batches in, a finished file out.
//
//   sluice::Schema schema{{"id", sluice::int64(), false}, {"name", sluice::string()}};
//   sluice::FileWriter writer("people.parquet", schema, {.row_group_rows = 100'000});
//   writer.write(batch);                           // encodes on all cores, holds at most the budget
//   sluice::WriteResult result = writer.close();   // before this line nobody can see the file
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/batch.h"
#include "sluice/compression.h"
#include "sluice/runtime.h"
#include "sluice/storage.h"

namespace sluice {
inline namespace v0 {

/// Which encodings of values a file may have.
enum class Profile : uint8_t {
  modern,  ///< what is smallest after compression: also DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, BYTE_STREAM_SPLIT
  compat,  ///< PLAIN and dictionary alone, which readers of every age know
};

struct FileOptions {
  Compression compression{};
  Profile profile = Profile::modern;
  /// Rows of a row group at the most. Readers hand out row groups to threads: fewer rows cost compression, more cost
  /// parallel reading.
  int64_t row_group_rows = 1'048'576;
  /// Bytes of a row group at the most, as encoded pages before compression; a third of the budget if that is less.
  uint64_t row_group_bytes = 128_MiB;
  /// Bytes of a page at the most, before encoding; one record may exceed it.
  uint64_t page_bytes = 1_MiB;
  /// Rows of a page at the most: the unit that readers skip by the page index.
  int64_t page_rows = 20'000;
  /// Bytes of a column chunk's dictionary at the most; beyond it the chunk goes on in PLAIN. 0 = no dictionaries.
  uint64_t dictionary_bytes = 1_MiB;
  /// Extra key-value metadata of the file. Keys that begin with "sluice." or "ARROW:" are ours.
  std::vector<std::pair<std::string, std::string>> metadata{};
  /// Wait for the device at close: the file survives a power loss.
  bool sync = true;
  /// Threads and budget; a fresh Runtime with its defaults when empty.
  std::shared_ptr<Runtime> runtime{};
};

/// What a writer made.
struct WrittenFile {
  std::string path;
  int64_t rows = 0;
  int64_t row_groups = 0;
  uint64_t bytes = 0;  ///< size on disk
};

struct WriteResult {
  std::vector<WrittenFile> files;
  int64_t rows = 0;
  uint64_t bytes = 0;  ///< of all files together
};

/// Not thread-safe; different writers are independent. Uses `runtime`'s threads inside.
class FileWriter {
 public:
  /// Opens the destination: see create_file_sink. Throws Error{invalid} for options out of range or an empty schema.
  FileWriter(const std::string& path, Schema schema, FileOptions options = {});
  FileWriter(std::unique_ptr<Sink> sink, Schema schema, FileOptions options = {});
  /// Abandons, unless closed: nothing is left at the destination or beside it.
  ~FileWriter();
  FileWriter(FileWriter&&) noexcept;
  FileWriter& operator=(FileWriter&&) noexcept;

  /// Takes the rows of `batch`, whose schema must equal the writer's (else Error{invalid}). Returns as soon as the rows
  /// are queued; buffers are shared until they are encoded. Where batches begin and end changes nothing in the file.
  void write(const Batch& batch);
  /// Finishes and publishes the file.
  WriteResult close();
  /// Gives up: nothing becomes visible. Later calls throw Error{closed}.
  void abandon() noexcept;

  const Schema& schema() const;
  /// Rows taken so far.
  int64_t rows() const;
  /// Bytes written to the destination so far; grows as row groups finish.
  uint64_t bytes_written() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace v0
}  // namespace sluice
