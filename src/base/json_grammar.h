// Whether text is JSON (RFC 8259): the grammar and nothing else, for text whose values nobody asks for. Duplicate keys,
// numbers of any size and halves of surrogate pairs pass: the grammar has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace sluice {

/// Keeps the little memory that it takes for deep text: an eighth of a byte for each bracket that is open.
class JsonGrammar {
 public:
  /// Nothing where `text`, which is UTF-8, is one JSON value with or without blanks around it; else the position of the
  /// first byte that does not belong there, which is text.size() where the value goes on. Linear.
  std::optional<size_t> find_fault(std::string_view text);

 private:
  void open(bool is_object);
  void close();

  size_t depth_ = 0;
  uint64_t innermost_ = 0;       ///< one bit for each of the last 64 open brackets, the last one lowest: 1 for '{'
  std::vector<uint64_t> outer_;  ///< 64 each, of those further out
};

}  // namespace sluice
