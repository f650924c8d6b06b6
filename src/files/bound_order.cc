#include "files/bound_order.h"

#include <cstdint>

#include "base/bytes.h"
#include "base/float16.h"
#include "format/schema_elements.h"

namespace sluice {
namespace {

template <typename T>
std::partial_ordering compare_numbers(std::string_view a, std::string_view b) {
  if (a.size() != sizeof(T) || b.size() != sizeof(T)) return std::partial_ordering::unordered;
  return load<T>(a.data()) <=> load<T>(b.data());
}

std::partial_ordering compare_bytes(std::string_view a, std::string_view b) { return a <=> b; }

// Big-endian two's complement of one length: all but the sign is in the order of the bytes.
std::partial_ordering compare_signed_bytes(std::string_view a, std::string_view b) {
  if (a.size() != b.size() || a.empty()) return std::partial_ordering::unordered;
  const auto first = [](std::string_view bytes) { return static_cast<signed char>(bytes[0]); };
  if (first(a) != first(b)) return first(a) <=> first(b);
  return compare_bytes(a, b);
}

std::partial_ordering compare_float16(std::string_view a, std::string_view b) {
  if (a.size() != sizeof(uint16_t) || b.size() != sizeof(uint16_t)) return std::partial_ordering::unordered;
  return from_float16(load<uint16_t>(a.data())) <=> from_float16(load<uint16_t>(b.data()));
}

std::partial_ordering compare_carried(const Type& type, std::string_view a, std::string_view b) {
  switch (physical_type_of(type)) {
    case PhysicalType::int32: return compare_numbers<int32_t>(a, b);
    case PhysicalType::int64: return compare_numbers<int64_t>(a, b);
    default: return compare_signed_bytes(a, b);
  }
}

}  // namespace

std::partial_ordering compare_bounds(const Type& type, std::string_view a, std::string_view b) {
  switch (type.kind()) {
    case TypeKind::boolean: return compare_numbers<uint8_t>(a, b);
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::int64:
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::timestamp:
    case TypeKind::duration:
    case TypeKind::decimal: return compare_carried(type, a, b);
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32: return compare_numbers<uint32_t>(a, b);
    case TypeKind::uint64: return compare_numbers<uint64_t>(a, b);
    case TypeKind::float16: return compare_float16(a, b);
    case TypeKind::float32: return compare_numbers<float>(a, b);
    case TypeKind::float64: return compare_numbers<double>(a, b);
    case TypeKind::fixed:
    case TypeKind::uuid:
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_: return compare_bytes(a, b);
    case TypeKind::null:
    case TypeKind::geometry:
    case TypeKind::geography:
    case TypeKind::list:
    case TypeKind::fixed_list:
    case TypeKind::map:
    case TypeKind::struct_: break;
  }
  return std::partial_ordering::unordered;
}

}  // namespace sluice
