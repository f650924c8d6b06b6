// One text for each record, whatever the order of its keys and however many of its fields are null: what digests of
// records are made of. A struct all of whose fields are null is null, too, as a field that came late may be among them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/column.h"

namespace sluice {

class RecordText {
 public:
  /// Of values of the type.
  explicit RecordText(const Type& type);

  /// Appends the value as JSON without blanks: fields in the order of their names, those that are null left out. False,
  /// and nothing appended, for a null. Requires a row of a column of the type.
  bool append(const Column& column, int64_t row, std::string& out) const;

 private:
  bool append_struct(const Column& column, int64_t row, std::string& out) const;
  void append_items(const Column& items, int64_t begin, int64_t end, std::string& out) const;

  Type type_;
  std::vector<size_t> order_;      ///< of a struct's fields
  std::vector<RecordText> parts_;  ///< of a nested type's children
};

}  // namespace sluice
