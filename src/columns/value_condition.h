// One comparison made ready for the values of one type: ranges and sets of what values may be, so that a test is one or
// two comparisons a value and none of them looks at texts of numbers. How values are ordered: docs/where.md; it is the
// order of parquet-format, parquet.thrift, ColumnOrder, with NaN above all numbers and -0 equal to 0.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/decimal.h"
#include "columns/like_pattern.h"
#include "sluice/column.h"
#include "sluice/predicate.h"
#include "sluice/types.h"

namespace sluice {

__extension__ typedef __int128 Int128;

/// The bits of a floating-point number of 16 bits; it is compared as a float.
struct Float16 {
  uint16_t bits = 0;
};

/// No value passes: what it is compared with is no value of the type.
struct NoValue {};
/// Every value passes.
struct AnyValue {};

struct BooleanTest {
  bool passes_false = false;
  bool passes_true = false;
};

/// Passes what lies within [low, high] or is one of `points`, which ascend; and NaN where `passes_nan`. Or, where
/// `negated`, everything else.
template <typename T>
struct NumberTest {
  T low{};
  T high{};
  std::vector<T> points{};
  bool passes_nan = false;
  bool negated = false;
};

/// The same for numbers of 16 bits, in the numbers of 32 bits that they equal.
struct Float16Test {
  NumberTest<float> test;
};

/// Passes what stands to the one value as `comparison` says, byte by byte, unsigned; or, for `equal` and `not_equal`,
/// to one of `values`, or none of them, which ascend.
struct BytesTest {
  Comparison comparison = Comparison::equal;
  std::vector<std::string> values{};
};

using ValueTest = std::variant<NoValue, AnyValue, BooleanTest, BytesTest, LikeTest, NumberTest<int8_t>,
                               NumberTest<int16_t>, NumberTest<int32_t>, NumberTest<int64_t>, NumberTest<uint8_t>,
                               NumberTest<uint16_t>, NumberTest<uint32_t>, NumberTest<uint64_t>, NumberTest<Int128>,
                               NumberTest<Int256>, NumberTest<float>, NumberTest<double>, Float16Test>;

/// Whether values of the type can be compared with anything.
bool is_comparable(const Type& type);

/// What a literal for the type looks like, for messages: "a date such as '2024-02-29'". Requires a comparable type.
std::string literal_words(const Type& type);

/// The first of `literals` that values of the type cannot be compared with; nothing when all are well.
const Literal* find_misfit(const Type& type, std::span<const Literal> literals);

/// The test of values of `type` against the literal; for `equal` and `not_equal` there may be several, of which one, or
/// none, is equal. Requires a comparable type, and that find_misfit finds nothing.
ValueTest make_value_test(const Type& type, Comparison comparison, std::span<const Literal> literals);

/// The test of texts against a pattern, or of how they are not. Requires a type of text that is UTF-8, or null.
ValueTest make_value_test(const Type& type, const LikeTest& like);

/// Clears the bits of those values of `column` that do not pass. Bit i of `rows` stands for value i; set bits are for
/// values that are there. Requires a plain column of the type that the test was made for, and as many words as its
/// length needs.
void keep_passing(const ValueTest& test, const Column& column, std::span<uint64_t> rows);

}  // namespace sluice
