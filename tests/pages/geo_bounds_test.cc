#include "pages/geo_bounds.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include "support/draw.h"

namespace sluice::geo_bounds_test {
namespace {

using test::Draw;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Writes shapes, in either byte order.
class ShapeWriter {
 public:
  explicit ShapeWriter(bool big_endian = false) : big_endian_(big_endian) {}

  ShapeWriter& shape(uint32_t code) {
    text_ += big_endian_ ? '\0' : '\1';
    return number(code);
  }
  ShapeWriter& number(uint32_t value) {
    append(std::bit_cast<std::array<char, 4>>(value));
    return *this;
  }
  ShapeWriter& position(std::initializer_list<double> coordinates) {
    for (const double coordinate : coordinates) append(std::bit_cast<std::array<char, 8>>(coordinate));
    return *this;
  }
  ShapeWriter& bytes(std::string_view text) {
    text_ += text;
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  template <size_t size>
  void append(std::array<char, size> bytes) {
    if (big_endian_) std::reverse(bytes.begin(), bytes.end());
    text_.append(bytes.data(), size);
  }
  bool big_endian_;
  std::string text_;
};

std::string point(double x, double y) { return ShapeWriter().shape(1).position({x, y}).text(); }

std::optional<GeospatialStatistics> statistics_of(const std::vector<std::string>& shapes, bool planar = true) {
  GeoBounds bounds(planar);
  for (const std::string& shape : shapes) bounds.add(shape);
  return bounds.finish();
}

void expect_refused(const std::string& shape) {
  GeoBounds bounds(true);
  EXPECT_TRUE(bounds.add(point(1, 2)));
  EXPECT_FALSE(bounds.add(shape));
  EXPECT_TRUE(bounds.add(point(3, 4)));
  EXPECT_FALSE(bounds.finish());
  // The next chunk is another matter.
  EXPECT_TRUE(bounds.add(point(3, 4)));
  EXPECT_TRUE(bounds.finish());
}

TEST(GeoBounds, PointsInAllDimensionsAndByteOrders) {
  for (const bool big_endian : {false, true}) {
    const auto of = [&](uint32_t code, std::initializer_list<double> position) {
      return statistics_of({ShapeWriter(big_endian).shape(code).position(position).text()}).value();
    };
    EXPECT_EQ(of(1, {1, -2}), (GeospatialStatistics{BoundingBox{1, 1, -2, -2, {}, {}, {}, {}}, {1}}));
    EXPECT_EQ(of(1001, {1, 2, 3}), (GeospatialStatistics{BoundingBox{1, 1, 2, 2, 3, 3, {}, {}}, {1001}}));
    EXPECT_EQ(of(2001, {1, 2, 3}), (GeospatialStatistics{BoundingBox{1, 1, 2, 2, {}, {}, 3, 3}, {2001}}));
    EXPECT_EQ(of(3001, {1, 2, 3, 4}), (GeospatialStatistics{BoundingBox{1, 1, 2, 2, 3, 3, 4, 4}, {3001}}));
  }
}

TEST(GeoBounds, TheBoxGoesAroundAllValues) {
  const std::string line = ShapeWriter().shape(2).number(3).position({0, 5, -7, 2, 3, 3}).text();
  const auto some = statistics_of({point(1, 1), line, point(2, -1)}).value();
  EXPECT_EQ(some, (GeospatialStatistics{BoundingBox{-7, 3, -1, 5, {}, {}, {}, {}}, {1, 2}}));
}

TEST(GeoBounds, KindsComeOnceAndInOrder) {
  const std::string collection = ShapeWriter().shape(7).number(0).text();
  const std::string high = ShapeWriter().shape(1001).position({1, 2, 3}).text();
  const auto some = statistics_of({high, collection, point(0, 0), collection, high}).value();
  EXPECT_EQ(some.geospatial_types, (std::vector<int32_t>{1, 7, 1001}));
}

TEST(GeoBounds, PartsAreNotKindsOfTheirOwn) {
  ShapeWriter collection(true);
  collection.shape(7).number(2).shape(1).position({9, 9});
  collection.shape(6).number(1).shape(3).number(2);
  collection.number(2).position({1, 2, 3, 4}).number(1).position({-5, 6});
  const auto some = statistics_of({collection.text()}).value();
  EXPECT_EQ(some, (GeospatialStatistics{BoundingBox{-5, 9, 2, 9, {}, {}, {}, {}}, {7}}));
}

TEST(GeoBounds, PartsMayHaveAnotherByteOrder) {
  ShapeWriter part(true);
  part.shape(1).position({5, 6});
  const std::string whole = ShapeWriter().shape(4).number(2).bytes(point(1, 2)).bytes(part.text()).text();
  EXPECT_EQ(statistics_of({whole}).value(), (GeospatialStatistics{BoundingBox{1, 5, 2, 6, {}, {}, {}, {}}, {4}}));
}

TEST(GeoBounds, NanIsPassedOver) {
  EXPECT_EQ(statistics_of({point(kNan, kNan)}).value(), (GeospatialStatistics{std::nullopt, {1}}));
  EXPECT_EQ(statistics_of({point(1, kNan)}).value(), (GeospatialStatistics{std::nullopt, {1}}));
  EXPECT_EQ(statistics_of({point(1, kNan), point(kNan, 2), point(3, kNan)}).value().bbox,
            (BoundingBox{1, 3, 2, 2, {}, {}, {}, {}}));
  const std::string line = ShapeWriter().shape(1002).number(2).position({1, 2, kNan, 4, -kNan, kNan}).text();
  EXPECT_EQ(statistics_of({line}).value().bbox, (BoundingBox{1, 4, 2, 2, {}, {}, {}, {}}));
}

TEST(GeoBounds, EmptyShapesHaveAKindAndNoBox) {
  for (const uint32_t kind : {2u, 3u, 4u, 5u, 6u, 7u, 1002u, 2007u, 3003u}) {
    const auto some = statistics_of({ShapeWriter().shape(kind).number(0).text()}).value();
    EXPECT_EQ(some, (GeospatialStatistics{std::nullopt, {static_cast<int32_t>(kind)}}));
  }
}

TEST(GeoBounds, InfinityIsACoordinate) {
  EXPECT_EQ(statistics_of({point(kInfinity, -kInfinity)}).value().bbox,
            (BoundingBox{kInfinity, kInfinity, -kInfinity, -kInfinity, {}, {}, {}, {}}));
}

TEST(GeoBounds, AGlobeHasKindsAlone) {
  EXPECT_EQ(statistics_of({point(1, 2)}, false).value(), (GeospatialStatistics{std::nullopt, {1}}));
  EXPECT_FALSE(statistics_of({point(1, 2), "?"}, false));
}

TEST(GeoBounds, NoValuesNoStatistics) { EXPECT_FALSE(statistics_of({})); }

TEST(GeoBounds, WhatIsNotUnderstoodTakesAllStatistics) {
  expect_refused("");
  expect_refused("POINT (1 2)");
  expect_refused(std::string("\2") + point(1, 2).substr(1));  // no byte order
  expect_refused(point(1, 2) + '\0');                         // more after it
  for (const uint32_t code : {0u, 8u, 15u, 17u, 1000u, 1008u, 4001u, 0x2000'0001u, 0x8000'0001u, UINT32_MAX})
    expect_refused(ShapeWriter().shape(code).position({1, 2, 3, 4}).text());
  expect_refused(ShapeWriter().shape(4).number(1).shape(2).number(0).text());               // a line among points
  expect_refused(ShapeWriter().shape(1004).number(1).bytes(point(1, 2)).text());            // without its Z
  expect_refused(ShapeWriter().shape(7).number(1).shape(1001).position({1, 2, 3}).text());  // with one too many
}

TEST(GeoBounds, TruncationAnywhereIsNotUnderstood) {
  ShapeWriter writer;
  writer.shape(7).number(3).bytes(point(1, 2)).shape(5).number(1).shape(2).number(2).position({1, 2, 3, 4});
  writer.shape(3).number(1).number(1).position({0, 0});
  EXPECT_TRUE(statistics_of({writer.text()}));
  for (size_t size = 0; size < writer.text().size(); ++size) {
    // A copy of its own size, so that a read past the end is seen.
    const std::vector<char> part(writer.text().begin(), writer.text().begin() + static_cast<ptrdiff_t>(size));
    GeoBounds bounds(true);
    EXPECT_FALSE(bounds.add({part.data(), part.size()})) << size;
  }
}

TEST(GeoBounds, CountsThatAreMadeUpEndWithTheBytes) {
  for (uint32_t kind = 2; kind <= 7; ++kind) {
    expect_refused(ShapeWriter().shape(kind).number(UINT32_MAX).position({1, 2}).text());
    expect_refused(ShapeWriter().shape(3000 + kind).number(0x0800'0000).position({1, 2, 3, 4}).text());
  }
}

TEST(GeoBounds, DepthHasALimit) {
  const auto nested = [](int depth) {
    ShapeWriter writer;
    for (int i = 1; i < depth; ++i) writer.shape(7).number(1);
    return writer.shape(1).position({1, 2}).text();
  };
  EXPECT_TRUE(statistics_of({nested(1)}));
  EXPECT_TRUE(statistics_of({nested(kShapeDepthMax)}));
  expect_refused(nested(kShapeDepthMax + 1));
  expect_refused(nested(1'000'000));
}

/// Draws a shape and keeps the box around it the slow way.
struct RandomShapes {
  explicit RandomShapes(uint64_t seed) : draw(seed) {}

  double coordinate() {
    const int64_t choice = draw.between(0, 30);
    if (choice == 0) return kNan;
    if (choice == 1) return -kNan;
    if (choice == 2) return kInfinity;
    if (choice == 3) return -0.0;
    return static_cast<double>(draw.between(-1'000, 1'000)) / 8;
  }
  void positions(ShapeWriter& out, uint32_t count, uint32_t dimensions) {
    constexpr std::array<std::string_view, 4> kAxes = {"xy", "xyz", "xym", "xyzm"};
    for (uint32_t i = 0; i < count; ++i)
      for (const char axis : kAxes[dimensions]) {
        const double value = coordinate();
        out.position({value});
        if (!std::isnan(value)) seen[std::string_view("xyzm").find(axis)].push_back(value);
      }
  }
  void rings(ShapeWriter& out, uint32_t dimensions) {
    const auto count = static_cast<uint32_t>(draw.below(3));
    out.number(count);
    for (uint32_t i = 0; i < count; ++i) {
      const auto length = static_cast<uint32_t>(draw.below(6));
      positions(out.number(length), length, dimensions);
    }
  }
  std::string shape(uint32_t kind, uint32_t dimensions, int depth) {
    ShapeWriter out(draw.chance(50));
    out.shape(dimensions * 1'000 + kind);
    if (kind == 1) positions(out, 1, dimensions);
    if (kind == 2) {
      const auto length = static_cast<uint32_t>(draw.below(8));
      positions(out.number(length), length, dimensions);
    }
    if (kind == 3) rings(out, dimensions);
    if (kind >= 4) {
      const auto parts = static_cast<uint32_t>(draw.below(4));
      out.number(parts);
      for (uint32_t i = 0; i < parts; ++i) {
        const auto any = static_cast<uint32_t>(depth < 4 ? draw.between(1, 7) : draw.between(1, 3));
        out.bytes(shape(kind < 7 ? kind - 3 : any, dimensions, depth + 1));
      }
    }
    return out.text();
  }

  Draw draw;
  std::array<std::vector<double>, 4> seen{};
};

void expect_range(const std::vector<double>& seen, std::optional<double> min, std::optional<double> max) {
  ASSERT_EQ(seen.empty(), !min);
  ASSERT_EQ(seen.empty(), !max);
  if (seen.empty()) return;
  EXPECT_EQ(*min, *std::min_element(seen.begin(), seen.end()));
  EXPECT_EQ(*max, *std::max_element(seen.begin(), seen.end()));
}

TEST(GeoBounds, NoPositionLiesOutside) {
  for (uint64_t seed = 1; seed <= 2'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomShapes random(seed);
    GeoBounds bounds(true);
    std::set<int32_t> codes;
    for (int64_t i = random.draw.between(1, 5); i > 0; --i) {
      const auto kind = static_cast<uint32_t>(random.draw.between(1, 7));
      const auto dimensions = static_cast<uint32_t>(random.draw.below(4));
      ASSERT_TRUE(bounds.add(random.shape(kind, dimensions, 1)));
      codes.insert(static_cast<int32_t>(dimensions * 1'000 + kind));
    }
    const GeospatialStatistics some = bounds.finish().value();
    EXPECT_EQ(some.geospatial_types, std::vector<int32_t>(codes.begin(), codes.end()));
    const bool boxed = !random.seen[0].empty() && !random.seen[1].empty();
    ASSERT_EQ(some.bbox.has_value(), boxed);
    if (!boxed) continue;
    expect_range(random.seen[0], some.bbox->xmin, some.bbox->xmax);
    expect_range(random.seen[1], some.bbox->ymin, some.bbox->ymax);
    expect_range(random.seen[2], some.bbox->zmin, some.bbox->zmax);
    expect_range(random.seen[3], some.bbox->mmin, some.bbox->mmax);
  }
}

// Whatever the bytes are, nothing is read beyond them (the sanitizers watch).
TEST(GeoBounds, MutationsAreReadOrRefused) {
  int read = 0;
  int refused = 0;
  for (uint64_t seed = 1; seed <= 5'000; ++seed) {
    RandomShapes random(seed);
    std::string text = random.shape(static_cast<uint32_t>(random.draw.between(1, 7)), 0, 1);
    for (int64_t i = random.draw.between(1, 3); i > 0 && !text.empty(); --i) {
      const size_t at = random.draw.below(text.size());
      if (random.draw.chance(60))
        text[at] = static_cast<char>(random.draw.bits());
      else if (random.draw.chance(50))
        text.erase(at, 1 + random.draw.below(8));
      else
        text.resize(at);
    }
    const std::vector<char> copy(text.begin(), text.end());
    GeoBounds bounds(random.draw.chance(50));
    ++(bounds.add({copy.data(), copy.size()}) ? read : refused);
  }
  EXPECT_GT(read, 100);
  EXPECT_GT(refused, 100);
}

}  // namespace
}  // namespace sluice::geo_bounds_test
