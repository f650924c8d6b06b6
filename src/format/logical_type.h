// LogicalType: what the values of a column mean (parquet-format, LogicalTypes.md, and the union in parquet.thrift).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "format/thrift_reader.h"
#include "format/thrift_writer.h"
#include "sluice/types.h"

namespace sluice {

/// The number is the id of the union's member that is set; 0 stands for one that we do not know.
enum class LogicalKind : uint8_t {
  unrecognised = 0,
  string = 1,
  map = 2,
  list = 3,
  enum_ = 4,
  decimal = 5,
  date = 6,
  time = 7,
  timestamp = 8,
  integer = 10,
  unknown = 11,  ///< only nulls: the specification's UNKNOWN
  json = 12,
  bson = 13,
  uuid = 14,
  float16 = 15,
  variant = 16,
  geometry = 17,
  geography = 18,
  vector = 19,
};

/// How a geography joins two points (parquet.thrift, EdgeInterpolationAlgorithm); without one: spherical. A file may
/// hold any number.
enum class EdgeAlgorithm : int32_t { spherical = 0, vincenty = 1, thomas = 2, andoyer = 3, karney = 4 };

/// A kind and the parameters that it has; the others keep their defaults.
struct LogicalType {
  LogicalKind kind = LogicalKind::unrecognised;
  bool is_adjusted_to_utc = false;           ///< time, timestamp
  TimeUnit unit = TimeUnit::millisecond;     ///< time, timestamp; Parquet has no seconds
  bool is_signed = false;                    ///< integer
  int8_t bit_width = 0;                      ///< integer: 8, 16, 32, 64
  int32_t scale = 0;                         ///< decimal
  int32_t precision = 0;                     ///< decimal
  std::optional<std::string> crs{};          ///< geometry, geography
  std::optional<EdgeAlgorithm> algorithm{};  ///< geography
  std::string raw{};  ///< variant, geometry, geography, unrecognised: the union as it was read, to be written so again

  /// Throws Error{bug} for a time or timestamp in seconds.
  void write(ThriftWriter& out) const;
  /// Kinds and time units of a later specification become `unrecognised` and keep their bytes.
  static LogicalType read(ThriftReader& in);

  friend bool operator==(const LogicalType& a, const LogicalType& b) = default;
};

}  // namespace sluice
