// Containers unpacked piece by piece, in any sizes of pieces, with memory that depends on the container alone. A
// container is a row of members, one behind the other (RFC 1952, section 2.2; RFC 8878, section 3; the .xz file format,
// section 2); what may stand between them is for the caller to look at.
//
//   unpacker->begin();
//   while (step.state == Unpacker::State::more) step = unpacker->step(packed, into);
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "codecs/container.h"

namespace sluice {

/// Safe for any input. Not thread-safe.
class Unpacker {
 public:
  enum class State {
    more,         ///< more packed bytes, or more room, will give more; neither taken nor made: the packed bytes ran out
    member_end,   ///< a member is complete, and its checksum is right
    damaged,      ///< see problem()
    memory_over,  ///< the member needs more memory than is allowed: see memory_needed()
  };
  struct Step {
    State state = State::more;
    size_t taken = 0;  ///< of the packed bytes
    size_t made = 0;   ///< bytes in `into`
  };

  virtual ~Unpacker() = default;
  /// Before each member.
  virtual void begin() = 0;
  /// After State::damaged and State::memory_over no further call is allowed; after State::member_end, begin() is the
  /// next one. Throws std::bad_alloc.
  virtual Step step(ByteSpan packed, std::span<std::byte> into) = 0;
  /// What is damaged, in the words of the library: "incorrect data check".
  virtual std::string problem() const = 0;
  /// In bytes; after State::memory_over.
  virtual uint64_t memory_needed() const { return 0; }
  /// What it holds now, about.
  virtual uint64_t memory_bytes() const = 0;
};

/// Requires a container. One that remembers much of what it has made (zstd, xz) gets at most about `memory_bytes_max`;
/// gzip and bzip2 need 40 KiB and 4 MiB.
std::unique_ptr<Unpacker> make_unpacker(Container container, uint64_t memory_bytes_max);

}  // namespace sluice
