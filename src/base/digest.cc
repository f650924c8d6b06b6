#include "base/digest.h"

#include <xxhash.h>

#include <new>

namespace sluice {

uint64_t digest_of(ByteSpan bytes, uint64_t seed) { return XXH64(bytes.data(), bytes.size(), seed); }

Digest128 digest128_of(ByteSpan bytes) {
  const XXH128_hash_t digest = XXH3_128bits(bytes.data(), bytes.size());
  return {digest.low64, digest.high64};
}

std::string digest_text(uint64_t digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(kDigestDigits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, digest >>= 4) *digit = kDigits[digest & 15];
  return text;
}

void RunningDigest::Free::operator()(XXH64_state_s* state) const { XXH64_freeState(state); }

RunningDigest::RunningDigest() : state_(XXH64_createState()) {
  if (!state_) throw std::bad_alloc();
  XXH64_reset(state_.get(), 0);
}

void RunningDigest::add(ByteSpan bytes) {
  if (!bytes.empty()) XXH64_update(state_.get(), bytes.data(), bytes.size());
}

uint64_t RunningDigest::value() const { return XXH64_digest(state_.get()); }

}  // namespace sluice
