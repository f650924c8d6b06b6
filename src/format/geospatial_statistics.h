// What a footer says of shapes (parquet-format, parquet.thrift, BoundingBox and GeospatialStatistics; Geospatial.md).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/thrift_reader.h"
#include "format/thrift_writer.h"

namespace sluice {

/// Around all positions, bounds included. Whoever uses one that was read makes sure first that none is NaN; `xmin` may
/// be larger than `xmax`: then the box goes through the antimeridian.
struct BoundingBox {
  double xmin = 0;
  double xmax = 0;
  double ymin = 0;
  double ymax = 0;
  std::optional<double> zmin{};
  std::optional<double> zmax{};
  std::optional<double> mmin{};
  std::optional<double> mmax{};

  void write(ThriftWriter& out) const;
  static BoundingBox read(ThriftReader& in);

  friend bool operator==(const BoundingBox& a, const BoundingBox& b) = default;
};

struct GeospatialStatistics {
  std::optional<BoundingBox> bbox{};  ///< none: nothing is known of positions
  /// ISO codes of well-known binary: 1 = Point ... 7 = GeometryCollection, + 1000 with Z, + 2000 with M, + 3000 with
  /// both. Empty: not known, and not written.
  std::vector<int32_t> geospatial_types{};

  void write(ThriftWriter& out) const;
  static GeospatialStatistics read(ThriftReader& in);

  friend bool operator==(const GeospatialStatistics& a, const GeospatialStatistics& b) = default;
};

}  // namespace sluice
