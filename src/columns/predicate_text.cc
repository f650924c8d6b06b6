// Conditions as text, written. Grammar: docs/where.md; reading: predicate_parser.cc.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/number_text.h"
#include "base/utf8.h"
#include "base/uuid_text.h"
#include "columns/column_path.h"
#include "columns/condition_words.h"
#include "columns/like_pattern.h"
#include "columns/predicate_shape.h"
#include "sluice/error.h"
#include "sluice/predicate.h"

namespace sluice {
namespace {

[[noreturn]] void fail_shape(const std::string& problem) {
  throw Error(ErrorCode::invalid, "the condition was put together wrongly: " + problem);
}

bool is_joined(const Predicate& predicate) {
  return predicate.kind == Predicate::Kind::all || predicate.kind == Predicate::Kind::any;
}

void check_literal(const Literal& literal) {
  switch (literal.kind) {
    case Literal::Kind::boolean:
      if (literal.text != "true" && literal.text != "false") fail_shape("a boolean is neither true nor false");
      return;
    case Literal::Kind::number:
      if (parse_number(literal.text).kind == NumberKind::invalid) fail_shape("a number is none as JSON writes it");
      return;
    case Literal::Kind::text:
      if (!is_utf8(literal.text)) fail_shape("a text is not UTF-8");
      return;
    case Literal::Kind::bytes: return;
  }
}

void check_like(const std::vector<Literal>& literals) {
  const bool texts =
      std::ranges::all_of(literals, [](const Literal& literal) { return literal.kind == Literal::Kind::text; });
  if (literals.empty() || literals.size() > 2 || !texts)
    fail_shape("\"like\" has no text as its pattern, or more than one as its escape");
  if (literals.size() == 2 && literals[1].text.empty()) fail_shape("the escape of \"like\" is empty");
  const std::string fault = like_fault(literals[0].text, literals.size() == 2 ? literals[1].text : "");
  if (!fault.empty()) fail_shape("in a pattern of \"like\", " + fault);
}

void check_leaf(const Predicate& leaf) {
  if (leaf.column.empty()) fail_shape("it compares no column");
  if (!std::ranges::all_of(leaf.column, is_utf8)) fail_shape("the name of a column is not UTF-8");
  const size_t count = leaf.literals.size();
  if (leaf.kind == Predicate::Kind::compare && count != 1)
    fail_shape("a comparison has " + std::to_string(count) + " literals instead of one");
  if (leaf.kind == Predicate::Kind::in && count == 0) fail_shape("\"in\" has no literals");
  if (leaf.kind == Predicate::Kind::like) check_like(leaf.literals);
  const bool has_strange_parts = !leaf.operands.empty() || (leaf.kind == Predicate::Kind::is_null && count != 0) ||
                                 (leaf.kind != Predicate::Kind::compare && leaf.comparison != Comparison::equal);
  if (has_strange_parts) fail_shape("a part of it has parts that do not belong to its kind");
  std::ranges::for_each(leaf.literals, check_literal);
}

/// `depth`: as the parser counts it, parentheses and "not" around.
void check_shape(const Predicate& predicate, size_t depth) {
  if (depth > kPredicateDepthMax)
    fail_shape("it has more than " + std::to_string(kPredicateDepthMax) + " parentheses and \"not\" inside each other");
  const bool is_negation = predicate.kind == Predicate::Kind::negation;
  if (!is_negation && !is_joined(predicate)) return check_leaf(predicate);
  const size_t count = predicate.operands.size();
  if (is_negation && count != 1) fail_shape("\"not\" has " + std::to_string(count) + " operands instead of one");
  if (!is_negation && count < 2) fail_shape("\"and\" or \"or\" has fewer than two operands");
  if (!predicate.column.empty() || !predicate.literals.empty() || predicate.comparison != Comparison::equal)
    fail_shape("a part of it has parts that do not belong to its kind");
  const size_t here = is_negation && !has_own_negation(predicate) ? 1 : 0;
  for (const Predicate& operand : predicate.operands)
    check_shape(operand, depth + here + wants_parentheses(operand, predicate));
}

/// "x" and the bytes in hexadecimal.
void append_bytes(std::string_view bytes, std::string& out) {
  out += "x'";
  append_hex(bytes, out);
  out += '\'';
}

void append_text(std::string_view content, std::string& out) {
  out += '\'';
  for (const char c : content) {
    if (c == '\'') out += '\'';
    out += c;
  }
  out += '\'';
}

std::string_view sign_of(Comparison comparison) {
  return std::ranges::find(kComparisonSigns, comparison, &ComparisonSign::comparison)->sign;
}

void append_leaf(const Predicate& leaf, bool negated, std::string& out) {
  append_path(leaf.column, out);
  if (leaf.kind == Predicate::Kind::is_null) {
    out += negated ? " is not null" : " is null";
    return;
  }
  if (leaf.kind == Predicate::Kind::compare) {
    out.append(" ").append(sign_of(leaf.comparison)).append(" ");
    return append_literal(leaf.literals[0], out);
  }
  if (leaf.kind == Predicate::Kind::like) {
    out += negated ? " not like " : " like ";
    append_literal(leaf.literals[0], out);
    if (leaf.literals.size() == 1) return;
    out += " escape ";
    return append_literal(leaf.literals[1], out);
  }
  out += negated ? " not in (" : " in (";
  for (size_t i = 0; i < leaf.literals.size(); ++i) {
    if (i != 0) out += ", ";
    append_literal(leaf.literals[i], out);
  }
  out += ')';
}

void append_predicate(const Predicate& predicate, std::string& out) {
  if (predicate.kind == Predicate::Kind::negation && has_own_negation(predicate))
    return append_leaf(predicate.operands[0], true, out);
  if (predicate.operands.empty()) return append_leaf(predicate, false, out);
  if (predicate.kind == Predicate::Kind::negation) out += "not ";
  for (const Predicate& operand : predicate.operands) {
    if (&operand != &predicate.operands[0]) out += predicate.kind == Predicate::Kind::all ? " and " : " or ";
    const bool enclosed = wants_parentheses(operand, predicate);
    if (enclosed) out += '(';
    append_predicate(operand, out);
    if (enclosed) out += ')';
  }
}

}  // namespace

void check_shape(const Predicate& predicate) { check_shape(predicate, 0); }

bool wants_parentheses(const Predicate& operand, const Predicate& outer) {
  // "and" binds more closely than "or"; the same again inside of itself would be read as one.
  if (outer.kind == Predicate::Kind::any) return operand.kind == Predicate::Kind::any;
  return is_joined(operand);
}

Comparison opposite(Comparison comparison) {
  switch (comparison) {
    case Comparison::equal: return Comparison::not_equal;
    case Comparison::not_equal: return Comparison::equal;
    case Comparison::less: return Comparison::greater_equal;
    case Comparison::less_equal: return Comparison::greater;
    case Comparison::greater: return Comparison::less_equal;
    case Comparison::greater_equal: break;
  }
  return Comparison::less;
}

bool has_own_negation(const Predicate& negation) {
  const Predicate::Kind kind = negation.operands[0].kind;
  return kind == Predicate::Kind::is_null || kind == Predicate::Kind::in || kind == Predicate::Kind::like;
}

void append_literal(const Literal& literal, std::string& out) {
  switch (literal.kind) {
    case Literal::Kind::boolean:
    case Literal::Kind::number: out += literal.text; return;
    case Literal::Kind::text: return append_text(literal.text, out);
    case Literal::Kind::bytes: return append_bytes(literal.text, out);
  }
}

inline namespace v0 {

std::string to_text(const Predicate& predicate) {
  check_shape(predicate);
  std::string text;
  append_predicate(predicate, text);
  if (text.size() > kPredicateBytesMax)
    throw Error(ErrorCode::invalid, "the text of the condition has " + std::to_string(text.size()) +
                                        " bytes, more than the " + std::to_string(kPredicateBytesMax) +
                                        " that one may have");
  return text;
}

}  // namespace v0
}  // namespace sluice
