#include "pages/geo_bounds.h"

#include <bit>
#include <cstddef>
#include <cstring>
#include <span>

#include "base/bytes.h"

namespace sluice {
namespace {

enum class Kind : uint32_t {
  point = 1,
  line_string = 2,
  polygon = 3,
  multi_point = 4,
  multi_line_string = 5,
  multi_polygon = 6,
  collection = 7,
};

struct ShapeCode {
  Kind kind = Kind::point;
  uint32_t dimensions = 0;  ///< 1 = with Z, 2 = with M, 3 = with both
};

std::optional<ShapeCode> to_shape_code(uint32_t code) {
  const uint32_t kind = code % 1000;
  const uint32_t dimensions = code / 1000;
  if (kind < 1 || kind > 7 || dimensions > 3) return std::nullopt;
  return ShapeCode{static_cast<Kind>(kind), dimensions};
}

// What the parts of a shape must be; any, for a collection.
std::optional<Kind> part_of(Kind kind) {
  switch (kind) {
    case Kind::multi_point: return Kind::point;
    case Kind::multi_line_string: return Kind::line_string;
    case Kind::multi_polygon: return Kind::polygon;
    default: return std::nullopt;
  }
}

}  // namespace

// A cursor over one value; members return false where the bytes are not what they should be.
class GeoBounds::Shapes {
 public:
  Shapes(ByteSpan bytes, Box* box) : bytes_(bytes), box_(box) {}

  size_t bytes_left() const { return bytes_.size(); }

  /// One shape with all its parts, and its code.
  std::optional<ShapeCode> read_shape(int depth) {
    if (depth > kShapeDepthMax || bytes_.empty()) return std::nullopt;
    const auto order = std::to_integer<uint8_t>(bytes_[0]);
    bytes_ = bytes_.subspan(1);
    const bool swapped = order == 0;
    uint32_t number = 0;
    if (order > 1 || !read_number(swapped, number)) return std::nullopt;
    const std::optional<ShapeCode> code = to_shape_code(number);
    if (!code || !read_body(*code, swapped, depth)) return std::nullopt;
    return code;
  }

 private:
  bool read_body(ShapeCode code, bool swapped, int depth) {
    if (code.kind == Kind::point) return read_positions(1, code.dimensions, swapped);
    uint32_t count = 0;
    if (!read_number(swapped, count)) return false;
    if (code.kind == Kind::line_string) return read_positions(count, code.dimensions, swapped);
    // Each part takes some bytes, so a count that is made up ends with them.
    for (uint32_t i = 0; i < count; ++i)
      if (!(code.kind == Kind::polygon ? read_ring(code.dimensions, swapped) : read_part(code, depth))) return false;
    return true;
  }

  bool read_ring(uint32_t dimensions, bool swapped) {
    uint32_t count = 0;
    return read_number(swapped, count) && read_positions(count, dimensions, swapped);
  }

  bool read_part(ShapeCode whole, int depth) {
    const std::optional<ShapeCode> part = read_shape(depth + 1);
    return part && part->dimensions == whole.dimensions && part->kind == part_of(whole.kind).value_or(part->kind);
  }

  bool read_number(bool swapped, uint32_t& into) {
    if (bytes_.size() < sizeof into) return false;
    into = load<uint32_t>(bytes_.data());
    if (swapped) into = __builtin_bswap32(into);
    bytes_ = bytes_.subspan(sizeof into);
    return true;
  }

  bool read_positions(uint64_t count, uint32_t dimensions, bool swapped) {
    const size_t axes = 2 + (dimensions & 1) + (dimensions >> 1);
    const uint64_t size = count * axes * sizeof(double);  // at most 2^32 * 2^5
    if (size > bytes_.size()) return false;
    const ByteSpan positions = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    if (box_ == nullptr) return true;
    for (size_t axis = 0; axis < axes; ++axis) {
      // The third of three is m where there is no z.
      Range& range = (*box_)[axis == 2 && dimensions == 2 ? 3 : axis];
      if (swapped)
        cover<true>(positions, axis, axes, range);
      else
        cover<false>(positions, axis, axes, range);
    }
    return true;
  }

  template <bool swapped>
  static void cover(ByteSpan positions, size_t axis, size_t axes, Range& range) {
    Range covered = range;
    for (size_t at = axis * sizeof(double); at < positions.size(); at += axes * sizeof(double)) {
      auto bits = load<uint64_t>(positions.data() + at);
      if constexpr (swapped) bits = __builtin_bswap64(bits);
      const auto value = std::bit_cast<double>(bits);
      // Neither holds for NaN.
      if (value < covered.min) covered.min = value;
      if (value > covered.max) covered.max = value;
    }
    range = covered;
  }

  ByteSpan bytes_;
  Box* box_;  ///< none where positions do not matter
};

bool GeoBounds::add(std::string_view shape) {
  Shapes shapes(as_bytes(shape), planar_ ? &box_ : nullptr);
  const std::optional<ShapeCode> code = shapes.read_shape(1);
  if (!code || shapes.bytes_left() > 0) {
    understood_ = false;
    return false;
  }
  codes_seen_[code->dimensions * 8 + static_cast<uint32_t>(code->kind)] = true;
  return true;
}

std::optional<GeospatialStatistics> GeoBounds::finish() {
  GeospatialStatistics out;
  for (size_t i = 0; i < codes_seen_.size(); ++i)
    if (codes_seen_[i]) out.geospatial_types.push_back(static_cast<int32_t>(i / 8 * 1000 + i % 8));
  const auto& [x, y, z, m] = box_;
  if (x.any() && y.any()) {
    BoundingBox& box = out.bbox.emplace(BoundingBox{.xmin = x.min, .xmax = x.max, .ymin = y.min, .ymax = y.max});
    if (z.any()) box.zmin = z.min, box.zmax = z.max;
    if (m.any()) box.mmin = m.min, box.mmax = m.max;
  }
  const bool known = understood_ && !out.geospatial_types.empty();
  *this = GeoBounds(planar_);
  return known ? std::optional(out) : std::nullopt;
}

}  // namespace sluice
