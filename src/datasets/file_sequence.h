// Files one behind the other: those of a dataset without partitions, or those of one partition. Asks which limit comes
// next, writes rows up to it, and goes on with the next file.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/files_under_way.h"
#include "datasets/shard_size.h"
#include "files/file_writer_access.h"
#include "sluice/dataset_writer.h"

namespace sluice {

class FileSequence final : public FilesUnderWay {
 public:
  struct Places {
    /// The destination of file `number`.
    std::function<std::unique_ptr<Sink>(size_t number)> next;
    /// Where a finished file can be changed once more, by its WrittenFile::path. Empty where files are visible as soon
    /// as they are finished: then those keep the schema that they were finished with.
    std::function<std::string(const std::string& path)> staged{};
    /// Without a row there is one file, which has none.
    bool wants_one = true;
  };

  /// Of the options those of files and shards count; they must have been checked. Throws as FileWriter does.
  FileSequence(const Schema& schema, const DatasetOptions& options, Places places);

  void write(const Batch& batch) override;
  void extend_schema(const Schema& wider) override;
  void tick() override;
  void flush() override { writer_.flush(); }
  uint64_t bytes_under_way() const override { return FileWriterAccess::bytes_under_way(writer_); }
  void rest() override { FileWriterAccess::park(writer_); }
  std::vector<WrittenFile> finish(const std::function<void()>& on_progress) override;
  void abandon() noexcept override { writer_.abandon(); }

  /// Before anything was written: files that an earlier sequence has finished in `schema`, which the writer's evolves
  /// from. They count as the first of this one, and are amended with it.
  void go_on_behind(std::vector<WrittenFile> files, const Schema& schema);
  /// Finishes the last file, and begins another sequence of files, numbered from 0 again: rows have an order and
  /// numbers of their own there, but what was learnt of the columns stays. Not where the schema has grown meanwhile.
  std::vector<WrittenFile> start_anew();
  /// Behind start_anew(), or before anything was written: what was learnt of the columns, and its use
  /// (FileWriterAccess).
  std::shared_ptr<const ColumnsLearnt> learnt() const { return FileWriterAccess::learnt(writer_); }
  void learn_from(const ColumnsLearnt& learnt) { FileWriterAccess::learn_from(writer_, learnt); }

  const Schema& schema() const override { return writer_.schema(); }
  int64_t rows() const override { return earlier_rows_ + writer_.rows(); }
  int64_t durable_rows() const override { return earlier_rows_ + writer_.durable_rows(); }
  size_t files_ended() const override { return files_.size(); }
  uint64_t bytes_written() const override;

 private:
  void start_file();
  void finish_file();
  void amend_finished_files(const std::function<void()>& on_progress);
  int64_t write_run(const Batch& batch, int64_t begin);
  bool is_over(const Batch& batch, int64_t begin);
  bool is_long_enough(const Batch& batch, int64_t begin);
  bool is_late() const;

  const DatasetOptions options_;
  const Places places_;
  FileWriter writer_;
  std::optional<ShardSize> size_;
  std::vector<WrittenFile> files_;  ///< finished ones
  uint64_t bytes_ = 0;              ///< of these
  int64_t earlier_rows_ = 0;        ///< in files of an earlier sequence
  /// What the schema was when a file was finished: each with the number of files that are older than its successor.
  std::vector<std::pair<size_t, Schema>> former_schemas_;

  // Of the file under way.
  bool is_file_open_ = false;
  int64_t rows_in_file_ = 0;
  uint64_t raw_bits_in_file_ = 0;
  std::chrono::steady_clock::time_point begun_{};
};

}  // namespace sluice
