// Cuts a source of text into blocks of whole lines (DESIGN "Memory", "Inference and JSON"; ndjson.org). A block is the
// unit of parsing: read by one thread, parsed by any, and then read into again.
//
//   LineFrames frames(input, {.block_bytes = kBlockBytes, .record_bytes_max = budget / 8});
//   LineBlock block;
//   while (frames.next(block) == LineFrames::Step::block) parse(block.text());
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "sluice/literals.h"
#include "storage/input.h"

namespace sluice {

/// Large enough that handing a block to a thread (a few microseconds) is nothing beside parsing it (about two
/// milliseconds); small enough that a window of blocks and what they become is a small part of any budget.
inline constexpr uint64_t kBlockBytes = 1_MiB;

/// Readable bytes behind the lines of a block: parsers load whole words, and simdjson asks for 64.
inline constexpr size_t kBlockPadding = 64;

/// Whole lines. Every line ends with '\n', the last of the source too: one is put there if it had none.
struct LineBlock {
  Bytes bytes;              ///< `end` bytes and kBlockPadding more
  size_t begin = 0;         ///< behind a byte order mark, and behind what has been read already
  size_t end = 0;           ///< behind the last '\n'
  uint64_t offset = 0;      ///< of bytes[0] in the source
  uint64_t bytes_read = 0;  ///< of the source, up to the end of this block

  std::string_view text() const { return bytes.view().substr(begin, end - begin); }
};

class LineFrames {
 public:
  struct Limits {
    uint64_t block_bytes = kBlockBytes;
    uint64_t record_bytes_max = 0;  ///< of one line, without its '\n'
  };
  enum class Step {
    block,
    end,
    record_too_long,  ///< the line at `block.offset + block.begin` has more than `record_bytes_max` bytes
  };

  /// The input must outlive this.
  LineFrames(Input& input, Limits limits);

  /// Fills `block`, whose memory is used again. After anything but Step::block no further call is allowed.
  /// Throws Error{io}.
  Step next(LineBlock& block);

 private:
  size_t fill(Bytes& bytes, size_t from, size_t to);

  Input& input_;
  Limits limits_;
  Bytes rest_;           ///< the line that the last block had only the beginning of
  uint64_t offset_ = 0;  ///< of rest_ in the source
  bool at_end_ = false;
};

}  // namespace sluice
