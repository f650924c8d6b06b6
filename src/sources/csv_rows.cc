// A block is indexed in slices: their text and ends stay in a core's second-level cache until they have been read.
#include "sources/csv_rows.h"

#include <simdjson.h>

#include <algorithm>
#include <string>

#include "sluice/literals.h"

namespace sluice {

namespace {

constexpr size_t kScanBytes = 64_KiB;
// After one very long record the memory for its ends is given back.
constexpr size_t kKeptEndsMax = 1'000'000;

std::string count_of(size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

}  // namespace

void CsvRows::begin(const RecordBlock& block) {
  block_ = &block;
  text_ = block.bytes.view().data();
  columns_ = block.csv->names.size();
  state_ = CsvState::field_start;
  if (index_.ends.size() > kKeptEndsMax) index_ = {};
  index_.clear();
  if (index_.ends.empty()) index_.ends.resize(1);
  index_.ends[index_.end_count++] = static_cast<uint32_t>(block.begin) - 1;  // 0 - 1 wraps around, and + 1 back again
  scanned_ = block.begin;
  first_ = 0;
  line_ = 0;
  next_irregular_ = 0;
}

CsvRows::Step CsvRows::next() {
  for (;;) {
    if (line_ == index_.lines.size()) {
      if (!scan_more()) return Step::end;
      continue;
    }
    const size_t run_first = first_;
    const size_t run_line = line_;
    while (line_ < index_.lines.size() && index_.lines[line_] - first_ == columns_ &&
           !has_irregular(index_.ends[index_.lines[line_]]))
      first_ = index_.lines[line_++];
    if (line_ > run_line) {
      run_ = {text_, index_.ends.data() + run_first, columns_, line_ - run_line};
      return Step::run;
    }
    const size_t begin = uint32_t{index_.ends[first_] + 1};
    const uint32_t end = index_.ends[index_.lines[line_]];
    std::string_view record(text_ + begin, end - begin);
    if (record.ends_with('\r')) record.remove_suffix(1);
    const bool is_blank = record.empty();
    if (!is_blank) {
      bad_record_ = record;
      refuse(end);
    }
    first_ = index_.lines[line_++];
    if (!is_blank) return Step::bad;
  }
}

// Whether one lies before that position; those that do are done with.
inline bool CsvRows::has_irregular(uint32_t before) {
  return next_irregular_ < index_.irregular.size() && index_.irregular[next_irregular_] < before;
}

// Indexes the next slice, and more until a record ends in it. What the last one had of a record comes first.
bool CsvRows::scan_more() {
  if (scanned_ == block_->end) return false;
  if (first_ > 0) {
    std::copy(index_.ends.begin() + static_cast<ptrdiff_t>(first_),
              index_.ends.begin() + static_cast<ptrdiff_t>(index_.end_count), index_.ends.begin());
    index_.end_count -= first_;
    first_ = 0;
    index_.irregular.erase(index_.irregular.begin(),
                           index_.irregular.begin() + static_cast<ptrdiff_t>(next_irregular_));
    next_irregular_ = 0;
  }
  index_.lines.clear();
  line_ = 0;
  while (index_.lines.empty() && scanned_ < block_->end) {
    const size_t to = scanned_ + std::min(kScanBytes, block_->end - scanned_);
    index_csv(text_, scanned_, to, block_->csv->dialect, state_, index_);
    scanned_ = to;
  }
  if (index_.lines.empty()) return false;  // never so in a block of whole records
  const size_t begin = uint32_t{index_.ends[0] + 1};
  is_utf8_ = simdjson::validate_utf8(text_ + begin, size_t{index_.ends[index_.lines.back()]} - begin);
  return true;
}

// Words what is wrong with the record at hand, which ends at `end`.
void CsvRows::refuse(uint32_t end) {
  const CsvDialect& dialect = block_->csv->dialect;
  fault_ = {.malformed = true};
  const uint64_t begin = block_->offset + uint32_t{index_.ends[first_] + 1};
  fault_.record_byte = begin;
  fault_.byte = begin;
  behind_bad_record_ = size_t{end} + 1;
  if (has_irregular(end)) {
    const uint32_t place = index_.irregular[next_irregular_];
    fault_.byte = block_->offset + place;
    if (text_[place] == '\r') {
      fault_.sentence = "a carriage return that neither ends a line, together with a line feed, nor stands in quotes";
    } else {
      fault_.sentence = "a quote inside a field that does not begin with one";
      fault_.hint = "Such a field is to be put in quotes, and those inside doubled; --quote none takes quotes as text.";
    }
    while (has_irregular(end)) ++next_irregular_;
    return;
  }
  const size_t found = index_.lines[line_] - first_;
  fault_.sentence = count_of(found, "field") + ", expected " + std::to_string(columns_) + " as in the " +
                    (block_->csv->has_header ? "header" : "first record");
  if (columns_ == 1 && dialect.delimiter == ',')
    fault_.hint = "--delimiter says what stands between fields, if it is not a comma.";
}

}  // namespace sluice
