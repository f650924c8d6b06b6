// The leaves of one column of the root become that column again: offsets of lists and validity of what is nullable,
// from the levels (parquet-format, README.md, "Nested Encoding"), the way back from pages/striping.h.
//
// Each nested column is told by the levels of the first leaf below it; every other leaf below must tell the same, slot
// by slot, or the file contradicts itself.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "columns/buffer_pool.h"
#include "pages/chunk_reader.h"
#include "sluice/column.h"

namespace sluice {

/// A leaf that is read, and those that the projection leaves out: a struct keeps its kept fields, in their order.
struct AssemblyLeaf {
  const Leaf* leaf = nullptr;
  size_t part = 0;  ///< index into the parts
};

/// Puts columns of one field together. Keeps scratch memory.
class Assembler {
 public:
  /// `field`: as it is to come out, with only the kept fields. `leaves`: those below it, in their order. Both must
  /// outlive the assembler. `place`: "visits.parquet: column user", for errors.
  Assembler(const Field& field, std::vector<AssemblyLeaf> leaves, std::string place);

  /// `parts`: one for each leaf, of equally many rows; their columns are taken. Throws Error{corrupt} where levels
  /// contradict each other, leaves disagree about lists or structs, or a list of fixed size has another one;
  /// Error{unsupported} for more than 2^31-1 items.
  Column assemble(std::span<LeafPart> parts, BufferPool& pool);

 private:
  /// Where in the tree a column stands: what its parent is by the levels.
  struct Parent {
    uint8_t lists = 0;            ///< around it
    uint8_t item_definition = 0;  ///< lowest level of what has a place in it
    uint8_t definition = 0;       ///< lowest level where the parent is there
  };
  [[noreturn]] void refuse(const std::string& problem, bool is_corrupt = true) const;
  void find_item_levels(const Field& field, uint8_t definition, std::vector<uint8_t>& around);
  void check_levels(size_t leaf) const;
  void check_same(size_t leaf, size_t other, const Parent& parent) const;
  Column build(const Field& field, const Parent& parent);
  Column build_struct(const Field& field, const Parent& here);
  Column build_list(const Field& field, const Parent& parent);
  Column build_fixed_list(const Field& field, const Parent& parent);
  Column with_placeholders(const Column& child, std::span<const uint8_t> valid, int32_t size) const;
  int64_t count_places(size_t leaf, const Parent& parent) const;
  void find_places(size_t leaf, const Parent& parent, uint8_t definition);
  Buffer find_ranges(size_t leaf, const Parent& parent, uint8_t definition);
  Buffer validity_of_places(int64_t& null_count);

  const Field& field_;
  const std::vector<AssemblyLeaf> leaves_;
  const std::string place_;
  /// For each leaf the lowest definition levels of items of the lists around it, the outermost first; 0 stands in
  /// front, for the row.
  std::vector<std::vector<uint8_t>> item_levels_;

  // While a column is made.
  std::span<LeafPart> parts_;
  BufferPool* pool_ = nullptr;
  size_t next_leaf_ = 0;
  int64_t places_ = 0;          ///< of the nested column at hand
  std::vector<uint8_t> valid_;  ///< one for each of them: 1 where it is there
};

}  // namespace sluice
