// Writes one file: cuts rows into slices and row groups, has them encoded, gives finished chunks their place, and at
// the end writes what the footer builder has gathered.
#include "sluice/file_writer.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "files/column_settings.h"
#include "files/file_writer_impl.h"
#include "files/footer_memory.h"
#include "files/journal_head.h"
#include "files/placed_row_group.h"
#include "files/value_limit.h"
#include "format/footer.h"
#include "sluice/error.h"
#include "storage/scratch_file.h"

namespace sluice {
inline namespace v0 {

namespace {

// A third of the budget: one row group is written while the next one grows, and the batches take the rest.
constexpr uint64_t kRowGroupShare = 3;
// Rows that wait for their encoders; enough to keep all busy while a source makes the next batch.
constexpr uint64_t kQueuedShare = 8;
constexpr uint64_t kRowGroupBytesMin = 128_KiB;
// Positions of values are counted in 32 bits (pages/striping.h); larger batches are taken piece by piece.
constexpr int64_t kBatchRowsMax = INT32_MAX;

void refuse_option(const std::string& sentence) { throw Error(ErrorCode::invalid, sentence); }

FileOptions checked(FileOptions options) {
  if (options.row_group_rows < 1)
    refuse_option("row_group_rows is " + std::to_string(options.row_group_rows) + "; at least 1 is needed");
  if (options.row_groups_max < 1)
    refuse_option("row_groups_max is " + std::to_string(options.row_groups_max) + "; at least 1 is needed");
  if (options.page_rows < 1)
    refuse_option("page_rows is " + std::to_string(options.page_rows) + "; at least 1 is needed");
  if (options.row_group_bytes < kRowGroupBytesMin)
    refuse_option("row_group_bytes is " + std::to_string(options.row_group_bytes) + "; at least 128 KiB are needed");
  if (options.page_bytes && (*options.page_bytes < 1 || *options.page_bytes > kPageOptionBytesMax))
    refuse_option("page_bytes is " + std::to_string(*options.page_bytes) + "; 1 byte to 64 MiB are possible");
  if (options.dictionary_bytes > kPageOptionBytesMax)
    refuse_option("dictionary_bytes is " + std::to_string(options.dictionary_bytes) + "; at most 64 MiB are possible");
  if (options.page_version != 1 && options.page_version != 2)
    refuse_option("page_version is " + std::to_string(options.page_version) + "; there are versions 1 and 2");
  if (const auto& pages = options.content_defined_pages)
    if (pages->bytes_min > pages->bytes_max || pages->bytes_max < 1 || pages->bytes_max > kContentPageBytesMax ||
        std::abs(pages->level) > 16)
      refuse_option("content_defined_pages has bytes_min " + std::to_string(pages->bytes_min) + ", bytes_max " +
                    std::to_string(pages->bytes_max) + " and level " + std::to_string(pages->level) +
                    "; the first must not exceed the second, that 16 MiB, and levels go from -16 to 16");
  check_compression(options.compression);
  for (const auto& [key, value] : options.metadata)
    if (key.starts_with("sluice.") || key.starts_with("ARROW:"))
      refuse_option("metadata key \"" + key +
                    "\" is reserved: choose one that does not begin with \"sluice.\" or \"ARROW:\"");
  if (!(options.row_group_seconds >= 0) || std::isinf(options.row_group_seconds))
    refuse_option("row_group_seconds is " + std::to_string(options.row_group_seconds) + "; 0 is no limit");
  if (options.sync_row_groups && !options.sync)
    refuse_option("sync_row_groups wants each row group on the device, and sync is off");
  for (auto& entry : options.dataset_metadata) options.metadata.push_back(std::move(entry));
  options.dataset_metadata.clear();
  if (!options.clock) options.clock = std::chrono::steady_clock::now;
  if (!options.runtime) options.runtime = std::make_shared<Runtime>();
  options.row_group_bytes =
      std::max(std::min(options.row_group_bytes, options.runtime->memory_bytes() / kRowGroupShare), kRowGroupBytesMin);
  return options;
}

Schema checked(Schema schema) {
  if (schema.size() == 0) refuse_option("the schema has no columns: Parquet cannot store rows without any");
  return schema;
}

}  // namespace

FileWriter::Impl::Impl(std::unique_ptr<Sink> destination, Schema columns, FileOptions file_options)
    : options(checked(std::move(file_options))),
      schema(checked(std::move(columns))),
      stored_schema(with_field_ids(schema, options)),
      leaves(leaves_of(schema)),
      sort_check(leaves, options.sorted_by),
      workers(options.runtime->workers()),
      account(options.runtime->budget()),
      cutter({options.row_group_rows, options.row_group_bytes}) {
  make_encoder();
  if (destination) start_file(std::move(destination));
}

void FileWriter::Impl::make_encoder() {
  account.set(memory_of_leaves(leaves));
  encoder = std::make_unique<RowGroupEncoder>(schema, leaves, chunk_options_of(options, leaves), workers,
                                              options.runtime->budget());
}

// --- files

void FileWriter::Impl::start_file(std::unique_ptr<Sink> destination) {
  check_open();
  check_file(false);
  sink = std::move(destination);
  name = sink->name();
  tail.emplace([this] { return sink->open_journal(); }, name,
               FooterBuilder::Limits{.budget = options.runtime->budget()});
  settle_row_groups();
  fields.emplace(leaves);
  rows_in_earlier_files = rows;
  tail_of_groups = 0;
  end_of_groups = kMagic.size();
  bytes_written = end_of_groups;
  try {
    sink->write_at(0, as_bytes(kMagic));
  } catch (...) {
    abandon();
    throw;
  }
}

WrittenFile FileWriter::Impl::finish_file() {
  check_open();
  check_file(true);
  finish_all_row_groups(RowGroupEnd::end_of_file);
  WrittenFile written;
  try {
    WrittenTail end = write_tail();
    bytes_written += end.bytes;
    // Before the file can be seen: behind that nothing may fail.
    written = {name,          rows - rows_in_earlier_files,     row_groups,
               bytes_written, std::move(end.row_group_offsets), fields->take()};
    // Its rows are told from here on, and among many files its journal goes before all of them are synced.
    if (options.sync_row_groups && sink->recoverable()) sink->sync();
    sink->publish();
  } catch (...) {
    settle_after_failure();
    abandon();
    throw;
  }
  rows_in_finished_files = rows;
  row_groups = 0;
  fields.reset();
  sink.reset();
  tail.reset();
  earlier_schemas.clear();
  return written;
}

void FileWriter::Impl::check_open() const {
  if (!open) throw Error(ErrorCode::closed, "the writer of " + name + " is closed");
}

void FileWriter::Impl::rethrow_failure() {
  std::exception_ptr error = encoder ? encoder->failure() : nullptr;
  if (!error && write_failed) {
    const std::lock_guard lock(write_error_mutex);
    error = write_error;
  }
  if (!error) return;
  abandon();
  std::rethrow_exception(error);
}

void FileWriter::Impl::fail(std::exception_ptr error) {
  const std::lock_guard lock(write_error_mutex);
  if (!write_error) write_error = std::move(error);
  write_failed = true;
}

// --- rows in

void FileWriter::Impl::check_file(bool wanted) const {
  if ((sink != nullptr) == wanted) return;
  refuse_option(wanted ? "no file is under way: start_file must be called first"
                       : "start_file was called before " + name + " was finished");
}

// Whoever goes on after this must not get a file that lacks the batch: the writer closes.
void FileWriter::Impl::check_schema(const Schema& of_batch) {
  if (of_batch == schema) return;
  abandon();
  throw Error(ErrorCode::invalid, "a batch of another schema was written to " + name + ": expected \"" +
                                      to_text(schema) + "\", found \"" + to_text(of_batch) + "\"");
}

void FileWriter::Impl::check_order(const Batch& batch) {
  try {
    sort_check.add(batch, rows);
  } catch (...) {
    abandon();
    throw;
  }
}

// Rows before the last one of a piece are smaller than a slice together, and so far from the limit.
void FileWriter::Impl::check_size(const Batch& batch, int64_t begin, const RowCutter::Piece& piece) {
  const uint64_t budget = options.runtime->memory_bytes();
  if (is_within_limit(piece.bytes, budget)) return;
  try {
    check_row(batch, leaves, begin + piece.rows - 1, rows + piece.rows - 1, budget);
  } catch (...) {
    abandon();
    throw;
  }
}

void FileWriter::Impl::write(const Batch& batch) {
  check_open();
  if (!batch.shared_schema()) return;  // never given anything: no rows of no schema
  check_schema(batch.schema());
  if (batch.rows() > 0) check_file(true);
  if (batch.rows() > kBatchRowsMax) {
    for (int64_t begin = 0; begin < batch.rows(); begin += kBatchRowsMax)
      write(batch.slice(begin, std::min(kBatchRowsMax, batch.rows() - begin)));
    return;
  }
  check_order(batch);
  // Some columns may have got rows, and others not.
  try {
    append(batch);
  } catch (...) {
    abandon();
    throw;
  }
}

void FileWriter::Impl::append(const Batch& batch) {
  if (!encoder) make_encoder();
  const Budget& budget = *options.runtime->budget();
  const uint64_t queued_max = budget.bytes() / kQueuedShare;
  for (int64_t begin = 0; begin < batch.rows();) {
    if (is_late()) finish_row_group(RowGroupEnd::within_file);
    const RowCutter::Piece piece = cutter.next(batch, begin);
    check_size(batch, begin, piece);
    // Where memory is short, what was begun is brought to its end first: by this writer, so nobody waits for others.
    workers.help_until([&] {
      const uint64_t queued = encoder->bytes_queued() + RowGroupEncoder::memory_of(batch, piece.bytes);
      const bool has_room = queued <= queued_max && !budget.is_spent();
      return encoder->bytes_queued() == 0 || has_room || encoder->has_failed();
    });
    if (rows_in_group == 0) begin_row_group();
    if (piece.ends_slice) marks.push_back(std::make_shared<SliceMark>());
    encoder->append(batch, begin, piece.rows, piece.bytes, piece.ends_slice ? marks.back() : nullptr);
    begin += piece.rows;
    rows += piece.rows;
    rows_in_group += piece.rows;
    if (piece.ends_slice && ends_row_group()) finish_row_group(RowGroupEnd::within_file);
    rethrow_failure();
  }
}

void FileWriter::Impl::begin_row_group() {
  if (row_groups == options.row_groups_max) {
    abandon();
    throw Error(ErrorCode::unsupported,
                name + " has " + std::to_string(row_groups) + " row groups with row " + std::to_string(rows) +
                    " still to come: more than row_groups_max are not written",
                {.source = name, .row = rows},
                "write larger row groups (row_group_rows, row_group_bytes), or raise row_groups_max");
  }
  ++row_groups;
  if (options.row_group_seconds > 0) group_begun = options.clock();
}

bool FileWriter::Impl::ends_row_group() {
  uint64_t encoded_behind = 0;
  if (marks.size() > RowCutter::kSlicesBehind) {
    workers.help_until([&] { return marks.front()->is_reached(); });
    encoded_behind = marks.front()->encoded_bytes;
    marks.pop_front();
  }
  return cutter.slice_ended(encoded_behind);
}

void FileWriter::Impl::finish_row_group(RowGroupEnd end) {
  // One row group may wait for the destination while the next one is encoded, not more: pages wait in memory.
  const size_t waiting_max = options.runtime->budget()->is_spent() ? 0 : 1;
  workers.help_until([&] { return groups_unwritten <= waiting_max || has_failed(); });
  ++groups_unwritten;
  const auto place = [this, group_rows = rows_in_group, end](FinishedRowGroup chunks) {
    try {
      place_row_group(std::move(chunks), group_rows, end);
    } catch (...) {
      fail(std::current_exception());
    }
  };
  try {
    encoder->finish(place);
  } catch (...) {
    abandon();
    throw;
  }
  rows_in_group = 0;
  marks.clear();
  cutter.start_row_group();
}

// --- row groups out

/// A row group on its way into the file.
struct FileWriter::Impl::GroupUnderWay {
  PlacedRowGroup placed;
  std::shared_ptr<FooterBuilder::RowGroupTail> tail;
  std::atomic<size_t> writes_left;
};

// Called for one row group at a time, in order: sizes are known now, so every chunk gets its place, and they can be
// written side by side while the columns go on with the next row group.
void FileWriter::Impl::place_row_group(FinishedRowGroup chunks, int64_t group_rows, RowGroupEnd end) {
  tail_of_groups += kRowGroupTailBytes;
  for (size_t i = 0; i < chunks.size(); ++i) {
    fields->add(i, chunks[i].metadata);
    tail_of_groups += chunks[i].tail_bytes;
  }
  const size_t parts = sink->positional() ? std::min<size_t>(chunks.size(), workers.threads()) : 1;
  PlacedRowGroup placed(std::move(chunks), group_rows, end_of_groups, parts);
  end_of_groups = placed.end();
  const auto tail_of_group = tail->begin(placed.totals(), parts, end == RowGroupEnd::end_of_file);
  placed.count_in(options.runtime->budget());
  const std::shared_ptr<GroupUnderWay> group(new GroupUnderWay{std::move(placed), tail_of_group, parts});
  if (!sink->positional()) return write_part(*group, 0);
  for (size_t part = 0; part < parts; ++part) post_write(group, part);
}

// What was not posted for want of memory must not be waited for.
void FileWriter::Impl::post_write(const std::shared_ptr<GroupUnderWay>& group, size_t part) {
  ++writes_under_way;
  try {
    workers.post([this, group, part] {
      write_part(*group, part);
      --writes_under_way;
    });
  } catch (...) {
    --writes_under_way;
    throw;
  }
}

void FileWriter::Impl::write_part(GroupUnderWay& group, size_t part) {
  try {
    bytes_written += group.placed.write(part, *sink, open, group.tail->parts[part]);
  } catch (...) {
    fail(std::current_exception());
  }
  if (--group.writes_left > 0) return;
  try {
    if (open && !write_failed) finish_tail(group.tail);
  } catch (...) {
    fail(std::current_exception());
  }
  --groups_unwritten;
}

void FileWriter::Impl::finish_all_row_groups(RowGroupEnd end) {
  if (rows_in_group > 0) finish_row_group(end);
  workers.help_until([&] { return groups_unwritten == 0 || has_failed(); });
  rethrow_failure();
}

// --- a schema that grows

// The encoder is idle when it goes: row groups of two schemas never are under way together.
void FileWriter::Impl::extend_schema(const Schema& wider) {
  check_open();
  if (wider == schema) return;
  try {
    const std::vector<LeafOrigin> origins = origins_of(schema, wider);
    Schema wider_stored = with_field_ids(wider, options);
    std::vector<Leaf> wider_leaves = leaves_of(wider);
    finish_all_row_groups(RowGroupEnd::within_file);
    keep_schema(wider);
    encoder.reset();
    schema = wider;
    stored_schema = std::move(wider_stored);
    leaves = std::move(wider_leaves);
    sort_check.extend(origins);
    if (fields) fields->extend(leaves, origins);
    make_encoder();
    if (sink) settle_row_groups();
  } catch (...) {
    abandon();
    throw;
  }
}

/// Remembers the schema if row groups have it, and what the schemas before `wider` lack.
void FileWriter::Impl::keep_schema(const Schema& wider) {
  const auto written = static_cast<size_t>(row_groups);
  const size_t kept_until = earlier_schemas.empty() ? 0 : earlier_schemas.back().row_groups_end;
  if (written > kept_until) earlier_schemas.push_back({schema, leaves, {}, written});
  for (EarlierSchema& earlier : earlier_schemas) {
    earlier.origins = origins_of(earlier.schema, wider);
    if (sink->readable() || !wants_reading(earlier.origins)) continue;
    throw Error(ErrorCode::unsupported,
                name + ": the schema grew to \"" + to_text(wider) +
                    "\" inside columns of which rows are written already, and these cannot be read back from there",
                {.source = name, .row = rows}, "write to a file, or declare the schema from the beginning (--schema)");
  }
}

/// What comes behind the row groups, late chunks first.
WrittenTail FileWriter::Impl::write_tail() {
  const std::vector<SortingColumn> sorting = sort_check.sorting_columns();
  if (earlier_schemas.empty()) return tail->write(stored_schema, sorting, end_of_groups, options.metadata, *sink);
  FooterBuilder amended([] { return ScratchFile::unnamed(); }, name);
  const std::vector<ChunkOptions> chunk_options = chunk_options_of(options, leaves);
  const AmendTarget target{leaves, chunk_options, *sink, *fields};
  end_of_groups = amend_row_groups(tail->journal(), earlier_schemas, end_of_groups, target, amended);
  bytes_written = end_of_groups;
  WrittenTail written = amended.write(stored_schema, sorting, end_of_groups, options.metadata, *sink);
  sink->end_copy(options.sync_row_groups);
  return written;
}

WriteResult FileWriter::Impl::close() {
  check_open();
  WriteResult result;
  if (sink) {
    result.files.reserve(1);
    result.files.push_back(finish_file());
    result.rows = result.files[0].rows;
    result.bytes = result.files[0].bytes;
  }
  open = false;
  encoder.reset();
  return result;
}

// --- how long the file would be

uint64_t FileWriter::Impl::bytes_without_rows() const {
  return empty_file(stored_schema, sort_check.sorting_columns(), options.metadata, name).size();
}

FileForecast FileWriter::Impl::forecast(bool settled) {
  check_open();
  check_file(true);
  FileForecast file{bytes_without_rows()};
  const auto group = std::make_shared<GroupForecast>();
  if (encoder) encoder->forecast(settled, group);
  workers.help_until([&] { return group->is_reached(); });
  rethrow_failure();
  file.bytes += end_of_groups - kMagic.size() + tail_of_groups;
  if (rows_in_group == 0) return file;
  file.bytes += group->bytes + kRowGroupTailBytes;
  file.guessed = group->guessed;
  return file;
}

void FileWriter::Impl::abandon() noexcept {
  open = false;
  if (encoder) encoder->stop();
  encoder.reset();
  // Chunks of a finished row group may still be on their way.
  workers.help_until([&] { return writes_under_way == 0; });
  sink.reset();
}

// --- the public face

FileWriter::FileWriter(const std::string& path, Schema schema, FileOptions options)
    : FileWriter(create_file_sink(path, {.sync = options.sync}), std::move(schema), options) {}

FileWriter::FileWriter(std::unique_ptr<Sink> sink, Schema schema, FileOptions options)
    : impl_(std::make_unique<Impl>(std::move(sink), std::move(schema), std::move(options))) {}

FileWriter::FileWriter(Schema schema, FileOptions options)
    : FileWriter(std::unique_ptr<Sink>(), std::move(schema), std::move(options)) {}

FileWriter::~FileWriter() = default;
FileWriter::FileWriter(FileWriter&&) noexcept = default;
FileWriter& FileWriter::operator=(FileWriter&&) noexcept = default;

void FileWriter::write(const Batch& batch) { impl_->write(batch); }
void FileWriter::extend_schema(const Schema& wider) { impl_->extend_schema(wider); }
WriteResult FileWriter::close() { return impl_->close(); }
WrittenFile FileWriter::finish_file() { return impl_->finish_file(); }
void FileWriter::start_file(std::unique_ptr<Sink> sink) { impl_->start_file(std::move(sink)); }
FileForecast FileWriter::forecast(bool settled) { return impl_->forecast(settled); }
void FileWriter::flush() { impl_->flush(); }
void FileWriter::tick() { impl_->tick(); }
int64_t FileWriter::durable_rows() const { return impl_->durable_rows(); }
void FileWriter::abandon() noexcept { impl_->abandon(); }
const Schema& FileWriter::schema() const { return impl_->schema; }
int64_t FileWriter::rows() const { return impl_->rows; }
uint64_t FileWriter::bytes_written() const { return impl_->bytes_written; }

}  // namespace v0
}  // namespace sluice
