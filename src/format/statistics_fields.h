// Statistics and SizeStatistics as a footer holds them (parquet-format, parquet.thrift). Bounds are in PLAIN encoding,
// byte arrays without their length.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice {

/// The deprecated `min` and `max` (fields 1 and 2) are neither written nor kept: their order was never defined.
struct Statistics {
  std::optional<int64_t> null_count{};
  std::optional<int64_t> distinct_count{};
  std::optional<std::string> max_value{};
  std::optional<std::string> min_value{};
  std::optional<bool> is_max_value_exact{};
  std::optional<bool> is_min_value_exact{};
  /// The bounds are the deprecated `min` and `max` of old writers, which the file has alone: of signed comparison,
  /// whatever the type.
  bool are_deprecated = false;
  std::optional<int64_t> nan_count{};

  void write(ThriftWriter& out) const;
  static Statistics read(ThriftReader& in);

  friend bool operator==(const Statistics& a, const Statistics& b) = default;
};

/// Histograms have one count for each level from 0; an empty one is not written.
struct SizeStatistics {
  std::optional<int64_t> unencoded_byte_array_data_bytes{};
  std::vector<int64_t> repetition_level_histogram{};
  std::vector<int64_t> definition_level_histogram{};

  void write(ThriftWriter& out) const;
  static SizeStatistics read(ThriftReader& in);

  friend bool operator==(const SizeStatistics& a, const SizeStatistics& b) = default;
};

}  // namespace sluice
