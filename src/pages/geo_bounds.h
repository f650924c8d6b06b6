// Which kinds of shapes a column chunk has, and the box around them (parquet-format, Geospatial.md, "Statistics"), from
// well-known binary in its ISO form (OGC 06-103r4, 8.2):
//
//   shape      = order (1 byte: 0 big-endian, 1 little-endian), code (4 bytes), body
//   code       = kind + 1000 with Z, + 2000 with M, + 3000 with both
//   Point      = a position: x y [z] [m], doubles; all NaN where the point is empty
//   LineString = count, positions        Polygon = count, rings, each of them count and positions
//   Multi...   = count, whole shapes of the one kind      GeometryCollection = count, whole shapes of any kind
//
// A coordinate that is NaN is passed over. The box of shapes with straight edges on a plane (GEOMETRY) is that of their
// positions; an edge over a globe (GEOGRAPHY) leaves it, so there kinds alone are kept.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "format/geospatial_statistics.h"

namespace sluice {

/// Shapes in collections in collections may be so deep: nobody draws such, and each level costs stack.
inline constexpr int kShapeDepthMax = 32;

class GeoBounds {
 public:
  /// `planar`: of a GEOMETRY.
  explicit GeoBounds(bool planar) : planar_(planar) {}

  /// A value of the chunk. False for one that is not understood: no well-known binary, one with an SRID, a curve, a
  /// part that does not suit its whole, bytes left over. Where it lies is then unknown, so the chunk has no statistics.
  bool add(std::string_view shape);

  /// Nothing for a chunk without values or with one that was not understood. Then starts anew for the next chunk.
  std::optional<GeospatialStatistics> finish();

 private:
  struct Range {
    double min = std::numeric_limits<double>::infinity();
    double max = -std::numeric_limits<double>::infinity();
    bool any() const { return min <= max; }
  };
  using Box = std::array<Range, 4>;  ///< x, y, z, m
  class Shapes;

  bool planar_;
  bool understood_ = true;
  Box box_;
  std::array<bool, 32> codes_seen_{};  ///< [dimensions * 8 + kind]
};

}  // namespace sluice
