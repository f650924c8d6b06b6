// Text packed into containers, for tests: by the libraries' own one-shot functions, with checksums.
#pragma once

#include <bzlib.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "codecs/container.h"

namespace sluice::test {

inline constexpr Container kContainers[] = {Container::gzip, Container::zstd, Container::bzip2, Container::xz};

inline std::string pack_gzip(const std::string& text, int level = 6) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("deflateInit2");
  std::string out(deflateBound(&stream, text.size()), ' ');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<unsigned>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  const int result = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) throw std::runtime_error("deflate");
  return out;
}

/// `window_log` 0 is what the level says.
inline std::string pack_zstd(const std::string& text, int window_log = 0) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  if (window_log > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  if (window_log > 0) ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);  // no smaller window than asked
  std::string out(ZSTD_compressBound(text.size()), ' ');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  ZSTD_inBuffer from{text.data(), text.size(), 0};
  // As a stream: in one shot the size would be known, and the window made smaller.
  ZSTD_compressStream2(context, &to, &from, ZSTD_e_continue);
  const size_t left = ZSTD_compressStream2(context, &to, &from, ZSTD_e_end);
  ZSTD_freeCCtx(context);
  if (left != 0) throw std::runtime_error("ZSTD_compressStream2");
  out.resize(to.pos);
  return out;
}

inline std::string pack_bzip2(const std::string& text) {
  std::string out(text.size() + text.size() / 100 + 600, ' ');
  auto size = static_cast<unsigned>(out.size());
  if (BZ2_bzBuffToBuffCompress(out.data(), &size, const_cast<char*>(text.data()), static_cast<unsigned>(text.size()), 1,
                               0, 0) != BZ_OK)
    throw std::runtime_error("BZ2_bzBuffToBuffCompress");
  out.resize(size);
  return out;
}

inline std::string pack_xz(const std::string& text, uint32_t preset = 0) {
  std::string out(lzma_stream_buffer_bound(text.size()), ' ');
  size_t size = 0;
  if (lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const uint8_t*>(text.data()),
                              text.size(), reinterpret_cast<uint8_t*>(out.data()), &size, out.size()) != LZMA_OK)
    throw std::runtime_error("lzma_easy_buffer_encode");
  out.resize(size);
  return out;
}

inline std::string pack(Container container, const std::string& text) {
  switch (container) {
    case Container::gzip: return pack_gzip(text);
    case Container::zstd: return pack_zstd(text);
    case Container::bzip2: return pack_bzip2(text);
    case Container::xz: return pack_xz(text);
    case Container::none: break;
  }
  return text;
}

}  // namespace sluice::test
