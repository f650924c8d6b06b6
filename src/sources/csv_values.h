// The text of one CSV value becomes a value of its column's type: any type, any spelling. What is common is read by
// the loops of csv_reader.cc before it gets here; this is also where it is worded why a value does not fit.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sources/json_walk.h"
#include "sources/record_plan.h"

namespace sluice {

/// Not thread-safe.
class CsvValues {
 public:
  /// `inferred`: numbers are only what JSON takes for them; else floats take infinities and NaN too. `exact`: floats
  /// take only numbers that they keep; else the nearest. JSON may be as deep as `depth_max`.
  CsvValues(bool inferred, bool exact, int depth_max) : inferred_(inferred), exact_(exact), walk_(depth_max) {}

  /// Appends the value; otherwise appends nothing and says why, behind the text: "is not an int64". Requires `text`,
  /// UTF-8 unless the column is binary, to be no null. The JSON value null is appended as a null; in a column that may
  /// have none it is refused.
  [[nodiscard]] std::optional<std::string> append(Plan& plan, std::string_view text);

 private:
  std::optional<std::string> append_json(Plan& plan, std::string_view text);

  const bool inferred_;
  const bool exact_;
  JsonWalk walk_;
  RecordBlock json_;  ///< {"": and the value and }
};

/// Whether a column of CSV can have the type: those that have a text form, which are all but lists, maps, structs and
/// what is bytes of a form of its own.
bool is_csv_type(const Type& type);

/// A type for a column of `kind` that has met `text`.
Type wider_csv_type(TypeKind kind, std::string_view text);

}  // namespace sluice
