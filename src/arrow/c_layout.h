// Schemas from the Arrow C data interface with all that is needed to take over their arrays.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/array_form.h"
#include "arrow/c_taken.h"
#include "sluice/arrow.h"

namespace sluice {

struct ImportedSchema {
  Schema schema;
  std::vector<ArrayLayout> layouts;  ///< one for each column
};

/// What import_arrow_schema does, with the layouts of the arrays to come.
ImportedSchema import_schema_and_layouts(const ArrowSchema& schema);

/// An array that columns share the buffers of; released with the last of them.
using SharedArray = std::shared_ptr<const Taken<ArrowArray>>;
/// Throws Error{invalid} when it has been released.
SharedArray share(Taken<ArrowArray> array);

/// Rows [begin, begin + count) of a record batch of that schema, which must have them. Layouts may be shared by any
/// number of batches. Throws as import_arrow does.
Batch import_rows(const SharedArray& array, std::shared_ptr<const Schema> schema,
                  const std::vector<ArrayLayout>& layouts, int64_t begin, int64_t count);

/// The layouts of arrays as we would write them.
std::vector<ArrayLayout> plain_layouts(std::span<const Field> fields);

}  // namespace sluice
