// Containers: what whole files of text are packed in. Told by the first bytes; names only say what to expect.
// (RFC 1952 gzip, RFC 8878 Zstandard, the bzip2 format, the .xz file format 1.2.)
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace sluice {

enum class Container { none, gzip, zstd, bzip2, xz };

/// "gzip", "zstd", "bzip2", "xz", "none".
std::string_view to_string(Container container);

/// So many bytes tell every container from text.
inline constexpr size_t kContainerStartBytes = 10;

/// What data that begin with `start` are packed in. No text in UTF-8 or UTF-16 passes for a container.
Container container_of_bytes(ByteSpan start);

/// What the ending of the name announces: ".gz", ".zst", ".zstd", ".bz2", ".xz".
Container container_of_name(std::string_view path);

/// "data/a.csv.gz" is "data/a.csv"; a name that announces no container stays as it is.
std::string_view name_without_container(std::string_view path);

}  // namespace sluice
