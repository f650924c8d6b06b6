// From leaves to columns; see assemble.h. Slots are gone through without branches: whether one begins a list or goes on
// with one is as good as random.
#include "pages/assemble.h"

#include <algorithm>
#include <climits>
#include <optional>
#include <utility>

#include "base/bits.h"
#include "columns/gather.h"
#include "columns/selection.h"
#include "sluice/error.h"

namespace sluice {

namespace {

/// The levels of one leaf, as one sees them who knows of `lists` lists around a column.
struct Levels {
  const uint8_t* repetition = nullptr;  ///< null: zeros
  const uint8_t* definition = nullptr;
  size_t slots = 0;

  /// A slot that belongs to the item of the slot before it says nothing new.
  bool goes_on(size_t slot, uint8_t lists) const { return repetition != nullptr && repetition[slot] > lists; }
  uint8_t repetition_of(size_t slot) const { return repetition == nullptr ? 0 : repetition[slot]; }
};

Levels levels_of(const LeafPart& part) {
  return {part.repetition.empty() ? nullptr : part.repetition.data(), part.definition.data(), part.definition.size()};
}

}  // namespace

Assembler::Assembler(const Field& field, std::vector<AssemblyLeaf> leaves, std::string place)
    : field_(field), leaves_(std::move(leaves)), place_(std::move(place)) {
  std::vector<uint8_t> outermost{0};
  find_item_levels(field_, 0, outermost);
}

void Assembler::find_item_levels(const Field& field, uint8_t definition, std::vector<uint8_t>& around) {
  if (!field.type.is_nested()) return item_levels_.push_back(around);
  definition = static_cast<uint8_t>(definition + field.nullable);
  const bool is_struct = field.type.kind() == TypeKind::struct_;
  if (!is_struct) around.push_back(++definition);
  for (const Field& child : field.type.children()) find_item_levels(child, definition, around);
  if (!is_struct) around.pop_back();
}

void Assembler::refuse(const std::string& problem, bool is_corrupt) const {
  throw Error(is_corrupt ? ErrorCode::corrupt : ErrorCode::unsupported, place_ + ": " + problem,
              {.field = field_.name});
}

Column Assembler::assemble(std::span<LeafPart> parts, BufferPool& pool) {
  if (!field_.type.is_nested()) return std::move(parts[leaves_[0].part].values);
  parts_ = parts;
  pool_ = &pool;
  next_leaf_ = 0;
  for (size_t leaf = 0; leaf < leaves_.size(); ++leaf) {
    const Leaf& of = *leaves_[leaf].leaf;
    LeafPart& part = parts[leaves_[leaf].part];
    if (part.definition.empty() && of.definition_level_max > 0 && !of.nullable) {
      part.definition.resize(static_cast<size_t>(part.rows));
      for (int64_t row = 0; row < part.rows; ++row)
        part.definition[static_cast<size_t>(row)] = part.values.is_valid(row);
    }
    check_levels(leaf);
  }
  return build(field_, {});
}

// --- leaves against themselves and each other

// Who goes on with a list must be an item of it, and so must be what it goes on from.
void Assembler::check_levels(size_t leaf) const {
  const Leaf& of = *leaves_[leaf].leaf;
  const Levels levels = levels_of(parts_[leaves_[leaf].part]);
  if (levels.slots > INT32_MAX) refuse("some rows have more than 2^31-1 items in column " + of.name, false);
  if (levels.repetition == nullptr || levels.slots == 0) return;
  const std::vector<uint8_t>& items = item_levels_[leaf];
  bool contradicts = levels.repetition[0] != 0;
  for (size_t slot = 1; slot < levels.slots; ++slot) {
    const uint8_t item = items[levels.repetition[slot]];
    contradicts |= (levels.definition[slot] < item) | (levels.definition[slot - 1] < item);
  }
  if (contradicts) refuse("in column " + of.name + " levels go on with a list that has no items");
}

// As far as the parent of both reaches they must be the same, slot by slot.
void Assembler::check_same(size_t leaf, size_t other, const Parent& parent) const {
  if (parent.lists == 0 && parent.definition == 0) return;  // the parent is every row
  const Levels a = levels_of(parts_[leaves_[leaf].part]);
  const Levels b = levels_of(parts_[leaves_[other].part]);
  const uint8_t highest = parent.definition;
  size_t at = 0;
  bool differs = false;
  if (a.slots == b.slots && leaves_[leaf].leaf->repetition_level_max == parent.lists &&
      leaves_[other].leaf->repetition_level_max == parent.lists) {
    if (parent.lists > 0) differs = std::memcmp(a.repetition, b.repetition, a.slots) != 0;
    for (; at < a.slots; ++at)  // no branch: vectorised
      differs |= std::min(a.definition[at], highest) != std::min(b.definition[at], highest);
  } else {
    const auto next_of_b = [&] {
      while (at < b.slots && b.goes_on(at, parent.lists)) ++at;
      return at < b.slots;
    };
    for (size_t slot = 0; slot < a.slots && !differs; ++slot) {
      if (a.goes_on(slot, parent.lists)) continue;
      differs = !next_of_b() || a.repetition_of(slot) != b.repetition_of(at) ||
                std::min(a.definition[slot], highest) != std::min(b.definition[at], highest);
      ++at;
    }
    differs = differs || next_of_b();
  }
  if (differs)
    refuse("columns " + leaves_[leaf].leaf->name + " and " + leaves_[other].leaf->name +
           " disagree about the lists and structs around them");
}

// --- from levels to columns

Column Assembler::build(const Field& field, const Parent& parent) {
  if (!field.type.is_nested()) return std::move(parts_[leaves_[next_leaf_++].part].values);
  const auto definition = static_cast<uint8_t>(parent.definition + field.nullable);
  switch (field.type.kind()) {
    case TypeKind::struct_: return build_struct(field, {parent.lists, parent.item_definition, definition});
    case TypeKind::fixed_list: return build_fixed_list(field, parent);
    default: return build_list(field, parent);
  }
}

Column Assembler::build_struct(const Field& field, const Parent& here) {
  Column column;
  column.type = field.type;
  const size_t first_leaf = next_leaf_;
  if (field.nullable) {
    find_places(first_leaf, here, here.definition);
    column.validity = validity_of_places(column.null_count);
  }
  for (const Field& child : field.type.children()) {
    if (next_leaf_ != first_leaf) check_same(first_leaf, next_leaf_, here);
    column.children.push_back(build(child, here));
  }
  column.length = column.children.front().length;
  return column;
}

Column Assembler::build_list(const Field& field, const Parent& parent) {
  Column column;
  column.type = field.type;
  const auto definition = static_cast<uint8_t>(parent.definition + field.nullable);
  column.offsets = find_ranges(next_leaf_, parent, definition);
  column.length = places_;
  if (field.nullable) column.validity = validity_of_places(column.null_count);
  const auto item = static_cast<uint8_t>(definition + 1);
  column.children.push_back(build(field.type.element(), {static_cast<uint8_t>(parent.lists + 1), item, item}));
  return column;
}

Column Assembler::build_fixed_list(const Field& field, const Parent& parent) {
  Column column;
  column.type = field.type;
  const int32_t size = field.type.size();
  const auto definition = static_cast<uint8_t>(parent.definition + field.nullable);
  const Buffer ranges = find_ranges(next_leaf_, parent, definition);
  const auto* offsets = ranges.as<int32_t>();
  const std::vector<uint8_t> valid(valid_.begin(), valid_.begin() + places_);
  column.length = places_;
  for (size_t i = 0; i < valid.size(); ++i)
    if (const int32_t items = offsets[i + 1] - offsets[i]; items != (valid[i] != 0 ? size : 0))
      refuse("a list of " + std::to_string(size) + " items has " + std::to_string(items) + " in column " +
             leaves_[next_leaf_].leaf->name);
  if (field.nullable) column.validity = validity_of_places(column.null_count);
  const auto item = static_cast<uint8_t>(definition + 1);
  Column child = build(field.type.element(), {static_cast<uint8_t>(parent.lists + 1), item, item});
  if (std::ranges::count(valid, 0) > 0) child = with_placeholders(child, valid, size);
  column.children.push_back(std::move(child));
  return column;
}

Column Assembler::with_placeholders(const Column& child, std::span<const uint8_t> valid, int32_t size) const {
  if (static_cast<int64_t>(valid.size()) > INT32_MAX / size)
    refuse("lists of " + std::to_string(size) + " items have more than 2^31-1 together", false);
  std::vector<ValuePlace> places;
  places.reserve(valid.size() * static_cast<size_t>(size));
  int32_t row = 0;
  for (const uint8_t is_there : valid)
    for (int32_t i = 0; i < size; ++i) places.push_back(is_there != 0 ? ValuePlace{0, row++} : ValuePlace{});
  const Column* const piece = &child;
  uint64_t unlimited = UINT64_MAX;
  std::optional<Column> column = gather({&piece, 1}, places, unlimited);
  if (!column) refuse("its values have more than 2^31-1 bytes together", false);
  return std::move(*column);
}

// --- what the levels of a leaf tell of a column around it

// A slot that begins an item of the innermost list around the column has a place in it.
int64_t Assembler::count_places(size_t leaf, const Parent& parent) const {
  const Levels levels = levels_of(parts_[leaves_[leaf].part]);
  if (levels.repetition == nullptr) return static_cast<int64_t>(levels.slots);
  size_t places = 0;
  for (size_t slot = 0; slot < levels.slots; ++slot)
    places += (levels.repetition[slot] <= parent.lists) & (levels.definition[slot] >= parent.item_definition);
  return static_cast<int64_t>(places);
}

void Assembler::find_places(size_t leaf, const Parent& parent, uint8_t definition) {
  const Levels levels = levels_of(parts_[leaves_[leaf].part]);
  places_ = count_places(leaf, parent);
  valid_.resize(static_cast<size_t>(places_) + 1);  // what has no place is written behind the last one that has
  if (levels.repetition == nullptr) {
    for (size_t slot = 0; slot < levels.slots; ++slot) valid_[slot] = levels.definition[slot] >= definition;
    return;
  }
  size_t place = 0;
  for (size_t slot = 0; slot < levels.slots; ++slot) {
    valid_[place] = levels.definition[slot] >= definition;
    place += (levels.repetition[slot] <= parent.lists) & (levels.definition[slot] >= parent.item_definition);
  }
}

Buffer Assembler::find_ranges(size_t leaf, const Parent& parent, uint8_t definition) {
  const Levels levels = levels_of(parts_[leaves_[leaf].part]);
  places_ = count_places(leaf, parent);
  valid_.resize(static_cast<size_t>(places_) + 1);
  Bytes bytes = pool_->take((static_cast<size_t>(places_) + 1) * sizeof(int32_t));
  bytes.resize((static_cast<size_t>(places_) + 1) * sizeof(int32_t));
  auto* const offsets = reinterpret_cast<int32_t*>(bytes.data());
  size_t place = 0;
  int32_t items = 0;
  for (size_t slot = 0; slot < levels.slots; ++slot) {
    const uint8_t repetition = levels.repetition[slot];
    const uint8_t here = levels.definition[slot];
    offsets[place] = items;
    valid_[place] = here >= definition;
    place += (repetition <= parent.lists) & (here >= parent.item_definition);
    items += (repetition <= parent.lists + 1) & (here > definition);
  }
  offsets[place] = items;
  return pool_->share(std::move(bytes));
}

Buffer Assembler::validity_of_places(int64_t& null_count) {
  const auto places = static_cast<size_t>(places_);
  size_t valid = 0;
  for (size_t i = 0; i < places; ++i) valid += valid_[i];
  null_count = static_cast<int64_t>(places - valid);
  if (null_count == 0) return {};
  const size_t words = (places + 63) / 64;
  valid_.resize(words * 64);
  std::fill(valid_.begin() + places_, valid_.end(), uint8_t{0});
  Bytes bits = pool_->take(words * sizeof(uint64_t));
  for (size_t i = 0; i < words; ++i) bits.append_value(pack_flags(&valid_[i * 64]));
  return pool_->share(std::move(bits));
}

}  // namespace sluice
