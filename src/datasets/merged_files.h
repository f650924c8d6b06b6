// Writes the files of one directory that are to become few, one behind the other: row groups copied as they are, or
// rows written anew where row groups are small or the schema is another.
//
//   MergedFiles merged(schema, options);
//   merged.write(files_of_a_partition, [&](size_t number) { return staging.create(name_of(number)); });
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "files/stored_file.h"
#include "sluice/file_writer.h"
#include "sluice/merge.h"

namespace sluice {

/// A file to be merged.
struct MergedSource {
  std::string path;
  bool fits = false;    ///< its row groups can be copied ...
  bool copies = false;  ///< ... and are to be
  size_t row_groups = 0;
};

/// What is known of all files before the first one is written.
struct MergeSurvey {
  std::vector<MergedSource> files;
  /// Key-value metadata that all files have, without what the library keeps there for one file.
  std::vector<std::pair<std::string, std::string>> metadata;
};

/// Reads the footers of all files, ahead on the runtime's threads. `schema`: of the result.
MergeSurvey survey_files(std::span<const std::string> paths, const Schema& schema, const MergeOptions& options);

class MergedFiles {
 public:
  using NextSink = std::function<std::unique_ptr<Sink>(size_t number)>;

  /// `options` must outlive this; of `output.file` the runtime must be there.
  /// `on_progress` is called now and then, and may throw.
  MergedFiles(const Schema& schema, const MergeOptions& options, FileOptions file_options,
              std::function<void()> on_progress);

  /// The next directory's files. Numbers begin at 0. Files without rows leave no trace.
  void write(std::span<const MergedSource> files, const NextSink& next_sink);
  /// One file without rows.
  void write_empty(const NextSink& next_sink);
  /// Of the files that are finished.
  MergeResult& result() { return result_; }
  /// Rows and bytes written so far.
  int64_t rows() const { return writer_.rows(); }
  uint64_t bytes() const { return result_.bytes + (is_file_open_ ? writer_.bytes_written() : 0); }

 private:
  void copy(const std::string& path);
  void encode(std::span<const MergedSource> files);
  void encode(const Batch& batch);
  bool is_full(int64_t more_rows, uint64_t more_bytes);
  void start_file();
  void finish_file();

  const std::shared_ptr<const Schema> schema_;
  const MergeOptions& options_;
  FileWriter writer_;
  const std::function<void()> on_progress_;
  MergeResult result_;

  const NextSink* next_sink_ = nullptr;
  size_t next_number_ = 0;
  bool is_file_open_ = false;
  int64_t rows_in_file_ = 0;
};

}  // namespace sluice
