// The columns of a batch, a file or a dataset.
//
//   Schema schema{{"timestamp", int64(), false}, {"event_type", string()}, {"value", float64()}};
//   Schema same = parse_schema("timestamp int64 not null, event_type string, value float64");
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/types.h"

namespace sluice {
inline namespace v0 {

class Schema {
 public:
  Schema() = default;
  /// Throws Error{invalid} when two fields have one name, or, at any depth, one id.
  Schema(std::initializer_list<Field> fields);
  explicit Schema(std::vector<Field> fields);

  const std::vector<Field>& fields() const { return fields_; }
  size_t size() const { return fields_.size(); }
  const Field& operator[](size_t index) const { return fields_[index]; }
  /// Position of the field of that name, case-sensitive.
  std::optional<size_t> find(std::string_view name) const;

  friend bool operator==(const Schema& a, const Schema& b) = default;

 private:
  std::vector<Field> fields_;
};

/// What inference decided for one column and why, for people.
struct InferenceNote {
  std::string field;   ///< "user.tags[]"
  std::string remark;  ///< "objects and text mixed (first in record 2310)"
};

/// How the schema of a run changed while records were read.
struct SchemaChange {
  std::string field;           ///< "user.tags[]"
  std::optional<Type> from{};  ///< the null type where there were only nulls; nothing: the field is new
  Type to{};
  std::string source{};  ///< path, or "stdin"
  int64_t record = 0;    ///< in its source, from 1: the first that brought what did not fit before
};

/// Reads the text form (grammar: docs/schema_text.md). Throws Error{invalid} that names the position and what was
/// expected there.
Schema parse_schema(std::string_view text);

/// The text form; `parse_schema(to_text(s)) == s` for every schema.
std::string to_text(const Schema& schema);

}  // namespace v0
}  // namespace sluice
