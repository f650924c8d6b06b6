// How the columns of one file become those that a read is to deliver: some are read, perhaps in parts or in a narrower
// type; some the file lacks, they are null; some it does not hold because its path says them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "columns/projection.h"
#include "files/stored_file.h"
#include "sluice/batch.h"

namespace sluice {

/// One column to come out.
struct ShapedColumn {
  /// Of the file's schema, with the kept parts of structs; nothing: the file does not have the column.
  std::optional<KeptColumn> stored{};
  /// As the file's leaves make it, with the kept parts alone; widened to the wanted type where that is another one.
  Field stored_field{};
  /// Leaves of the file that are read for it, in the order of `stored_field`.
  std::vector<size_t> leaves{};
  /// One value that all rows have, of the wanted type; nothing: null.
  std::optional<Column> constant{};
};

class FileShape {
 public:
  /// Every column of `wanted`, by name, at any depth. `constants`: those that the file's path says, one for each column
  /// or none at all; a column that the file has is the file's. Requires a file whose schema merges into `wanted`
  /// (schema/merge.h), and that outlives the shape.
  FileShape(const StoredFile& file, std::shared_ptr<const Schema> wanted, std::vector<std::optional<Column>> constants);

  const std::shared_ptr<const Schema>& schema() const { return schema_; }
  const std::vector<ShapedColumn>& columns() const { return columns_; }
  /// The leaf of the file that has the values at the end of `steps` in the wanted schema, through structs only; nothing
  /// where the file has none.
  std::optional<size_t> leaf_at(std::span<const size_t> steps) const;
  /// Column `index` of the wanted schema from what was read of the file, or `rows` constants.
  Column shaped(size_t index, std::optional<Column> stored, int64_t rows) const;

 private:
  std::shared_ptr<const Schema> schema_;
  std::vector<ShapedColumn> columns_;
  const std::vector<FileLeaf>* leaves_;  ///< of the file
};

}  // namespace sluice
