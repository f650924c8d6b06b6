// Which rows to keep: a condition over the columns of a row, as text and as a tree that programs can walk.
//
//   Predicate recent = parse_predicate("at >= '2024-02-29' and (country in ('DE', 'FR') or score is null)");
//   std::unique_ptr<BatchStream> few = select(std::move(stream), {.where = recent});   // sluice/select.h
//
// What the texts mean (nulls, exact numbers, NaN, dates): docs/where.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {
inline namespace v0 {

/// A column, or a field of the structs inside of it: {"user", "name"}.
using ColumnPath = std::vector<std::string>;

enum class Comparison : uint8_t { equal, not_equal, less, less_equal, greater, greater_equal };

/// A value as a condition writes it. What it stands for is told by the type of the column: '2024-02-29' is a date where
/// that is one.
struct Literal {
  enum class Kind : uint8_t {
    boolean,  ///< `text` is "true" or "false"
    number,   ///< `text` is a number as JSON writes it, of any length; it is never rounded
    text,     ///< `text` is the content, UTF-8
    bytes,    ///< `text` is any bytes
  };

  Kind kind = Kind::number;
  std::string text = "0";

  friend bool operator==(const Literal& a, const Literal& b) = default;
};

/// A condition, or a part of one. It holds for a row, does not hold, or is unknown because a value is null.
struct Predicate {
  enum class Kind : uint8_t {
    compare,  ///< `column` stands to the one literal as `comparison` says
    in,       ///< `column` equals one of the literals, of which there is at least one
    like,     ///< `column` is like the pattern in the first literal; a second one is the escape character
    is_null,  ///< `column` is null, or a struct around it is
    all,      ///< every one of `operands`, at least two, holds: "and"
    any,      ///< one of `operands`, at least two, holds: "or"
    negation  ///< the one of `operands` does not hold: "not"
  };

  Kind kind = Kind::compare;
  Comparison comparison = Comparison::equal;
  ColumnPath column{};
  std::vector<Literal> literals{};
  std::vector<Predicate> operands{};

  friend bool operator==(const Predicate& a, const Predicate& b) = default;
};

/// Parentheses and "not" inside each other, at the most: who walks a condition recurses, so there has to be an end.
inline constexpr size_t kPredicateDepthMax = 64;
/// Bytes of a text, at the most. A list of more values is a table, to be joined and not to be typed.
inline constexpr size_t kPredicateBytesMax = size_t{1} << 20;

/// Reads "a > 3 and b in ('x', 'y') or c.d is null" (grammar: docs/where.md). Throws Error{invalid} that names the
/// position and what was expected there, Error{unsupported} for what SQL has and this has not yet.
Predicate parse_predicate(std::string_view text);

/// The text form; `parse_predicate(to_text(p)) == p`. Throws Error{invalid} for a tree that is not as described above.
std::string to_text(const Predicate& predicate);

}  // namespace v0
}  // namespace sluice
