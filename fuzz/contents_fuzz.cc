// What a source may be stored in: any bytes end in text or in an Error, the same whatever the pieces that are read; and
// text that came of UTF-16 is UTF-8.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>

#include "base/utf8.h"
#include "nameless_file.h"
#include "sluice/error.h"
#include "sources/contents.h"
#include "target.h"

namespace sluice::contents_fuzz {
namespace {

// A few kilobytes may unpack to gigabytes.
constexpr size_t kTextBytesMax = 4 << 20;

std::optional<std::string> text_of(const std::string& path, size_t piece) {
  std::string text;
  try {
    Contents contents = Contents::open(path, {.memory_bytes_max = 8 << 20});
    for (size_t count = piece; count == piece && text.size() < kTextBytesMax;) {
      text.resize(text.size() + piece);
      count = contents.read(std::as_writable_bytes(std::span(text)).last(piece));
      text.resize(text.size() - piece + count);
    }
  } catch (const Error&) {
    return std::nullopt;
  }
  return text;
}

void run(ByteSpan input) {
  static fuzz::NamelessFile file;
  file.write(input);
  const std::optional<std::string> text = text_of(file.path(), 1 << 16);
  if (text && text->size() >= kTextBytesMax) return;
  if (text_of(file.path(), 61) != text) std::abort();
  const std::string_view mark = as_text(input).substr(0, 2);
  const bool is_utf16 = mark == "\xFF\xFE" || mark == "\xFE\xFF";
  if (text && is_utf16 && !is_utf8(*text)) std::abort();
}

const fuzz::Registered kTarget("contents", run);

}  // namespace
}  // namespace sluice::contents_fuzz
