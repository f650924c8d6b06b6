// Schemas from the Arrow C data interface with all that is needed to take over their arrays.
#pragma once

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

/// A record batch of that schema. Layouts may be shared by any number of batches.
Batch import_array(Taken<ArrowArray> array, std::shared_ptr<const Schema> schema,
                   const std::vector<ArrayLayout>& layouts);

/// The layouts of arrays as we would write them.
std::vector<ArrayLayout> plain_layouts(std::span<const Field> fields);

}  // namespace sluice
