// What a field says beyond its type, as the key-value pairs that Arrow hangs on a field: the same in the C interface
// and in IPC. (Arrow "Columnar Format", extension types; Parquet's field ids as Arrow's own Parquet reader names them.)
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
  bool json = false;  ///< text that carries the extension type arrow.json
  std::optional<int32_t> id{};

  void note(std::string_view key, std::string_view value);
};

}  // namespace sluice
