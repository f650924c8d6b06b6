// The journal of a file under way: for each row group that is finished a record of what the footer will say of it, so
// that memory does not grow with the number of row groups. Short ones stay in memory; what goes beyond is moved to a
// file, record after record.
//
// Where the schema grew while the file was written, a record has the chunks that its row group had by then; their paths
// tell which (files/amend_row_groups.h).
//
// A record stands by itself and is whole or worthless, which its checksums tell: those who find a journal beside an
// unfinished file can read off which row groups are complete (files/left_journal.h). For them a head stands before the
// first record, and one more wherever the schema grew (files/journal_head.h). All numbers are little-endian.
//
//   bytes 0..3     "SLRG"
//         4..7     CRC-32 of the bytes from 8 on up to the end of the table of sizes
//         8..15    bytes of the whole record
//        16..47    rows, offset in the file, bytes in the file, bytes before compression: 64 bits each
//        48..51    chunks
//        52..55    the version of this form: 1
//        56..71    CRC-32 of each of the four sections
//        72..103   bytes of each of the four sections: 64 bits each
//       104..      the table: metadata, column index, offset index of each chunk in bytes, 32 bits each
//        then      the sections: all ColumnMetaData, all column indexes, all offset indexes, digests of bloom filters
//
//   Journal journal([&] { return sink.open_journal(); });
//   journal.append(totals, parts);
//   for (JournalReader reader(journal); reader.next();) use(reader.totals(), reader.section(Section::metadata));
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "files/chunk_tails.h"
#include "storage/scratch_file.h"

namespace sluice {

/// A row group that stands at [offset, offset + bytes) of the file.
struct RowGroupTotals {
  int64_t rows = 0;
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t raw_bytes = 0;  ///< before compression, page headers included
};

enum class Section : uint8_t { metadata, column_indexes, offset_indexes, filter_digests };
inline constexpr size_t kSections = 4;

/// What a record begins with.
struct RecordMark {
  uint32_t mark = 0;
  uint32_t checksum = 0;      ///< not of these first eight bytes
  uint64_t record_bytes = 0;  ///< these included
};
inline constexpr uint32_t kRowGroupMark = 0x47524C53;     // "SLRG"
inline constexpr uint32_t kJournalHeadMark = 0x48464C53;  // "SLFH"
inline constexpr size_t kUncheckedBytes = 8;

/// The fixed part of a row group's record, as it stands in the journal.
struct RecordHead {
  RecordMark mark;
  RowGroupTotals totals;
  uint32_t chunks = 0;
  uint32_t version = 1;
  std::array<uint32_t, kSections> section_checksums{};
  std::array<uint64_t, kSections> section_bytes{};
};
static_assert(sizeof(RecordMark) == 16 && sizeof(RecordHead) == 104 && std::is_trivially_copyable_v<RecordHead>);
static_assert(sizeof(ChunkTailSizes) == 12 && std::is_trivially_copyable_v<ChunkTailSizes>);

class Journal {
 public:
  /// What stays in memory at the most, beyond a single record.
  static constexpr size_t kMemoryBytesMax = size_t{4} << 20;

  /// `open_file` is called when there is more than that to keep.
  explicit Journal(std::function<std::unique_ptr<ScratchFile>()> open_file, size_t memory_bytes_max = kMemoryBytesMax)
      : open_file_(std::move(open_file)), memory_bytes_max_(memory_bytes_max) {}

  /// One record, of all the chunks of a row group in the order of the schema. Throws Error{io}.
  void append(const RowGroupTotals& totals, std::span<const ChunkTails> parts);
  /// The head of the records to come, asked for when the first of them goes to the file; memory must be empty.
  void begin_head(std::function<Bytes()> make_head) { make_head_ = std::move(make_head); }
  /// Moves what is in memory to the file: others find it there from then on. Throws Error{io}.
  void settle();
  /// Makes the file, if there is none.
  void open_file();
  /// What is in the file is on the device afterwards. Requires a file.
  void sync() { file_->sync(); }
  /// May close the file until it is used again.
  void release() {
    if (file_) file_->release();
  }

  size_t row_groups() const { return row_groups_; }
  int64_t rows() const { return rows_; }
  uint64_t chunks() const { return chunks_; }
  /// Of the serialised metadata of all chunks: what the footer will have at the least.
  uint64_t metadata_bytes() const { return metadata_bytes_; }
  uint64_t memory_bytes() const { return recent_.capacity(); }
  bool is_in_file() const { return file_ != nullptr; }
  /// Of the records that are in the file.
  int64_t settled_rows() const { return settled_rows_; }

 private:
  friend class JournalReader;
  uint64_t file_bytes() const { return file_ ? file_->size() : 0; }

  std::function<std::unique_ptr<ScratchFile>()> open_file_;
  std::function<Bytes()> make_head_;  ///< of the next record that goes to the file; null where there is none
  const size_t memory_bytes_max_;
  std::unique_ptr<ScratchFile> file_;  ///< the first records
  Bytes recent_;                       ///< those behind them
  size_t row_groups_ = 0;
  int64_t rows_ = 0;
  int64_t settled_rows_ = 0;
  uint64_t chunks_ = 0;
  uint64_t metadata_bytes_ = 0;
};

/// Goes through the records in order; the journal must stay as it is meanwhile. What a call returns is valid until the
/// next call. Each throws Error{io}, and Error{corrupt} where the file does not hold what was written to it.
class JournalReader {
 public:
  explicit JournalReader(const Journal& journal) : journal_(journal) {}

  /// Goes to the next record; false behind the last.
  bool next();
  const RowGroupTotals& totals() const { return totals_; }
  std::span<const ChunkTailSizes> sizes() const { return sizes_; }
  ByteSpan section(Section which);

 private:
  ByteSpan read(uint64_t offset, size_t size);
  void pass_heads();
  [[noreturn]] void fail() const;

  const Journal& journal_;
  uint64_t record_ = 0;  ///< where the record under way begins
  uint64_t next_ = 0;    ///< and the one behind it
  RowGroupTotals totals_;
  std::vector<ChunkTailSizes> sizes_;
  std::array<uint64_t, kSections> section_bytes_{};
  std::array<uint32_t, kSections> section_checksums_{};
  Bytes window_;  ///< of the file: small records are read many at a time
  uint64_t window_begin_ = 0;
};

}  // namespace sluice
