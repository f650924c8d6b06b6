// Texts of sources on their way into columns.
#pragma once

#include <cstddef>
#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace sluice {

/// Appends `text`, behind which 32 bytes must be readable. Most texts are short: two whole moves, or four, are quicker
/// than finding out how short.
inline void append_padded(std::string_view text, Bytes& out) {
  constexpr size_t kMove = 16;
  std::byte* const to = out.prepare(text.size() + 2 * kMove);
  if (text.size() <= 4 * kMove) {
    std::memcpy(to, text.data(), kMove);
    std::memcpy(to + kMove, text.data() + kMove, kMove);
    if (text.size() > 2 * kMove) {
      std::memcpy(to + 2 * kMove, text.data() + 2 * kMove, kMove);
      std::memcpy(to + 3 * kMove, text.data() + 3 * kMove, kMove);
    }
  } else {
    std::memcpy(to, text.data(), text.size());
  }
  out.advance(text.size());
}

}  // namespace sluice
