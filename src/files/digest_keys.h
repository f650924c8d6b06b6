// Under which keys a file of ours keeps its digests (docs/digests.md).
#pragma once

namespace sluice {

/// In the metadata of a file: of the footer itself, and of the indexes.
inline constexpr const char* kFooterDigestKey = "sluice.digest.footer";
inline constexpr const char* kIndexDigestKey = "sluice.digest.indexes";
/// In the metadata of a column chunk: of its page headers.
inline constexpr const char* kChunkDigestKey = "sluice.digest";
/// Likewise: of its bloom filter, if it has one.
inline constexpr const char* kBloomDigestKey = "sluice.digest.bloom";

}  // namespace sluice
