// The digest over a footer, found in its bytes (docs/digests.md, "Footer"): what a footer means has no say in whether
// it is whole, for a bit that flips may hide its own key-values. And the signs by which a footer without one shows that
// it has lost it.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"
#include "format/file_metadata.h"

namespace sluice {

struct FooterDigest {
  std::string written;  ///< what stands in the footer
  std::string found;    ///< what its bytes have

  bool is_right() const { return written == found; }
};

/// Nothing for a footer of another writer, or of ours where its marks are damaged. Ours is one that has the key of the
/// digest, and our name just behind the digits, or most letters of both.
std::optional<FooterDigest> footer_digest(ByteSpan footer);

/// What in a footer without a digest says that Sluice wrote the file, in words that go on with "says": the digest was
/// there, and is damaged. Nothing where others wrote it, who may have copied the metadata of a file of ours.
std::optional<std::string> sign_of_ours(const FileMetaData& file);

}  // namespace sluice
