// How the pages of a file are compressed.
#pragma once

#include <cstdint>

namespace sluice {
inline namespace v0 {

enum class Codec : uint8_t { none, snappy, zstd };

struct Compression {
  /// zstd at level 1 is faster than most disks and halves what snappy leaves.
  Codec codec = Codec::zstd;
  /// 1 to 22 for zstd; ignored by the others.
  int level = 1;
};

}  // namespace v0
}  // namespace sluice
