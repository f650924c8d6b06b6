// Digests that tell whether bytes are still what was written: XXH64 (xxHash, doc/xxhash_spec.md), which Parquet's bloom
// filters use too, as sixteen hexadecimal digits. They find damage, not forgery.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

struct XXH64_state_s;

namespace sluice {

/// Digits of a digest as text.
inline constexpr size_t kDigestDigits = 16;

/// XXH64 of `bytes`. A chain of pieces takes the digest of what came before as `seed`.
uint64_t digest_of(ByteSpan bytes, uint64_t seed = 0);

/// XXH3 of 128 bits: so many that different bytes never come to the same, however many there are.
struct Digest128 {
  uint64_t low = 0;
  uint64_t high = 0;

  friend bool operator==(const Digest128& a, const Digest128& b) = default;
};
Digest128 digest128_of(ByteSpan bytes);

/// Lower-case, the highest digit first.
std::string digest_text(uint64_t digest);

/// The digest of bytes that come piece by piece; where they are cut does not matter.
class RunningDigest {
 public:
  /// Throws std::bad_alloc.
  RunningDigest();
  void add(ByteSpan bytes);
  /// Of all that was added so far.
  uint64_t value() const;

 private:
  struct Free {
    void operator()(XXH64_state_s* state) const;
  };
  std::unique_ptr<XXH64_state_s, Free> state_;
};

}  // namespace sluice
