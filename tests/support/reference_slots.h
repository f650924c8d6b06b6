// Nested values as levels, record by record: what the writer must store, by the definition and with no regard to speed
// (Dremel, VLDB 2010, section 4; parquet-format README, "Nested Encoding").
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <ostream>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/decimal.h"
#include "columns/widths.h"
#include "pages/striping.h"
#include "schema/leaves.h"
#include "support/draw.h"
#include "support/make_columns.h"
#include "support/value_tree.h"

namespace sluice::test {

/// What one slot of a leaf column holds. The value is in the form that a file stores, one byte for a boolean.
struct Slot {
  int repetition = 0;
  int definition = 0;
  std::optional<std::string> value{};

  friend bool operator==(const Slot& a, const Slot& b) = default;
  friend std::ostream& operator<<(std::ostream& out, const Slot& slot) {
    out << slot.repetition << slot.definition;
    if (slot.value) out << "=";
    for (const char byte : slot.value.value_or("")) {
      constexpr const char* kDigits = "0123456789abcdef";
      out << kDigits[static_cast<unsigned char>(byte) >> 4] << kDigits[static_cast<unsigned char>(byte) & 15];
    }
    return out;
  }
};

/// PLAIN's bytes of a number of the type: integers below 32 bits are widened, seconds become milliseconds; decimals
/// with few digits are numbers too.
inline std::string stored_number(const Type& type, uint64_t bits) {
  size_t size = 8;
  switch (type.kind()) {
    case TypeKind::boolean: size = 1; break;
    case TypeKind::int8:
    case TypeKind::int16:
    case TypeKind::int32:
    case TypeKind::uint8:
    case TypeKind::uint16:
    case TypeKind::uint32:
    case TypeKind::float32:
    case TypeKind::date: size = 4; break;
    case TypeKind::float16: size = 2; break;
    case TypeKind::decimal: size = type.precision() <= 9 ? 4 : 8; break;
    case TypeKind::time:
      if (type.unit() <= TimeUnit::millisecond) size = 4;
      bits *= type.unit() == TimeUnit::second ? 1'000 : 1;
      break;
    case TypeKind::timestamp: bits *= type.unit() == TimeUnit::second ? 1'000 : 1; break;
    default: break;
  }
  return std::string(reinterpret_cast<const char*>(&bits), size);
}

/// Of values whose bytes lie in memory: decimals big-endian, with as many bytes as their digits need.
inline std::string stored_bytes(const Type& type, std::string bytes) {
  if (type.kind() != TypeKind::decimal) return bytes;
  if (type.precision() <= 18) return stored_number(type, load<uint64_t>(bytes.data()));
  std::ranges::reverse(bytes);
  return bytes.substr(bytes.size() - decimal_bytes(type.precision()));
}

inline std::string stored_value(const Type& type, const Value& value) {
  const bool has_bytes = is_text(type.kind()) || type.size() > 0 || type.kind() == TypeKind::decimal;
  return has_bytes ? stored_bytes(type, value.text) : stored_number(type, value.bits);
}

/// The same for a value that is in a column.
inline std::string stored_value(const Column& column, int64_t index) {
  const Type& type = column.type;
  switch (type.kind()) {
    case TypeKind::string:
    case TypeKind::binary:
    case TypeKind::json:
    case TypeKind::bson:
    case TypeKind::enum_:
    case TypeKind::geometry:
    case TypeKind::geography: {
      const int32_t* offsets = column.offsets_data() + index;
      return {column.values.as<char>() + offsets[0], static_cast<size_t>(offsets[1] - offsets[0])};
    }
    case TypeKind::boolean: {
      const int64_t bit = column.offset + index;
      return stored_number(type, column.values.as<uint8_t>()[bit / 8] >> (bit % 8) & 1);
    }
    case TypeKind::int8: return stored_number(type, static_cast<uint64_t>(column.data<int8_t>()[index]));
    case TypeKind::uint8: return stored_number(type, column.data<uint8_t>()[index]);
    case TypeKind::int16: return stored_number(type, static_cast<uint64_t>(column.data<int16_t>()[index]));
    case TypeKind::float16:
    case TypeKind::uint16: return stored_number(type, column.data<uint16_t>()[index]);
    case TypeKind::decimal:
    case TypeKind::fixed:
    case TypeKind::uuid: {
      const size_t width = fixed_width(type);
      return stored_bytes(type, {column.values.as<char>() + static_cast<size_t>(column.offset + index) * width, width});
    }
    case TypeKind::time:
      if (type.unit() <= TimeUnit::millisecond) return stored_number(type, column.data<uint32_t>()[index]);
      return stored_number(type, column.data<uint64_t>()[index]);
    case TypeKind::int32:
    case TypeKind::uint32:
    case TypeKind::float32:
    case TypeKind::date: return stored_number(type, column.data<uint32_t>()[index]);
    default: return stored_number(type, column.data<uint64_t>()[index]);
  }
}

/// The slots of one leaf, for each row in turn.
class ReferenceSlots {
 public:
  ReferenceSlots(const Field& root, const Leaf& leaf, const std::vector<Value>& values) : leaf_(leaf) {
    for (const Value& value : values) {
      row_begins_.push_back(slots_.size());
      shred(value, root, {0, 0, 0, 0});
    }
    row_begins_.push_back(slots_.size());
  }

  const std::vector<Slot>& all() const { return slots_; }
  std::vector<Slot> rows(int64_t begin, int64_t count) const {
    const auto place = [&](int64_t row) {
      return slots_.begin() + static_cast<std::ptrdiff_t>(row_begins_[static_cast<size_t>(row)]);
    };
    return {place(begin), place(begin + count)};
  }

 private:
  struct Here {
    size_t depth;    ///< in the leaf's steps
    int lists;       ///< around the value
    int repetition;  ///< of the next slot
    int definition;
  };

  void shred(const Value& value, const Field& field, Here here) {
    const auto end_here = [&] { slots_.push_back({here.repetition, here.definition}); };
    if (value.is_null) return end_here();
    here.definition += field.nullable;
    if (!field.type.is_nested()) {
      slots_.push_back({here.repetition, here.definition, stored_value(field.type, value)});
      return;
    }
    const size_t child = leaf_.steps[++here.depth];
    if (field.type.kind() == TypeKind::struct_) return shred(value.parts[child], field.type.children()[child], here);
    if (value.parts.empty()) return end_here();
    ++here.definition;
    ++here.lists;
    for (const Value& item : value.parts) {
      shred(item, field.type.element(), here);
      here.repetition = here.lists;  // of all but the first
    }
  }

  const Leaf& leaf_;
  std::vector<Slot> slots_;
  std::vector<size_t> row_begins_;
};

inline ReferenceSlots reference_slots(const Field& root, const Leaf& leaf, const std::vector<Value>& values) {
  return ReferenceSlots(root, leaf, values);
}

/// What a slice made by the writer says.
inline std::vector<Slot> slots_of(const LeafSlice& slice, const Leaf& leaf) {
  std::vector<Slot> slots(slice.slots);
  size_t value = 0;
  for (size_t i = 0; i < slice.slots; ++i) {
    slots[i].repetition = slice.repetition ? slice.repetition[i] : 0;
    slots[i].definition = slice.definition ? slice.definition[i] : leaf.definition_level_max;
    if (slots[i].definition != leaf.definition_level_max || leaf.type.kind() == TypeKind::null) continue;
    const int64_t position =
        slice.values.positions ? slice.values.positions[value] : slice.values.begin + static_cast<int64_t>(value);
    slots[i].value = stored_value(*slice.column, position);
    ++value;
  }
  EXPECT_EQ(value, slice.values.count);
  return slots;
}

/// Lists begin anywhere in their child; this has the child begin where the lists do, at an offset of its own.
inline void cut_children(Draw& draw, Column& column) {
  if (column.type.has_ranges() && column.length > 0 && draw.chance(50)) {
    const int32_t* old = column.offsets_data();
    std::vector<int32_t> offsets;
    for (int64_t i = 0; i <= column.length; ++i) offsets.push_back(old[i] - old[0]);
    column.children[0] = column.children[0].slice(old[0], old[column.length] - old[0]);
    std::vector<bool> valid;
    for (int64_t i = 0; i < column.length; ++i) valid.push_back(column.is_valid(i));
    column.offset = 0;
    column.validity = {};
    set_validity(column, valid);
    column.offsets = make_buffer(std::move(offsets));
  }
  for (Column& child : column.children) cut_children(draw, child);
}

/// A column of the values, somewhere inside of longer buffers.
inline Column make_column(Draw& draw, const Type& type, const std::vector<Value>& values) {
  ColumnMaker maker(type, draw.chance(50));
  const auto append_others = [&] {
    const int64_t count = values.empty() || draw.chance(30) ? 0 : draw.magnitude(20);
    for (int64_t i = 0; i < count; ++i) maker.append(values[draw.below(values.size())]);
    return count;
  };
  const int64_t lead = append_others();
  for (const Value& value : values) maker.append(value);
  append_others();
  Column column = maker.finish().slice(lead, static_cast<int64_t>(values.size()));
  cut_children(draw, column);
  return column;
}

/// The seed of a property test: SLUICE_SEED in the environment, else drawn. It is printed, to run the test again.
inline uint64_t property_seed() {
  const char* wanted = std::getenv("SLUICE_SEED");
  const uint64_t seed = wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device()();
  std::cout << "SLUICE_SEED=" << seed << "\n";
  return seed;
}

}  // namespace sluice::test
