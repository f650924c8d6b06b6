// Counts the records of a run: the bad ones by what is wrong with them, and all, of which they are a share.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/write.h"
#include "sources/record_fault.h"

namespace sluice {

/// Reasons that are kept apart; the columns beyond are counted together.
inline constexpr size_t kBadReasonsMax = 100;

/// Not thread-safe.
class RecordTally {
 public:
  explicit RecordTally(const SourceOptions& options)
      : bad_max_(options.bad_records_max), bad_percent_max_(options.bad_percent_max) {}

  /// One more bad record. `text_name` is what its source should be: "JSON".
  void add(const RecordFault& fault, std::string_view text_name);
  /// More records of any kind.
  void add_records(int64_t count) { records_ += count; }

  const BadRecordCounts& bad() const { return bad_; }
  /// Whether more are bad than may be.
  bool is_over() const { return bad_.total > bad_max_; }
  /// At the end: throws Error{data} if the share of bad records is larger than it may be. `source` names all sources.
  void check_share(const std::string& source) const;

 private:
  const int64_t bad_max_;
  const double bad_percent_max_;
  BadRecordCounts bad_;
  int64_t records_ = 0;
};

}  // namespace sluice
