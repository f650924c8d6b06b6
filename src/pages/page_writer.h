// Puts one page behind the others: header, then the body, compressed and with its checksum (parquet-format README,
// "Data Pages", "Checksumming").
#pragma once

#include <string>

#include "base/bytes.h"
#include "format/page_header.h"
#include "sluice/compression.h"

namespace sluice {

class PageWriter {
 public:
  /// `column`: for errors. Must outlive the writer.
  explicit PageWriter(const std::string& column) : column_(column) {}

  /// What a page takes at the most while it is appended.
  static size_t bytes_max(Codec codec, size_t raw_bytes);

  struct Sizes {
    size_t header = 0;
    size_t raw = 0;     ///< before compression, the header included
    size_t stored = 0;  ///< as appended
  };
  /// Appends to `out` a page of `bare` bytes, which are never compressed (the levels of V2 pages, else nothing), and
  /// `raw` ones. `header` is complete but for sizes, checksum and, in V2 pages, whether the values are compressed.
  /// Throws Error{data} for a page beyond kPageBytesMax.
  Sizes append(PageHeader header, Compression compression, ByteSpan bare, ByteSpan raw, Bytes& out) const;

 private:
  const std::string& column_;
};

}  // namespace sluice
