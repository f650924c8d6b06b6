// Values as a plain tree: what a property test draws first, and holds against what comes back. It knows nothing of
// columns, offsets or levels, so it shares no mistake with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "columns/builder.h"
#include "sluice/batch.h"
#include "sluice/column_options.h"
#include "sluice/schema.h"

namespace sluice::test {

/// One value of any type.
struct Value {
  bool is_null = false;
  uint64_t bits = 0;         ///< boolean, numbers, dates, times: the value, a float's own bits, sign-extended
  std::string text;          ///< text of all kinds; decimals, UUIDs and bytes of fixed length as they lie in memory
  std::vector<Value> parts;  ///< items of a list, entries of a map, fields of a struct
};

/// Appends the value in the canonical form of tests/conformance/canonical.mjs. Times and timestamps in seconds come as
/// the milliseconds that a file stores.
void append_canonical(std::string& out, const Type& type, const Value& value);

/// Appends a value that is there, of a type that is not nested.
void append_scalar(ColumnBuilder& builder, const Value& value);

/// The schema as tests/conformance/read_files.mjs takes it: a JSON list of fields. Those for which `columns` ask for an
/// encoding or a bloom filter say so: some readers know less of them than others.
std::string schema_as_json(const Schema& schema, const std::vector<ColumnOptions>& columns = {});

/// Makes one column from values. With `dirty`, what Arrow leaves open under a null is filled with what must not be
/// found again: text under null texts, items under null lists, values under null structs.
class ColumnMaker {
 public:
  ColumnMaker(const Type& type, bool dirty) : builder_(type), dirty_(dirty) {}
  void append(const Value& value) { append(builder_, hidden_, value); }
  Column finish();

 private:
  /// Structs that were filled like others and become null at the end; a node for each part of the type.
  struct Hidden {
    std::vector<int64_t> nulls;
    std::vector<Hidden> children;
  };

  void append(ColumnBuilder& builder, Hidden& hidden, const Value& value);
  void append_null(ColumnBuilder& builder, Hidden& hidden);
  static void hide(Column& column, const Hidden& hidden);

  ColumnBuilder builder_;
  Hidden hidden_;
  bool dirty_;
};

}  // namespace sluice::test
