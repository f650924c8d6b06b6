// Equal values get equal small numbers, over many batches: what rows are grouped by. No allocation for each value: a
// run of equal values costs a comparison each, else a look into a table; texts that came lately are known by their
// first and last bytes; columns in dictionary form are looked up once an entry. The numbers count up in the order in
// which values first appear.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "sluice/column.h"

namespace sluice {

/// Numbers for keys of 64 bits.
class KeyCodes {
 public:
  /// From 0 on.
  uint32_t code_of(uint64_t key);
  uint32_t size() const { return static_cast<uint32_t>(keys_.size()); }
  uint64_t memory_bytes() const { return keys_.capacity() * sizeof(uint64_t) + slots_.capacity() * sizeof(uint32_t); }

 private:
  void grow();

  std::vector<uint64_t> keys_;   ///< by their codes
  std::vector<uint32_t> slots_;  ///< open addressing: a code and one, 0 = empty; at most half are filled
};

/// Numbers for strings of bytes.
class BytesCodes {
 public:
  uint32_t code_of(std::string_view bytes);
  uint32_t size() const { return static_cast<uint32_t>(hashes_.size()); }
  /// Good until the next call of code_of.
  std::string_view bytes_of(uint32_t code) const;
  uint64_t memory_bytes() const {
    return bytes_.capacity() + (ends_.capacity() + hashes_.capacity()) * sizeof(uint64_t) +
           slots_.capacity() * sizeof(uint32_t);
  }

 private:
  void grow();

  Bytes bytes_;                   ///< of all entries, back to back
  std::vector<uint64_t> ends_;    ///< of the entries in there
  std::vector<uint64_t> hashes_;  ///< of the entries
  std::vector<uint32_t> slots_;   ///< as those of KeyCodes
};

/// Numbers for the values of one column of every batch: 0 is null, others follow.
class ValueCodes {
 public:
  /// Requires a type that is not nested.
  explicit ValueCodes(Type type);

  /// One number for each row, into as many. Values are equal when their bytes are; all NaN are one value.
  void number(const Column& column, std::span<uint32_t> codes);
  /// Numbers given so far, that of null included.
  uint32_t size() const { return 1 + keys_.size() + texts_.size(); }
  /// Of text: a value's number is one more than here.
  const BytesCodes& texts() const { return texts_; }
  uint64_t memory_bytes() const;

 private:
  /// A text that came lately.
  struct KnownText {
    uint64_t head = 0;  ///< its first 8 bytes; where it has fewer, these and zeros
    uint64_t tail = 0;  ///< its last 8 bytes; 0 where it has fewer
    uint64_t size = 0;
    uint32_t code = 0;  ///< 0 as long as there is none
  };
  void number_plain(const Column& column, std::span<uint32_t> codes);
  void number_texts(const Column& column, std::span<uint32_t> codes);
  void number_positions(const Column& column, std::span<uint32_t> codes);

  Type type_;
  KeyCodes keys_;                             ///< of values of at most 8 bytes
  BytesCodes texts_;                          ///< of all others
  std::vector<KnownText> known_texts_;        ///< each at a place that its bytes tell; made for the first text
  std::shared_ptr<const Column> dictionary_;  ///< of the last column that had one
  std::vector<uint32_t> entry_codes_;         ///< of its entries, as far as they have been met; 0 = not yet
};

/// Two numbers a row become one.
class PairCodes {
 public:
  /// Into `codes`, of the same length; it may be one of the others.
  void number(std::span<const uint32_t> outer, std::span<const uint32_t> inner, std::span<uint32_t> codes);
  uint32_t size() const { return keys_.size(); }
  uint64_t memory_bytes() const { return keys_.memory_bytes(); }

 private:
  KeyCodes keys_;
};

}  // namespace sluice
