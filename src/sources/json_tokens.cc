// Runs simdjson's first stage and, when it refuses a record, finds the byte that it refused.
#include "sources/json_tokens.h"

#include <algorithm>

#include "base/utf8.h"
#include "sluice/error.h"
#include "sluice/literals.h"

namespace sluice {

namespace {

// simdjson keeps four bytes for every byte of text that it was made for. After one very long record that is given back.
constexpr size_t kKeptBytesMax = 1_MiB;

// Why `text`, valid UTF-8, has a string that is not valid, and where.
JsonFault string_fault(const char* text, size_t size) {
  size_t quote = 0;
  bool in_string = false;
  for (size_t i = 0; i < size; ++i) {
    if (text[i] == '"') {
      in_string = !in_string;
      quote = i;
    } else if (in_string && text[i] == '\\') {
      ++i;
    } else if (in_string && i + 1 == size) {
      break;  // the '\n' at the end
    } else if (in_string && static_cast<unsigned char>(text[i]) < 0x20) {
      return {"a control byte in a string must be escaped", i};
    }
  }
  return {"a string has no closing quote", quote};
}

}  // namespace

bool JsonTokens::find(const char* text, size_t size) {
  if (!found_ || found_->capacity() < size || (found_->capacity() > kKeptBytesMax && size <= kKeptBytesMax)) {
    found_.reset();
    // The depth is that of simdjson's second stage, which is not used.
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(size, 1, found_) != simdjson::SUCCESS)
      throw std::bad_alloc();
  }
  count_ = 0;
  const auto failure = found_->stage1(reinterpret_cast<const uint8_t*>(text), size, simdjson::stage1_mode::regular);
  switch (failure) {
    case simdjson::SUCCESS: count_ = found_->n_structural_indexes; break;
    case simdjson::EMPTY: break;
    case simdjson::MEMALLOC: throw std::bad_alloc();
    default: return false;
  }
  found_->structural_indexes[count_] = static_cast<uint32_t>(size - 1);
  return true;
}

JsonFault JsonTokens::fault(const char* text, size_t size) {
  const size_t valid = utf8_valid_bytes({text, size});
  if (valid < size) return {"invalid UTF-8", valid};
  return string_fault(text, size);
}

}  // namespace sluice
