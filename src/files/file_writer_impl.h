// What a FileWriter is made of. Its parts stand in files of their own: rows and row groups in file_writer.cc, schemas
// that grow, pauses and what is left for recover() in file_writer_park.cc, row groups of other files in
// file_writer_copy.cc.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "files/amend_row_groups.h"
#include "files/field_totals.h"
#include "files/footer_builder.h"
#include "files/row_cutter.h"
#include "files/row_group_encoder.h"
#include "files/sort_check.h"
#include "files/stored_file.h"
#include "runtime/workers.h"
#include "sluice/file_writer.h"

namespace sluice {

/// Whether the end of the file is what ends a row group: then its footer follows at once.
enum class RowGroupEnd : uint8_t { within_file, end_of_file };

/// What the footer says of a row group beside its chunks, about.
inline constexpr uint64_t kRowGroupTailBytes = 32;

inline namespace v0 {

struct FileWriter::Impl {
  Impl(std::unique_ptr<Sink> destination, Schema columns, FileOptions file_options);
  ~Impl() { abandon(); }

  void write(const Batch& batch);
  void append(const Batch& batch);
  void extend_schema(const Schema& wider);
  WriteResult close();
  WrittenFile finish_file();
  void start_file(std::unique_ptr<Sink> destination);
  FileForecast forecast(bool settled);
  void flush();
  void tick();
  void park();
  void restart();
  std::shared_ptr<const ColumnsLearnt> learnt() const;
  void learn_from(const ColumnsLearnt& learnt);
  void copy_row_group(const StoredFile& from, size_t group);
  int64_t durable_rows() const;
  void abandon() noexcept;

  void check_open() const;
  void check_file(bool wanted) const;
  void settle_row_groups();
  void settle_after_failure() noexcept;
  uint64_t bytes_without_rows() const;
  void check_schema(const Schema& of_batch);
  void check_order(const Batch& batch);
  void check_size(const Batch& batch, int64_t begin, const RowCutter::Piece& piece);
  void rethrow_failure();
  bool has_failed() const { return write_failed || (encoder && encoder->has_failed()); }
  void make_encoder();
  void finish_all_row_groups(RowGroupEnd end);
  void keep_schema(const Schema& wider);
  WrittenTail write_tail();
  bool ends_row_group();
  bool is_late() const;
  void begin_row_group();
  void finish_row_group(RowGroupEnd end);
  void place_row_group(FinishedRowGroup chunks, int64_t group_rows, RowGroupEnd end);
  struct GroupUnderWay;
  void write_part(GroupUnderWay& group, size_t part);
  void post_write(const std::shared_ptr<GroupUnderWay>& group, size_t part);
  void finish_tail(const std::shared_ptr<FooterBuilder::RowGroupTail>& group);
  void fail(std::exception_ptr error);

  const FileOptions options;
  Schema schema;
  Schema stored_schema;  ///< with the field ids that options ask for
  std::vector<Leaf> leaves;
  std::vector<EarlierSchema> earlier_schemas;  ///< that row groups were written with
  SortCheck sort_check;
  Workers& workers;
  Account account;             ///< of what is known of the columns
  std::unique_ptr<Sink> sink;  ///< null while no file is under way
  std::string name;            ///< of the file, or of the last one
  RowCutter cutter;
  std::deque<std::shared_ptr<SliceMark>> marks;  ///< ends of the last slices, oldest first
  int64_t rows = 0;
  int64_t rows_in_earlier_files = 0;
  int64_t rows_in_finished_files = 0;
  int64_t rows_in_group = 0;
  std::chrono::steady_clock::time_point group_begun{};  ///< where row groups end by time
  int64_t row_groups = 0;                               ///< begun so far in the file
  std::atomic<bool> open = true;

  uint64_t end_of_groups = 0;   ///< where the next row group goes; touched by one thread at a time
  uint64_t tail_of_groups = 0;  ///< about what the row groups will take behind the last one; touched like it
  std::atomic<uint64_t> bytes_written = 0;
  std::atomic<size_t> groups_unwritten = 0;  ///< row groups that are finished but not yet in the destination
  std::atomic<size_t> writes_under_way = 0;  ///< tasks that use `sink`
  std::optional<FooterBuilder> tail;         ///< of the file under way
  std::optional<FieldTotals> fields;         ///< of the file under way; touched like `end_of_groups`
  std::atomic<bool> write_failed = false;
  std::mutex write_error_mutex;
  std::mutex sync_mutex;  ///< one row group at a time is waited for
  std::exception_ptr write_error;

  /// Null while the writer is parked, and once it is closed. Last: it waits for its tasks when it goes.
  std::unique_ptr<RowGroupEncoder> encoder;
};

}  // namespace v0
}  // namespace sluice
