// Some whole records of one source: the unit of parsing. Read by one thread, parsed by any, and then read into again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sluice/literals.h"
#include "sources/record_fault.h"

namespace sluice {

struct CsvShape;

/// Large enough that handing a block to a thread (a few microseconds) is nothing beside parsing it (one to two
/// milliseconds); small enough that a window of blocks and what they become is a small part of any budget. A pipe,
/// which holds 1 MiB, has all of a block when it is wanted: for the rest of a longer one reader and writer would take
/// turns, and wait for each other's locks.
inline constexpr uint64_t kBlockBytes = 768_KiB;

/// Readable bytes behind the records of a block: parsers load whole words, and simdjson asks for 64.
inline constexpr size_t kBlockPadding = 64;

/// Whole records. Where lines are records every line ends with '\n', the last of the source too: one is put there if it
/// had none.
struct RecordBlock {
  Bytes bytes;              ///< `end` bytes and kBlockPadding more
  size_t begin = 0;         ///< behind a byte order mark or a header, and behind what has been read already
  size_t end = 0;           ///< behind the last record
  uint64_t offset = 0;      ///< of bytes[0] in the text of the source
  uint64_t bytes_read = 0;  ///< of the source as it is stored, up to the end of this block
  size_t source = 0;        ///< its index among the sources of a run
  std::shared_ptr<const CsvShape> csv{};  ///< how records of a CSV source look; null for others
  /// Of JSON documents: some places behind records, ascending; the byte before each is a '\n'.
  std::vector<size_t> stops{};
  /// What stands before a record with a late field is to be a batch, and no part of what is read with another schema.
  bool ends_before_late = false;
  /// A record that nobody could hold, and the only one here; `record` of its fault is 0. There is no text then.
  std::optional<Reject> passed_over{};

  std::string_view text() const { return bytes.view().substr(begin, end - begin); }
};

/// Ends the records of the block at `end`, up to which its bytes are read; whatever stood behind becomes padding.
inline void end_records(RecordBlock& block, size_t end) {
  block.bytes.resize(end + kBlockPadding);
  std::memset(block.bytes.data() + end, ' ', kBlockPadding);
  block.end = end;
}
/// The same with a '\n' behind the last record, which has none of its own.
inline void end_records_with_line(RecordBlock& block, size_t end) {
  block.bytes.resize(end + 1);
  block.bytes.data()[end] = std::byte{'\n'};
  end_records(block, end + 1);
}

}  // namespace sluice
