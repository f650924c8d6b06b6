// Which number each entry of a source's dictionary has in that of a chunk: with columns in dictionary form
// (sluice/column.h), rows find it by a look into a table.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columns/dictionary_form.h"
#include "sluice/column.h"

namespace sluice {

class EntryNumbers {
 public:
  static constexpr uint32_t kUnknown = 0xffff'ffff;

  /// One number for each of `entries`, kUnknown until it is set; kept while the entries stay the same ones.
  uint32_t* of(const std::shared_ptr<const Column>& entries) {
    if (!entries_ || !is_same_dictionary(*entries_, *entries)) {
      entries_ = entries;  // kept alive: others could come to stand at the same place
      numbers_.assign(static_cast<size_t>(entries->length), kUnknown);
    }
    return numbers_.data();
  }
  uint64_t memory_bytes() const { return numbers_.capacity() * sizeof(uint32_t); }
  /// The chunk's dictionary goes.
  void forget() {
    entries_.reset();
    numbers_.clear();
  }

 private:
  std::shared_ptr<const Column> entries_;
  std::vector<uint32_t> numbers_;
};

}  // namespace sluice
