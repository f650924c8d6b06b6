// The end of a Parquet file as metadata (parquet-format, README.md, "File format"): the trailer says where the footer
// lies, the footer says everything else.
//
//   FileFooter footer = read_footer(RandomReader::open("visits.parquet"));
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "format/file_metadata.h"
#include "format/footer.h"
#include "storage/input.h"

namespace sluice {

struct FileFooter {
  FileMetaData metadata;
  FooterPlace place;  ///< of the metadata; what columns and indexes hold lies before it
  uint64_t file_bytes = 0;
};

/// Two reads. Memory stays in proportion to the footer, which fits into the file. Throws Error{io}, Error{corrupt} and
/// Error{unsupported} (encrypted) that name the file. Of the metadata only its form is checked: see FileMetaData.
FileFooter read_footer(const RandomReader& file);
/// The same in two steps, for who wants to look at the bytes first: those of the metadata, without length and magic.
struct FooterBytes {
  FooterPlace place;
  Bytes bytes;
};
FooterBytes read_footer_bytes(const RandomReader& file);
FileFooter parse_footer(const RandomReader& file, const FooterBytes& footer);

}  // namespace sluice
