#include "codecs/unpacker.h"

#include <bzlib.h>
#include <lzma.h>
#define ZLIB_CONST  // next_in is a pointer to const
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <bit>
#include <cassert>
#include <limits>
#include <new>

#include "codecs/c_library.h"

namespace sluice {
namespace {

// What zlib and bzip2 count sizes in.
unsigned counted(size_t bytes) {
  return static_cast<unsigned>(std::min<size_t>(bytes, std::numeric_limits<unsigned>::max()));
}

class GzipUnpacker final : public Unpacker {
 public:
  GzipUnpacker() {
    constexpr int kGzipOnly = 16;  // beside the size of the window: no zlib header, and the checksum is verified
    if (inflateInit2(&stream_, MAX_WBITS + kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  GzipUnpacker(const GzipUnpacker&) = delete;
  GzipUnpacker& operator=(const GzipUnpacker&) = delete;
  ~GzipUnpacker() override { inflateEnd(&stream_); }

  void begin() override { inflateReset(&stream_); }

  Step step(ByteSpan packed, std::span<std::byte> into) override {
    const unsigned packed_bytes = counted(packed.size());
    const unsigned room = counted(into.size());
    stream_.next_in = reinterpret_cast<const Bytef*>(packed.data());
    stream_.avail_in = packed_bytes;
    stream_.next_out = reinterpret_cast<Bytef*>(into.data());
    stream_.avail_out = room;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    Step step{.state = State::damaged, .taken = packed_bytes - stream_.avail_in, .made = room - stream_.avail_out};
    switch (result) {
      case Z_OK:
      case Z_BUF_ERROR: step.state = State::more; break;  // nothing could be done: there is nothing to do it with
      case Z_STREAM_END: step.state = State::member_end; break;
      case Z_MEM_ERROR: throw std::bad_alloc();
      default: break;
    }
    return step;
  }

  std::string problem() const override { return stream_.msg != nullptr ? stream_.msg : "not gzip data"; }
  // zconf.h: the window of 32 KiB and about 7 KiB beside it.
  uint64_t memory_bytes() const override { return uint64_t{40} << 10; }

 private:
  z_stream stream_{};
};

class ZstdUnpacker final : public Unpacker {
 public:
  explicit ZstdUnpacker(uint64_t memory_bytes_max) : context_(ZSTD_createDCtx()) {
    if (!context_) throw std::bad_alloc();
    const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
    const int window_log = static_cast<int>(std::bit_width(memory_bytes_max)) - 1;
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           std::clamp(window_log, bounds.lowerBound, bounds.upperBound));
  }

  void begin() override {
    ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only);
    header_.clear();
  }

  Step step(ByteSpan packed, std::span<std::byte> into) override {
    if (header_.size() < kHeaderBytesMax) header_.append(as_text(packed).substr(0, kHeaderBytesMax - header_.size()));
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
    Step step{.state = State::more, .taken = in.pos, .made = out.pos};
    if (result == 0) step.state = State::member_end;
    if (ZSTD_isError(result) == 0) return step;
    const ZSTD_ErrorCode error = ZSTD_getErrorCode(result);
    if (error == ZSTD_error_memory_allocation) throw std::bad_alloc();
    problem_ = ZSTD_getErrorString(error);
    const bool is_large = error == ZSTD_error_frameParameter_windowTooLarge && window_bytes() <= kWindowBytesMax;
    step.state = is_large ? State::memory_over : State::damaged;
    return step;
  }

  std::string problem() const override { return problem_; }
  // As windowLogMax counts.
  uint64_t memory_needed() const override { return std::bit_ceil(window_bytes()); }
  uint64_t memory_bytes() const override { return ZSTD_sizeof_DCtx(context_.get()); }

 private:
  static constexpr size_t kHeaderBytesMax = 18;
  static constexpr uint64_t kWindowBytesMax = uint64_t{1} << 31;  // the library takes none above, whatever is allowed

  // Of the frame whose header was refused (RFC 8878, section 3.1.1.1).
  uint64_t window_bytes() const {
    const auto byte = [&](size_t i) {
      return i < header_.size() ? static_cast<unsigned char>(header_[i]) : uint64_t{0};
    };
    const uint64_t descriptor = byte(4);
    if ((descriptor & 0x20) == 0) {
      const uint64_t base = uint64_t{1} << (10 + (byte(5) >> 3));
      return base + base / 8 * (byte(5) & 7);
    }
    // A single segment: the window is the content, whose size stands behind the number of a dictionary.
    const size_t at = 5 + (size_t{1} << (descriptor & 3)) / 2;
    const size_t size_bytes = size_t{1} << (descriptor >> 6);
    uint64_t size = size_bytes == 2 ? 256 : 0;
    for (size_t i = 0; i < size_bytes; ++i) size += byte(at + i) << (8 * i);
    return size;
  }

  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::string header_;  ///< of the frame, as far as it has come
  std::string problem_;
};

class Bzip2Unpacker final : public Unpacker {
 public:
  Bzip2Unpacker() { open(); }
  Bzip2Unpacker(const Bzip2Unpacker&) = delete;
  Bzip2Unpacker& operator=(const Bzip2Unpacker&) = delete;
  ~Bzip2Unpacker() override { BZ2_bzDecompressEnd(&stream_); }

  void begin() override {
    BZ2_bzDecompressEnd(&stream_);
    open();
  }

  Step step(ByteSpan packed, std::span<std::byte> into) override {
    const unsigned packed_bytes = counted(packed.size());
    const unsigned room = counted(into.size());
    stream_.next_in = const_cast<char*>(as_text(packed).data());  // it only reads there
    stream_.avail_in = packed_bytes;
    stream_.next_out = reinterpret_cast<char*>(into.data());
    stream_.avail_out = room;
    result_ = BZ2_bzDecompress(&stream_);
    if (result_ == BZ_MEM_ERROR) throw std::bad_alloc();
    Step step{.state = State::damaged, .taken = packed_bytes - stream_.avail_in, .made = room - stream_.avail_out};
    if (result_ == BZ_OK) step.state = State::more;
    if (result_ == BZ_STREAM_END) step.state = State::member_end;
    return step;
  }

  std::string problem() const override {
    return result_ == BZ_DATA_ERROR_MAGIC ? "not bzip2 data" : "a checksum or a code is wrong";
  }
  // The manual of bzip2, section 2: 100 KB and four bytes for each of the usual 900,000 of a block.
  uint64_t memory_bytes() const override { return 3'700'000; }

 private:
  void open() {
    stream_ = {};
    if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) throw std::bad_alloc();
  }

  bz_stream stream_{};
  int result_ = BZ_OK;
};

class XzUnpacker final : public Unpacker {
 public:
  explicit XzUnpacker(uint64_t memory_bytes_max) : memory_bytes_max_(memory_bytes_max) { begin(); }
  XzUnpacker(const XzUnpacker&) = delete;
  XzUnpacker& operator=(const XzUnpacker&) = delete;
  ~XzUnpacker() override { lzma_end(&stream_); }

  // Uses the memory of the member before again.
  void begin() override {
    if (lzma_stream_decoder(&stream_, memory_bytes_max_, LZMA_TELL_UNSUPPORTED_CHECK) != LZMA_OK)
      throw std::bad_alloc();
  }

  Step step(ByteSpan packed, std::span<std::byte> into) override {
    stream_.next_in = reinterpret_cast<const uint8_t*>(packed.data());
    stream_.avail_in = packed.size();
    stream_.next_out = reinterpret_cast<uint8_t*>(into.data());
    stream_.avail_out = into.size();
    result_ = lzma_code(&stream_, LZMA_RUN);
    Step step{
        .state = State::damaged, .taken = packed.size() - stream_.avail_in, .made = into.size() - stream_.avail_out};
    switch (result_) {
      case LZMA_OK:
      case LZMA_BUF_ERROR: step.state = State::more; break;
      case LZMA_STREAM_END: step.state = State::member_end; break;
      case LZMA_MEMLIMIT_ERROR: step.state = State::memory_over; break;
      case LZMA_MEM_ERROR: throw std::bad_alloc();
      default: break;
    }
    return step;
  }

  std::string problem() const override {
    switch (result_) {
      case LZMA_FORMAT_ERROR: return "not xz data";
      case LZMA_OPTIONS_ERROR: return "made with options that this version of liblzma does not know";
      case LZMA_UNSUPPORTED_CHECK: return "a kind of checksum that this version of liblzma does not know";
      default: return "a checksum or a code is wrong";
    }
  }
  uint64_t memory_needed() const override { return lzma_memusage(&stream_); }
  uint64_t memory_bytes() const override { return lzma_memusage(&stream_); }

 private:
  const uint64_t memory_bytes_max_;
  lzma_stream stream_{};
  lzma_ret result_ = LZMA_OK;
};

}  // namespace

std::unique_ptr<Unpacker> make_unpacker(Container container, uint64_t memory_bytes_max) {
  switch (container) {
    case Container::gzip: return std::make_unique<GzipUnpacker>();
    case Container::zstd: return std::make_unique<ZstdUnpacker>(memory_bytes_max);
    case Container::bzip2: return std::make_unique<Bzip2Unpacker>();
    case Container::xz: return std::make_unique<XzUnpacker>(memory_bytes_max);
    case Container::none: break;
  }
  assert(false);
  return nullptr;
}

}  // namespace sluice
