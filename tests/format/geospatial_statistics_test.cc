#include "format/geospatial_statistics.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "format/wire.h"

namespace sluice::geospatial_statistics_test {
namespace {

using test::bytes_of;
using test::expect_round_trip;
using test::from_hex;
using test::hex;
using test::read_back;

TEST(GeospatialStatistics, GoldenBytes) {
  const GeospatialStatistics some{
      .bbox = BoundingBox{.xmin = 1, .xmax = 2, .ymin = -1, .ymax = 0, .mmin = 0.5, .mmax = 0.5},
      .geospatial_types = {1, 3007}};
  EXPECT_EQ(hex(bytes_of(some)),
            "1c "                          // bbox
            "17 00 00 00 00 00 00 f0 3f "  // xmin
            "17 00 00 00 00 00 00 00 40 "  // xmax
            "17 00 00 00 00 00 00 f0 bf "  // ymin
            "17 00 00 00 00 00 00 00 00 "  // ymax
            "37 00 00 00 00 00 00 e0 3f "  // mmin, two ids on
            "17 00 00 00 00 00 00 e0 3f "  // mmax
            "00 "
            "19 25 02 fe 2e "  // 2 types
            "00");
  EXPECT_EQ(hex(bytes_of(GeospatialStatistics{})), "00");
}

TEST(GeospatialStatistics, EveryCombinationComesBack) {
  for (unsigned mask = 0; mask < 64; ++mask) {
    GeospatialStatistics some;
    if (mask & 1) some.bbox = BoundingBox{.xmin = 170, .xmax = -170, .ymin = -0.0, .ymax = 1e300};
    if (some.bbox && (mask & 2)) some.bbox->zmin = -std::numeric_limits<double>::infinity();
    if (some.bbox && (mask & 4)) some.bbox->zmax = 5;
    if (some.bbox && (mask & 8)) some.bbox->mmin = 5;
    if (some.bbox && (mask & 16)) some.bbox->mmax = std::numeric_limits<double>::denorm_min();
    if (mask & 32) some.geospatial_types = {1, 2, 3, 1004, 2005, 3006, 7, -1, INT32_MAX};
    expect_round_trip(some);
  }
}

TEST(GeospatialStatistics, AnEmptyListOfTypesIsTheSameAsNone) {
  EXPECT_TRUE(read_back<GeospatialStatistics>(from_hex("29 05 00")) == GeospatialStatistics{});
}

TEST(GeospatialStatistics, ABoxHasItsFourSides) {
  try {
    read_back<GeospatialStatistics>(from_hex("1c 17 00 00 00 00 00 00 f0 3f 27 00 00 00 00 00 00 f0 3f 00 00"));
    ADD_FAILURE() << "read a box without xmax";
  } catch (const ThriftError& error) {
    EXPECT_STREQ(error.what(), "BoundingBox lacks its field 2");
  }
}

}  // namespace
}  // namespace sluice::geospatial_statistics_test
