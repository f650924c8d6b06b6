// What a source may be stored in: any bytes end in text or in an Error, the same whatever the pieces that are read; and
// text that came of UTF-16 is UTF-8.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "sluice/error.h"
#include "sources/contents.h"

namespace {

// A few kilobytes may unpack to gigabytes.
constexpr size_t kTextBytesMax = 4 << 20;

std::optional<std::string> text_of(const std::string& path, size_t piece) {
  std::string text;
  try {
    sluice::Contents contents = sluice::Contents::open(path, {.memory_bytes_max = 8 << 20});
    for (size_t count = piece; count == piece && text.size() < kTextBytesMax;) {
      text.resize(text.size() + piece);
      count = contents.read(std::as_writable_bytes(std::span(text)).last(piece));
      text.resize(text.size() - piece + count);
    }
  } catch (const sluice::Error&) {
    return std::nullopt;
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const int file = memfd_create("contents", 0);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != static_cast<ssize_t>(size)) std::abort();
  const std::optional<std::string> text = text_of(path, 1 << 16);
  if (text && text->size() >= kTextBytesMax) return 0;
  if (text_of(path, 61) != text) std::abort();
  const bool is_utf16 = size >= 2 && data[0] + data[1] == 0xFF + 0xFE && (data[0] == 0xFF || data[1] == 0xFF);
  if (text && is_utf16 && !sluice::is_utf8(*text)) std::abort();
  return 0;
}
