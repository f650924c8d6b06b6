// The digest over a footer, found in its bytes (docs/digests.md, "Footer"): what a footer means has no say in whether
// it is whole, for a bit that flips may hide its own key-values.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace sluice {

struct FooterDigest {
  std::string written;  ///< what stands in the footer
  std::string found;    ///< what its bytes have

  bool is_right() const { return written == found; }
};

/// Nothing for a footer of another writer, or of ours from before there were digests. Ours is one that has the key of
/// the digest, and our name just behind the digits, or most letters of both.
std::optional<FooterDigest> footer_digest(ByteSpan footer);

}  // namespace sluice
