// The frame of a Parquet file (parquet-format, README.md, "File format"): "PAR1", the data, the footer, the footer's
// length in four bytes, "PAR1".
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// First and last in a file.
inline constexpr std::string_view kMagic = "PAR1";
/// Last in a file whose footer is encrypted.
inline constexpr std::string_view kEncryptedMagic = "PARE";
/// Length and magic at the end of a file.
inline constexpr size_t kTrailerBytes = 8;
/// The magic at both ends and a length.
inline constexpr uint64_t kFileBytesMin = 12;

/// Where the FileMetaData lies in the file.
struct FooterPlace {
  uint64_t offset = 0;
  uint32_t bytes = 0;

  friend bool operator==(const FooterPlace& a, const FooterPlace& b) = default;
};

/// Reads the last 8 bytes of a file of `file_bytes`; `file` names it in errors. A file that is shorter than that hands
/// in what it has. Throws Error{corrupt} where the file is too small, does not end in the magic, or its footer would
/// not fit after the first magic; Error{unsupported} for an encrypted footer.
FooterPlace parse_trailer(ByteSpan trailer, uint64_t file_bytes, const std::string& file);

/// Appends what follows a footer of `footer_bytes`. Throws Error{unsupported} beyond 2^31 - 1, where readers stop.
void append_trailer(size_t footer_bytes, Bytes& out);

}  // namespace sluice
