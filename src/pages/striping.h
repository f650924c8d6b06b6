// Nested columns become flat ones: for each leaf the values that are there, and levels that say how they nest
// (parquet-format README, "Nested Encoding"; Dremel, VLDB 2010).
//
//   rows of list<int64>       slots   repetition   definition       maximal definition is 3: list, element, value
//   [1, null]                 2       0 1          3 2
//   []                        1       0            1
//   null                      1       0            0
#pragma once

#include <cstdint>
#include <vector>

#include "schema/leaves.h"
#include "sluice/column.h"

namespace sluice {

/// Which values of a leaf column are there: an ascending range or a list of positions. The column may be in dictionary
/// form: these are places of rows, not of entries.
struct ValueSelection {
  int64_t begin = 0;  ///< first position, when `positions` is null
  size_t count = 0;
  const int32_t* positions = nullptr;  ///< `count` ascending positions
};

/// One leaf's share of some rows. A slot is a pair of levels; it carries a value when its definition level is maximal.
struct LeafSlice {
  const Column* column = nullptr;
  int64_t first_row = 0;  ///< position of slot 0 in the column, where slots are rows
  int64_t rows = 0;
  size_t slots = 0;
  const uint8_t* repetition = nullptr;  ///< null: the leaf is in no list, and slots are rows
  const uint8_t* definition = nullptr;  ///< null: every slot carries a value
  ValueSelection values;
};

/// Keeps the scratch memory of one lane. A slice is good until the next one is made.
class Striper {
 public:
  /// Rows [begin, begin + rows) of the column `root` for the leaf below it. Requires rows > 0 and
  /// begin + rows < 2^31.
  LeafSlice stripe(const Column& root, const Field& field, const Leaf& leaf, int64_t begin, int64_t rows);
  uint64_t memory_bytes() const {
    return repetition_.capacity() + definition_.capacity() + next_repetition_.capacity() + next_definition_.capacity() +
           (positions_.capacity() + next_positions_.capacity()) * sizeof(int32_t) + live_.capacity() * sizeof(uint64_t);
  }

 private:
  void begin_rows(int64_t begin, int64_t rows);
  void step_nullable(const Column& column);
  void end_null_rows(const Column& column, uint8_t level);
  template <typename RangeOf>
  void step_list(uint8_t repetition_level, RangeOf range_of);
  void spread_rows();
  LeafSlice finish(const Column& column);
  void finish_rows(LeafSlice& slice);
  void finish_slots(LeafSlice& slice);

  static constexpr int32_t kEnded = -1;  ///< position of a slot that ended in a null or an empty list further up

  int64_t first_row_ = 0;
  int64_t rows_ = 0;
  uint8_t level_ = 0;      ///< definition of the slots that have not ended, as far as the way down has come
  uint8_t level_max_ = 0;  ///< and at its end
  bool are_rows_ = true;   ///< no list has been met: slots are rows, `live_` says which have not ended
  bool is_any_ended_ = false;
  std::vector<uint64_t> live_;       ///< bits, where any has ended
  std::vector<uint8_t> repetition_;  ///< behind the first list
  std::vector<uint8_t> definition_;  ///< of slots that have ended; the others are at level_max_ already
  std::vector<int32_t> positions_;   ///< behind the first list, or in the end
  std::vector<uint8_t> next_repetition_;
  std::vector<uint8_t> next_definition_;
  std::vector<int32_t> next_positions_;
};

}  // namespace sluice
