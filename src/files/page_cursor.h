// The pages of one chunk, one behind the other, out of a file: headers found, held against the offset index, and
// digested on the way. The one walk over page headers: readers, `inspect`, `verify` and digest checks go by it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "files/stored_file.h"
#include "format/page_header.h"
#include "format/page_index.h"
#include "pages/page_source.h"

namespace sluice {

/// Bytes of one read on the way from header to header, where pages themselves are not wanted.
inline constexpr uint64_t kHeaderReadBytes = 512;

/// A piece of a file that slides forward.
class FileWindow {
 public:
  FileWindow(const RandomReader& file, uint64_t end) : file_(file), end_(end) {}

  /// Bytes [offset, offset + bytes) of the file; they stay until the next call. What has to be read for it is read in
  /// one piece, together with so much of what follows that it has at least `read_bytes`, as far as the end goes.
  /// Requires offset + bytes not to be beyond the end. Throws Error{io}.
  ByteSpan view(uint64_t offset, uint64_t bytes, uint64_t read_bytes);
  uint64_t bytes_read() const { return bytes_read_; }
  uint64_t memory_bytes() const { return bytes_.capacity(); }
  void release_memory() { bytes_ = Bytes(); }

 private:
  const RandomReader& file_;
  const uint64_t end_;
  uint64_t begin_ = 0;  ///< of `bytes_`, in the file
  Bytes bytes_;
  uint64_t bytes_read_ = 0;
};

struct PageCursorOptions {
  /// Of one read, at least: large where bodies are wanted, small where headers alone are. Dictionaries, and pages
  /// behind others that were passed over, are read alone where the offset index tells how long they are.
  uint64_t read_bytes = uint64_t{256} << 10;
  /// Of a page, as stored and unpacked.
  uint64_t page_bytes_max = kPageBytesMax;
  /// Of the chunk, if it was read, and checked (IndexReader): lets pages be passed over, and each header is held
  /// against it. Must outlive the cursor.
  const OffsetIndex* offset_index = nullptr;
};

/// Pages without values (index pages, kinds that a later specification brings) come too: who does not know them goes
/// on to the next one.
class PageCursor final : public PageSource {
 public:
  /// `file` must outlive the cursor.
  PageCursor(const StoredFile& file, size_t row_group, size_t leaf, const PageCursorOptions& options);

  std::optional<PlannedPage> planned() const override;
  void pass_planned() override;
  /// Throws Error{corrupt}, naming row group, column and page: a header that is damaged, or beyond 16 MiB; a page
  /// beyond the chunk's end; a dictionary page that is not the first; another size, or in a leaf outside of lists
  /// another number of rows, than the offset index says; behind the last page, data pages that the offset index has
  /// and the chunk has not. Throws Error{unsupported} for a page beyond the cap.
  const PlacedPageHeader* next() override;
  ByteSpan body() override;
  uint64_t offset() const override { return at_; }
  /// The bytes of that header as they stand in the file; they stay until the next call.
  ByteSpan header_bytes();

  /// In a file of ours whose pages were all gone through: the chunk's digest is right (docs/digests.md). Throws
  /// Error{corrupt}.
  void check_digest() const;
  /// XXH64 over the headers of a chunk whose pages were all gone through.
  uint64_t digest() const;
  uint64_t bytes_read() const { return window_.bytes_read(); }
  uint64_t memory_bytes() const { return window_.memory_bytes(); }
  void release_memory() { window_.release_memory(); }

 private:
  [[noreturn]] void refuse(const std::string& problem, ErrorCode code = ErrorCode::corrupt) const;
  /// Before which data page of the offset index the cursor stands.
  const PageLocation* planned_place() const;
  int64_t planned_end_row() const;
  uint64_t page_bytes_planned() const;
  PlacedPageHeader read_header();
  void check_page() const;
  void check_planned(const PageLocation* place, const std::optional<PlannedPage>& plan) const;
  void add_to_digest();

  const StoredFile& file_;
  const size_t row_group_;
  const size_t leaf_;
  const ChunkPlace place_;
  const PageCursorOptions options_;
  FileWindow window_;
  uint64_t at_;            ///< where the page at hand begins
  uint64_t next_at_;       ///< where the next one does
  size_t data_pages_ = 0;  ///< that are behind the cursor, the one at hand among them
  bool is_data_ = false;   ///< the page at hand
  bool passed_ = false;    ///< the page before was passed over: what follows may be wanted alone
  bool passed_any_ = false;
  std::optional<PlacedPageHeader> placed_;
  uint64_t digest_ = 0;      ///< of all headers but the dictionary's
  Bytes dictionary_header_;  ///< which counts last
};

}  // namespace sluice
