// A file's layout together with what it was made from, for who reads on from there: the metadata as stored, checked,
// and what its leaves are.
#pragma once

#include <string>
#include <vector>

#include "files/footer_reader.h"
#include "sluice/layout.h"

namespace sluice {

/// A leaf of the file's schema, as the file has it and as we read it.
struct StoredLeaf {
  std::vector<std::string> path;  ///< the file's own names, without the root
  PhysicalType carrier = PhysicalType::boolean;
  Type type;  ///< as Parquet says; the stored Arrow schema may know it better
  /// Whether bounds mean something to us, and the file says by which order they were found.
  bool readable_bounds = false;
};

struct LayoutParts {
  FileFooter footer;
  FileLayout layout;
  std::vector<StoredLeaf> leaves;  ///< as many as layout.columns
};

/// Of a chunk that read_layout_parts let pass all places lie in the file, before the footer. Throws as read_layout
/// does.
LayoutParts read_layout_parts(const RandomReader& file);

}  // namespace sluice
