#include "files/digest_check.h"

#include <optional>
#include <utility>

#include "base/digest.h"
#include "files/digest_keys.h"
#include "files/footer_digest.h"
#include "files/index_digest.h"
#include "files/page_cursor.h"
#include "sluice/error.h"

namespace sluice {
namespace {

DigestReport damaged(DigestPart part, const std::string& fault) { return {DigestState::damaged, part, fault}; }

/// What is wrong with the indexes; empty where nothing is.
std::string fault_of_indexes(const StoredFile& file) {
  uint64_t bytes_read = 0;
  const std::string found = digest_text(index_digest(file, FilterDigests::found, bytes_read));
  const std::string* const written = file.metadata_value(kIndexDigestKey);
  if (written != nullptr && found == *written) return {};
  return file.path() + ": the indexes or bloom filters have changed: their digest is " + found +
         ", they were written with " + (written != nullptr ? *written : "none");
}

/// Throws Error{corrupt}.
void check_headers(const StoredFile& file) {
  for (size_t group = 0; group < file.row_groups(); ++group) {
    for (size_t leaf = 0; leaf < file.leaves().size(); ++leaf) {
      PageCursor cursor(file, group, leaf, {.read_bytes = kHeaderReadBytes, .page_bytes_max = UINT64_MAX});
      while (cursor.next() != nullptr) continue;
      cursor.check_digest();
    }
  }
}

}  // namespace

DigestReport check_digests(RandomReader file) {
  const std::string name = file.name();
  const FooterBytes bytes = read_footer_bytes(file);
  const std::optional<FooterDigest> footer = footer_digest(bytes.bytes);
  if (!footer) {
    const std::optional<std::string> sign = sign_of_ours(parse_footer(file, bytes).metadata);
    if (!sign) return {};
    return damaged(DigestPart::footer, name + ": the footer has changed: " + *sign +
                                           " says that Sluice wrote the file, and its digest is not where it was");
  }
  if (!footer->is_right())
    return damaged(DigestPart::footer, name + ": the footer has changed: its digest is " + footer->found +
                                           ", it was written with " + footer->written);
  try {
    const auto stored = StoredFile::open(std::move(file), {});
    if (const std::string fault = fault_of_indexes(*stored); !fault.empty()) return damaged(DigestPart::indexes, fault);
    check_headers(*stored);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::corrupt) throw;
    return damaged(DigestPart::page_headers, error.what());
  }
  return {DigestState::intact, DigestPart::none, {}};
}

}  // namespace sluice
