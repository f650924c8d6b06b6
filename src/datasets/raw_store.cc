// (No specification: pieces in a scratch file of our own. Each begins with its partition, rows and bytes.)
#include "datasets/raw_store.h"

#include <algorithm>
#include <span>
#include <utility>

#include "columns/checked_batch.h"
#include "columns/counted_rows.h"
#include "columns/evolved_batch.h"
#include "columns/scatter.h"
#include "columns/widening.h"
#include "columns/widths.h"
#include "files/row_cutter.h"
#include "sluice/error.h"
#include "sluice/literals.h"

namespace sluice {
namespace {

constexpr size_t kWriteBytes = 1_MiB;
/// What is read ahead of each part; of all parts together not more than the rows in memory were.
constexpr uint64_t kReadBytesMin = 8_KiB;
constexpr uint64_t kReadBytesMax = 256_KiB;
/// Of the rows in memory what texts may take by which columns are folded; of each column as much as a dictionary has at
/// the most that encoders still look through quickly.
constexpr uint64_t kFoldersShare = 8;
constexpr uint64_t kFolderBytesMin = 8_KiB;
constexpr uint64_t kFolderBytesMax = 512_KiB;

/// Rows of a partition become pieces of such a part of the rows in memory: what is read back is no longer, as a writer
/// holds it all until the last of it is encoded.
constexpr uint64_t kPieceShare = 16;

struct PieceHead {
  uint32_t partition;
  uint32_t rows;
  uint64_t bytes;        ///< behind this
  uint64_t pieces_left;  ///< of the partition, behind this one
};

Batch checked(const std::shared_ptr<const Schema>& schema, std::vector<Column> columns, int64_t rows) {
  return CheckedBatch::make(schema, std::move(columns), rows);
}

}  // namespace

/// Reads one part of the scratch file from front to back.
class RawStore::PartReader {
 public:
  PartReader(const ScratchFile& file, const Part& part, size_t buffer_bytes)
      : file_(file), next_(part.begin), end_(part.end), buffer_bytes_(buffer_bytes) {}

  /// The next piece of `partition`, if there is one and those before it are taken. It is good until the next call, or
  /// until `kept`, which gets pieces that are longer than the buffer, goes. `goes_on`: there are more.
  std::optional<RawPiece> take(uint32_t partition, std::vector<Bytes>& kept, bool& goes_on) {
    goes_on = false;
    if (left() < sizeof(PieceHead) && !fill(sizeof(PieceHead))) return std::nullopt;
    const auto head = load<PieceHead>(buffer_.data() + at_);
    if (head.partition != partition) return std::nullopt;
    at_ += sizeof head;
    goes_on = head.pieces_left > 0;
    if (head.bytes <= buffer_bytes_) {
      if (left() < head.bytes) fill(static_cast<size_t>(head.bytes));
      const ByteSpan bytes{buffer_.data() + at_, static_cast<size_t>(head.bytes)};
      at_ += bytes.size();
      return RawPiece{bytes, head.rows};
    }
    Bytes whole(static_cast<size_t>(head.bytes));
    const size_t here = std::min(left(), whole.size());
    std::memcpy(whole.data(), buffer_.data() + at_, here);
    at_ += here;
    file_.read_at(next_, {whole.data() + here, whole.size() - here});
    next_ += whole.size() - here;
    kept.push_back(std::move(whole));
    return RawPiece{kept.back(), head.rows};
  }

 private:
  size_t left() const { return buffer_.size() - at_; }

  /// Reads on, so that `wanted` bytes are there; false at the end of the part.
  bool fill(size_t wanted) {
    const size_t kept = left();
    Bytes more(kept + static_cast<size_t>(std::min<uint64_t>(end_ - next_, std::max(wanted, buffer_bytes_) - kept)));
    if (more.size() < wanted) return false;
    if (kept > 0) std::memcpy(more.data(), buffer_.data() + at_, kept);
    file_.read_at(next_, {more.data() + kept, more.size() - kept});
    next_ += more.size() - kept;
    buffer_ = std::move(more);
    at_ = 0;
    return true;
  }

  const ScratchFile& file_;
  uint64_t next_;  ///< where reading goes on
  uint64_t end_;
  size_t buffer_bytes_;
  Bytes buffer_;
  size_t at_ = 0;
};

RawStore::RawStore(RawStoreOptions options, Workers& workers)
    : options_(std::move(options)),
      workers_(workers),
      pool_(std::make_shared<BufferPool>(options_.memory_bytes_max, options_.budget)),
      held_account_(options_.budget),
      readers_account_(options_.budget) {}
RawStore::~RawStore() = default;

// --- in

void RawStore::add(const std::shared_ptr<const Schema>& schema, std::vector<Column> columns,
                   std::vector<uint32_t> partitions) {
  if (partitions.empty()) return;
  const auto rows = static_cast<int64_t>(partitions.size());
  const Batch batch = checked(schema, columns, rows);
  const uint64_t bytes = bytes_of_rows(batch, 0, rows);
  const bool is_other = schema_ && schema != schema_ && !(*schema == *schema_);
  if (!held_.empty() && (is_other || held_bytes_ + bytes > options_.memory_bytes_max)) spill();
  if (!schema_ || is_other) start_schema(schema);
  rows_ += rows;
  held_bytes_ += bytes;
  partitions_ = std::max(partitions_, *std::ranges::max_element(partitions) + 1);
  held_account_.set(held_account_.bytes() + (are_counted(batch) ? 0 : bytes) +
                    partitions.capacity() * sizeof(uint32_t));
  held_.push_back({std::move(columns), std::move(partitions)});
}

/// Texts of a column are folded as long as there are few: all columns together take a part of what rows may.
void RawStore::start_schema(const std::shared_ptr<const Schema>& schema) {
  schema_ = schema;
  folders_.assign(schema->size(), nullptr);
  const uint64_t share = options_.memory_bytes_max / kFoldersShare / std::max<size_t>(schema->size(), 1);
  if (share < kFolderBytesMin) return;
  for (size_t i = 0; i < folders_.size(); ++i)
    if (is_text((*schema)[i].type.kind()))
      folders_[i] = std::make_shared<TextFolder>((*schema)[i].type, std::min(share, kFolderBytesMax));
}

void RawStore::spill() {
  auto part = std::make_shared<Part>(group());
  wait_for_writing();
  if (!scratch_) scratch_ = ScratchFile::unnamed(options_.scratch_directory);
  parts_.push_back({part->schema, {}, part->folders, {}, part->rows, scratch_->size(), 0});
  writing_ = workers_.start([this, part] {
    write_out(*part);
    return true;
  });
}

void RawStore::wait_for_writing() {
  if (parts_.empty() || parts_.back().end != 0) return;
  writing_.take();
  parts_.back().end = scratch_->size();
}

/// Takes all that is held, and frees it column by column.
RawStore::Part RawStore::group() {
  Part part{schema_};
  std::vector<uint32_t> ends(partitions_ + 1);  // of each partition's rows, shifted by one while they are counted
  for (const Held& held : held_)
    for (const uint32_t partition : held.partitions) ++ends[partition + 1];
  for (size_t i = 1; i < ends.size(); ++i) ends[i] += ends[i - 1];
  part.rows = ends.back();
  for (Held& held : held_)
    for (uint32_t& partition : held.partitions) partition = ends[partition]++;
  part.runs = runs_of(ends);
  std::vector<Job<Column>> jobs;
  for (size_t column = 0; column < schema_->size(); ++column)
    jobs.push_back(workers_.start([this, column] { return group_column(column); }));
  for (size_t column = 0; column < jobs.size(); ++column) {
    part.columns.push_back(jobs[column].take());
    part.folders.push_back(part.columns.back().dictionary ? folders_[column] : nullptr);
  }
  held_.clear();
  held_bytes_ = 0;
  held_account_.set(0);
  uint64_t bytes = part.runs.capacity() * sizeof(Run);
  for (const Column& column : part.columns)
    if (!BufferPool::is_of_pool(column.values)) bytes += bytes_of_buffers({column});
  part.account = Account(options_.budget, bytes);
  count_bytes(part);
  return part;
}

Column RawStore::group_column(size_t column) {
  std::vector<ScatterPiece> pieces;
  for (const Held& held : held_) pieces.push_back({&held.columns[column], held.partitions});
  std::optional<Column> grouped;
  if (folders_[column]) grouped = folders_[column]->scatter(pieces, *pool_);
  if (!grouped) grouped = scatter(pieces, *pool_);
  if (!grouped) throw Error(ErrorCode::bug, "more text was held for partitions than a column can have");
  for (Held& held : held_) held.columns[column] = Column();
  return std::move(*grouped);
}

/// `ends`: where the rows of each partition end.
std::vector<RawStore::Run> RawStore::runs_of(const std::vector<uint32_t>& ends) const {
  std::vector<Run> runs;
  for (uint32_t partition = 0, begin = 0; partition < partitions_; begin = ends[partition++])
    if (ends[partition] > begin) runs.push_back({partition, begin, ends[partition] - begin});
  return runs;
}

void RawStore::count_bytes(const Part& part) {
  bytes_.resize(partitions_);
  const Batch batch = checked(part.schema, part.columns, part.rows);
  for (const Run& run : part.runs) bytes_[run.partition] += bytes_of_rows(batch, run.begin, run.rows);
}

/// Runs beside the caller, who touches neither the part nor the file before it waits for it.
void RawStore::write_out(Part& part) {
  Bytes out;
  const auto append = [&] {
    try {
      scratch_->append(out);
    } catch (const Error& error) {
      throw Error(error.code(), error.what(), error.place(), "--scratch names a directory with room for them.");
    }
    out.clear();
  };
  const uint64_t piece_bytes = options_.memory_bytes_max / kPieceShare;
  const uint64_t row_bytes = bytes_of_buffers(part.columns) / static_cast<uint64_t>(part.rows);
  const auto rows_max = static_cast<int64_t>(std::max<uint64_t>(piece_bytes / std::max<uint64_t>(row_bytes, 1), 1));
  for (const Run& run : part.runs)
    for (int64_t left = run.rows; left > 0;) {
      const int64_t rows = std::min(left, rows_max);
      const size_t begin = out.size();
      const auto pieces_left = static_cast<uint64_t>((left - rows + rows_max - 1) / rows_max);
      out.append_value(PieceHead{run.partition, static_cast<uint32_t>(rows), 0, pieces_left});
      append_raw_rows(part.columns, run.begin + run.rows - left, rows, out);
      const uint64_t bytes = out.size() - begin - sizeof(PieceHead);
      std::memcpy(out.data() + begin + offsetof(PieceHead, bytes), &bytes, sizeof bytes);
      if (out.size() >= kWriteBytes) append();
      left -= rows;
    }
  append();
  part = {};
}

// --- out

void RawStore::finish(std::shared_ptr<const Schema> schema) {
  if (!held_.empty()) last_ = group();
  wait_for_writing();
  pool_->free_idle();
  for (size_t i = 0; i < last_.columns.size(); ++i)
    if (last_.folders[i]) last_.columns[i].dictionary = last_.folders[i]->entries();  // the one that all others have
  schema_ = std::move(schema);
  const uint64_t share = parts_.empty() ? 0 : options_.memory_bytes_max / parts_.size();
  const auto buffer_bytes = static_cast<size_t>(std::clamp(share, kReadBytesMin, kReadBytesMax));
  for (const Part& part : parts_) readers_.push_back(std::make_unique<PartReader>(*scratch_, part, buffer_bytes));
  readers_account_.set(readers_.size() * buffer_bytes);
}

void RawStore::restart() {
  readers_.clear();
  readers_account_.set(0);
  parts_.clear();
  last_ = {};
  last_run_ = 0;
  scratch_.reset();
  schema_.reset();
  folders_.clear();
  bytes_.clear();
}

/// Whether pieces of both can be put together.
bool RawStore::is_alike(const Part& a, const Part& b) { return a.schema == b.schema && a.folders == b.folders; }

void RawStore::take(uint32_t partition, uint64_t batch_bytes, const std::function<void(Batch)>& use) {
  std::vector<RawPiece> pieces;
  std::vector<Bytes> kept;  // moved as it grows, but not what its members own
  uint64_t bytes = 0;
  const Part* from = nullptr;
  const auto hand_out_pieces = [&] {
    if (!pieces.empty()) hand_out(*from, pieces, use);
    kept.clear();
    bytes = 0;
  };
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (from && !is_alike(*from, parts_[i])) hand_out_pieces();
    from = &parts_[i];
    for (bool goes_on = true; goes_on;) {
      const std::optional<RawPiece> piece = readers_[i]->take(partition, kept, goes_on);
      if (!piece) break;
      pieces.push_back(*piece);
      bytes += piece->bytes.size();
      if (goes_on || bytes >= batch_bytes) hand_out_pieces();
    }
  }
  hand_out_pieces();
  if (last_run_ == last_.runs.size() || last_.runs[last_run_].partition != partition) return;
  const Run& run = last_.runs[last_run_++];
  std::vector<Column> columns;
  for (const Column& column : last_.columns) columns.push_back(column.slice(run.begin, run.rows));
  use(in_final_schema(checked(last_.schema, std::move(columns), run.rows)));
}

void RawStore::hand_out(const Part& from, std::vector<RawPiece>& pieces, const std::function<void(Batch)>& use) const {
  std::vector<std::shared_ptr<const Column>> dictionaries;
  for (const auto& folder : from.folders) dictionaries.push_back(folder ? folder->entries() : nullptr);
  const Batch batch = in_final_schema(read_raw_rows(from.schema, pieces, dictionaries));
  pieces.clear();
  std::vector<Column> columns = batch.columns();
  count_rows_in(columns, Account(options_.budget, bytes_of_buffers(columns)));
  use(checked(schema_, std::move(columns), batch.rows()));
}

Batch RawStore::in_final_schema(Batch batch) const {
  if (batch.schema() == *schema_) return checked(schema_, batch.columns(), batch.rows());
  const Batch grown = evolved_batch(batch, schema_);
  return checked(schema_, grown.columns(), grown.rows());
}

}  // namespace sluice
