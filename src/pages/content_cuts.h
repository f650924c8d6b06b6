// Where pages end by what stands in them, for files that shall share bytes with others that are nearly equal: behind
// rows that were put in or taken out, pages soon end at the same rows again, and are the same.
//
// A hash rolls over the slots of a leaf, values and levels, and forgets what lies more than 64 slots back (a gear hash,
// as in "FastCDC", USENIX ATC 2016, but one step for each value, not for each byte). A page ends behind a record where
// the hash happens to be small: the larger the record, the less small it must be, so that pages have much the same size
// whatever the values are. The answer depends on the slots since `restart` alone, not on how they were sliced.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pages/striping.h"
#include "schema/leaves.h"
#include "sluice/literals.h"

namespace sluice {

/// Bytes are those of values before encoding; text counts its length too, a slot without a value one byte.
struct ContentCutOptions {
  uint64_t page_bytes_min = 256_KiB;  ///< smaller pages come only at the end of a chunk
  uint64_t page_bytes_max = 1_MiB;    ///< the record that reaches it ends its page; at least 1 and page_bytes_min
  /// -16 to 16. A step up doubles the chance of every record to end a page: smaller pages, and fewer that end for their
  /// size, which are those that do not find together again. A step down halves it.
  int level = 0;
};

class ContentCuts {
 public:
  /// The leaf must outlive this.
  ContentCuts(const Leaf& leaf, const ContentCutOptions& options);

  /// Slots of the slice before which the page under way ends: ascending, each the first of a record. Slot 0 is among
  /// them when the last record of the slice before filled its page: nobody knew then that more would come. Good until
  /// the next call.
  std::span<const size_t> find(const LeafSlice& slice);

  /// The next slice begins a chunk.
  void restart();

 private:
  template <typename Values>
  void scan_in(const LeafSlice& slice, const Values& values);
  template <typename Values>
  void scan(const LeafSlice& slice, const Values& values);
  template <typename Values>
  void scan_rows(const Values& values, int64_t begin, size_t rows);
  /// The hash below which a record of `bytes` ends a page that has page_bytes_ with it.
  uint64_t hash_limit(uint64_t bytes) const;
  void end_record(uint64_t bytes);
  void begin_page(size_t slot);

  const Leaf& leaf_;
  const ContentCutOptions options_;
  const uint64_t page_bytes_middle_;  ///< beyond it records end pages more easily
  const uint64_t chance_early_;       ///< of a byte to end a page, in 2^64ths
  const uint64_t chance_late_;
  uint64_t hash_ = 0;
  uint64_t page_bytes_ = 0;
  bool page_is_full_ = false;
  std::vector<size_t> cuts_;
};

}  // namespace sluice
