// A table for benches: 16 columns in the manner of the order lines of the classic decision-support benchmark, drawn at
// random from a seed. The same seed gives the same rows, as batches and as NDJSON.
//
//   sluice::bench::LineItems items;
//   sluice::Batch batch = sluice::bench::next_batch(items, 65'536);
//
// Distributions: 1 to 7 lines an order, order keys ascend with gaps, keys of parts and suppliers uniform (200,000 and
// 10,000), money with two decimals, dates within seven years that follow each other, comments cut at any letter from a
// text of random words (10 to 43 bytes, hardly ever twice the same). About 133 bytes a row in Arrow layout, 366 as
// NDJSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "random.h"
#include "sluice/batch.h"

namespace sluice::bench {

/// One row. Money and percentages are whole hundredths, so that text and binary agree to the last bit.
struct LineItem {
  int64_t order_key = 0;
  int64_t part_key = 0;
  int32_t supplier_key = 0;
  int32_t line_number = 0;
  uint32_t quantity = 0;
  uint32_t price_hundredths = 0;
  uint32_t discount_hundredths = 0;
  uint32_t tax_hundredths = 0;
  char return_flag = 0;
  char line_status = 0;
  int32_t ship_date = 0;  ///< days since 1970-01-01
  int32_t commit_date = 0;
  int32_t receipt_date = 0;
  std::string_view ship_instruct;
  std::string_view ship_mode;
  std::string_view comment;  ///< lives as long as the LineItems
};

/// The rows, one after the other, without end.
class LineItems {
 public:
  explicit LineItems(uint64_t seed = 1);

  LineItem next();

 private:
  Random random_;
  std::string text_;  ///< comments are cut from it
  uint64_t orders_ = 0;
  uint32_t lines_left_ = 0;  ///< of the current order
  int32_t line_number_ = 0;
  int32_t order_date_ = 0;
};

/// l_orderkey int64, ... l_comment string; all nullable, none null.
Schema lineitem_schema();

/// The next `rows` rows (at most 40 million: text offsets have 31 bits).
Batch next_batch(LineItems& items, int64_t rows);

/// Appends one JSON object and a newline. Dates are "YYYY-MM-DD", money has two decimals.
void append_ndjson(const LineItem& item, std::string& out);

}  // namespace sluice::bench
