// Page compression backwards, for tests: the codecs' own libraries, strict about the size.
#pragma once

#include <brotli/decode.h>
#include <libdeflate.h>
#include <lz4.h>
#include <snappy.h>
#include <zstd.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "base/bytes.h"
#include "format/enums.h"

namespace sluice::test {

/// `stored` decompressed; throws unless exactly `size` bytes come of it.
inline std::string decompress(CompressionCodec codec, ByteSpan stored, size_t size) {
  std::string raw(size + 1, '?');  // room for a byte too many, which would be found
  const char* from = as_text(stored).data();
  size_t found = size + 2;
  switch (codec) {
    case CompressionCodec::uncompressed: return std::string(as_text(stored));
    case CompressionCodec::snappy:
      if (snappy::GetUncompressedLength(from, stored.size(), &found) && found == size &&
          !snappy::RawUncompress(from, stored.size(), raw.data()))
        found = size + 2;
      break;
    case CompressionCodec::zstd: found = ZSTD_decompress(raw.data(), raw.size(), from, stored.size()); break;
    case CompressionCodec::gzip: {
      const std::unique_ptr<libdeflate_decompressor, decltype(&libdeflate_free_decompressor)> context(
          libdeflate_alloc_decompressor(), &libdeflate_free_decompressor);
      size_t taken = 0;
      const auto result =
          libdeflate_gzip_decompress_ex(context.get(), from, stored.size(), raw.data(), raw.size(), &taken, &found);
      if (result != LIBDEFLATE_SUCCESS || taken != stored.size()) found = size + 2;
      break;
    }
    case CompressionCodec::brotli:
      found = raw.size();
      if (BrotliDecoderDecompress(stored.size(), reinterpret_cast<const uint8_t*>(from), &found,
                                  reinterpret_cast<uint8_t*>(raw.data())) != BROTLI_DECODER_RESULT_SUCCESS)
        found = size + 2;
      break;
    case CompressionCodec::lz4_raw:
      found = static_cast<size_t>(
          LZ4_decompress_safe(from, raw.data(), static_cast<int>(stored.size()), static_cast<int>(raw.size())));
      break;
    default: break;
  }
  if (found != size) throw std::runtime_error("a page does not decompress to the size that its header says");
  raw.resize(size);
  return raw;
}

}  // namespace sluice::test
