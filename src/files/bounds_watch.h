// Holds the values of a page or a chunk against the bounds that a file claims for them: by the conversion and the tests
// that readers rule rows out with (files/prune.h), so that "within" means what it means there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "columns/value_condition.h"
#include "files/stored_file.h"
#include "sluice/column.h"

namespace sluice {

class BoundsWatch {
 public:
  /// PLAIN bounds of a leaf that has ordered ones; either may be unknown.
  BoundsWatch(const FileLeaf& leaf, const std::optional<std::string>& low, const std::optional<std::string>& high);

  /// A bound that is none: of another width than its type. Empty where all is well.
  const std::string& fault() const { return fault_; }
  /// Takes more values: a plain column of the leaf's type.
  void add(const Column& values);
  /// The first value that lies outside, as text; NaN never does.
  const std::optional<std::string>& outside() const { return outside_; }
  bool has_seen_low() const { return seen_low_; }
  bool has_seen_high() const { return seen_high_; }
  /// In text form; empty where unknown.
  std::string range_text() const;

 private:
  std::string fault_;  // first: it is written to while the bounds are made
  std::optional<Column> low_;
  std::optional<Column> high_;
  std::vector<ValueTest> outside_tests_;  ///< what passes one of them is outside
  std::optional<ValueTest> low_test_;     ///< passes the bound itself
  std::optional<ValueTest> high_test_;
  std::optional<std::string> outside_;
  bool seen_low_ = false;
  bool seen_high_ = false;
};

/// Whether bound `a` is at most bound `b`; true where either is none.
bool is_ordered(const FileLeaf& leaf, const std::string& a, const std::string& b);

}  // namespace sluice
