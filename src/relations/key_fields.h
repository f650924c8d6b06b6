// Fields of the records that keys are made of: found by their path, through structs only.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/schema.h"

namespace sluice {

struct KeyField {
  std::vector<size_t> steps;       ///< child indexes from the record
  std::vector<std::string> names;  ///< along the way
  const Field* field = nullptr;    ///< of the schema
};

/// "user.id"; a name may have dots itself. Nothing where no field, or none with a value yet, is there.
std::optional<KeyField> find_key_field(const Schema& records, std::string_view path);

/// Throws Error{data} that says what the field is instead of a key: missing, nested, true or false.
[[noreturn]] void refuse_key_field(const Schema& records, const std::string& path);

}  // namespace sluice
