// Where the tokens of JSON text begin, found by simdjson's first stage: 64 bytes at a time with the widest instructions
// that the machine has. It also checks that the text is UTF-8, that strings are closed and hold no raw control bytes.
// The grammar above the tokens is the reader's (record_reader.h). simdjson's own On-Demand layer is compiled for the
// baseline machine and per document; this way one call serves hundreds of lines.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"

namespace sluice {

/// What is wrong with JSON text, and where.
struct JsonFault {
  std::string reason;  ///< "expected ':' after a key"
  size_t position = 0;
};

class JsonTokens {
 public:
  /// Finds the tokens of text[0, size), of which the last byte must be '\n' and behind which 64 bytes must be readable.
  /// False when the text as a whole is not valid; `fault` then says why, for text of one record.
  [[nodiscard]] bool find(const char* text, size_t size);

  /// Positions of { } [ ] : , of opening quotes and of the first bytes of everything else that is not blank, ascending;
  /// then, once, the position of the last byte, which is no token's.
  const uint32_t* begin() const { return found_->structural_indexes.get(); }
  const uint32_t* end() const { return begin() + count_; }

  /// simdjson keeps four bytes for every byte of text that it was made for.
  uint64_t memory_bytes() const { return found_ ? found_->capacity() * sizeof(uint32_t) : 0; }

  /// What `find` did not like in this text.
  static JsonFault fault(const char* text, size_t size);

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> found_;
  size_t count_ = 0;
};

}  // namespace sluice
