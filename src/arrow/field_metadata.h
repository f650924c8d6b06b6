// What a field says beyond its type, as the key-value pairs that Arrow hangs on a field: the same in the C interface
// and in IPC. (Arrow "Columnar Format", extension types; GeoArrow, extension types and their metadata; Parquet's field
// ids as Arrow's own Parquet reader names them.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/types.h"

namespace sluice {

/// The pairs to write for `field`, in a fixed order.
std::vector<std::pair<std::string_view, std::string>> field_metadata(const Field& field);

/// The pairs that mean something to us, gathered as they are read; others are left aside.
struct FieldNotes {
  std::string extension{};           ///< name of the extension type, if any
  std::string extension_metadata{};  ///< what it says of itself
  std::optional<int32_t> id{};

  void note(std::string_view key, std::string_view value);
};

/// The extension type that a field of type `storage` has: arrow.json, arrow.uuid, geoarrow.wkb, and two of
/// ours for enums and BSON. `storage` itself where
/// there is none, or one that we do not know, or that does not go with it.
Type with_extension(const Type& storage, const FieldNotes& notes);

}  // namespace sluice
