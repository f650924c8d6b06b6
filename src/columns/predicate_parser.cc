// Conditions as text, read: "a > 3 and b in ('x', 'y') or c is null". Grammar: docs/where.md; writing:
// predicate_text.cc.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "base/number_text.h"
#include "columns/condition_words.h"
#include "columns/like_pattern.h"
#include "schema/schema_letters.h"
#include "schema/text_cursor.h"
#include "sluice/error.h"
#include "sluice/predicate.h"

namespace sluice {
inline namespace v0 {
namespace {

std::optional<char> hex_digit(char c) {
  if (is_schema_digit(c)) return static_cast<char>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<char>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<char>(c - 'A' + 10);
  return std::nullopt;
}

bool may_begin_literal(char c) { return is_schema_digit(c) || c == '-' || c == '\''; }

/// Recursive descent straight over the characters. Depth is limited, so is recursion.
class PredicateParser : private TextCursor {
 public:
  explicit PredicateParser(std::string_view text) : TextCursor(text, "condition") {}

  Predicate parse() {
    Predicate predicate = parse_any(0);
    if (skip_blanks(); at_end()) return predicate;
    const char c = peek();
    fail_expected("\"and\", \"or\" or the end",
                  c == '&' || c == '|' ? "Conditions are joined by the words and, or." : "");
  }

 private:
  /// all {"or" all}
  Predicate parse_any(size_t depth) {
    return parse_joined(Predicate::Kind::any, "or", [&] { return parse_all(depth); });
  }

  /// part {"and" part}
  Predicate parse_all(size_t depth) {
    return parse_joined(Predicate::Kind::all, "and", [&] { return parse_part(depth); });
  }

  template <typename ParseOperand>
  Predicate parse_joined(Predicate::Kind kind, std::string_view joint, ParseOperand parse_operand) {
    Predicate first = parse_operand();
    if (!take_any_case(joint)) return first;
    Predicate joined{.kind = kind};
    joined.operands.push_back(std::move(first));
    do joined.operands.push_back(parse_operand());
    while (take_any_case(joint));
    return joined;
  }

  /// "not" part | "(" any ")" | comparison
  Predicate parse_part(size_t depth) {
    skip_blanks();
    const size_t begin = position_;
    const bool negated = take_any_case("not");
    if (!negated && !take('(')) return parse_comparison(depth);
    if (depth == kPredicateDepthMax) fail_depth(begin);
    if (negated) return negation_of(parse_part(depth + 1));
    Predicate inner = parse_any(depth + 1);
    if (!take(')')) fail_expected("\"and\", \"or\" or \")\"");
    return inner;
  }

  static Predicate negation_of(Predicate predicate) {
    Predicate negation{.kind = Predicate::Kind::negation};
    negation.operands.push_back(std::move(predicate));
    return negation;
  }

  /// column (sign literal | "is" ["not"] "null" | ["not"] ("in" list | "between" literal "and" literal | "like"
  /// pattern))
  Predicate parse_comparison(size_t depth) {
    Predicate predicate;
    predicate.column = parse_column();
    if (take_any_case("is")) {
      predicate.kind = Predicate::Kind::is_null;
      const bool negated = take_any_case("not");
      if (!take_any_case("null")) fail_expected(negated ? "\"null\"" : "\"null\" or \"not null\"");
      return negated ? negation_of(std::move(predicate)) : predicate;
    }
    const size_t begin = position_;
    const bool negated = take_any_case("not");
    if (take_any_case("in")) {
      predicate.kind = Predicate::Kind::in;
      predicate.literals = parse_list();
    } else if (take_any_case("like")) {
      predicate.kind = Predicate::Kind::like;
      predicate.literals = parse_pattern();
    } else if (take_any_case("between")) {
      // It is written as what it stands for, in parentheses of its own.
      if (depth + (negated ? 2 : 1) > kPredicateDepthMax) fail_depth(begin);
      predicate = parse_between(std::move(predicate.column));
    } else {
      refuse_unbuilt();
      if (negated) fail_expected("\"in\", \"between\" or \"like\"");
      predicate.comparison = parse_sign();
      predicate.literals.push_back(parse_literal());
      return predicate;
    }
    return negated ? negation_of(std::move(predicate)) : predicate;
  }

  /// What follows "between": literal "and" literal
  Predicate parse_between(ColumnPath column) {
    Predicate both{.kind = Predicate::Kind::all};
    both.operands.push_back({.comparison = Comparison::greater_equal, .column = column});
    both.operands[0].literals.push_back(parse_literal());
    if (!take_any_case("and")) fail_expected("\"and\" and the upper value", "for instance a between 1 and 9");
    both.operands.push_back({.comparison = Comparison::less_equal, .column = std::move(column)});
    both.operands[1].literals.push_back(parse_literal());
    return both;
  }

  /// What follows "like": text ["escape" text]
  std::vector<Literal> parse_pattern() {
    std::vector<Literal> literals{parse_pattern_text("a pattern in single quotes, such as 'ab%'")};
    const size_t begin = position_;
    if (!take_any_case("escape")) return literals;
    literals.push_back(parse_pattern_text("a character in single quotes, such as '!'"));
    if (literals[1].text.empty()) fail(begin, "the escape is empty");
    if (const std::string fault = like_fault(literals[0].text, literals[1].text); !fault.empty()) fail(begin, fault);
    return literals;
  }

  Literal parse_pattern_text(const std::string& expected) {
    skip_blanks();
    if (peek() != '\'') fail_expected(expected);
    return {Literal::Kind::text, parse_text()};
  }

  [[noreturn]] void fail_depth(size_t begin) const {
    fail(begin, "more than " + std::to_string(kPredicateDepthMax) + " parentheses and \"not\" inside each other");
  }

  /// name {"." name}
  ColumnPath parse_column() {
    const std::string_view word = word_here();
    const char c = peek();
    if (may_begin_literal(c)) fail_expected("a column name, \"not\" or \"(\"", "The column stands first, as in a > 3.");
    if (is_condition_word(word))
      fail_expected("a column name", "A column of that name stands in double quotes: \"" + std::string(word) + "\".");
    if (word.empty() && c != '"') fail_expected("a column name, \"not\" or \"(\"");
    ColumnPath column{take_name()};
    while (take('.')) column.push_back(take_name());
    return column;
  }

  Comparison parse_sign() {
    skip_blanks();
    const std::string_view rest = text_.substr(position_);
    for (const auto& [sign, comparison] : kComparisonSigns) {
      if (!rest.starts_with(sign)) continue;
      position_ += sign.size();
      if (comparison == Comparison::equal && peek() == '=')
        fail_expected("a value", "Equality is written with one \"=\".");
      return comparison;
    }
    fail_expected("a comparison (=, !=, <, <=, >, >=), \"in\", \"between\", \"like\" or \"is\"");
  }

  /// "(" literal {"," literal} ")"
  std::vector<Literal> parse_list() {
    if (!take('(')) fail_expected("\"(\" and the values", "for instance a in (1, 2)");
    std::vector<Literal> literals;
    do literals.push_back(parse_literal());
    while (take(','));
    if (!take(')')) fail_expected("\",\" or \")\"");
    return literals;
  }

  Literal parse_literal() {
    skip_blanks();
    const char c = peek();
    if (c == '\'') return {Literal::Kind::text, parse_text()};
    if (is_schema_digit(c) || c == '-') return {Literal::Kind::number, parse_digits()};
    const std::string_view word = word_here();
    if (is_word(word, "x") && text_.substr(position_ + 1).starts_with('\''))
      return {Literal::Kind::bytes, parse_bytes()};
    for (const std::string_view known : {"true", "false"}) {
      if (!is_word(word, known)) continue;
      position_ += word.size();
      return {Literal::Kind::boolean, std::string(known)};
    }
    fail_literal(word);
  }

  [[noreturn]] void fail_literal(std::string_view word) const {
    std::string hint;
    if (is_word(word, "null"))
      hint = "Nothing equals null: ask for it by \"is null\".";
    else if (!word.empty() && !is_condition_word(word))
      hint = "Text stands in single quotes: '" + std::string(word) + "'.";
    else if (peek() == '"')
      hint = "Double quotes are for names; text stands in single ones.";
    fail_expected("a value: a number, text in single quotes, true or false", std::move(hint));
  }

  /// A number as JSON writes it.
  std::string parse_digits() {
    const size_t begin = position_;
    const auto may_follow = [](char before, char c) {
      return is_schema_digit(c) || is_schema_letter(c) || c == '.' ||
             ((c == '+' || c == '-') && (before == 'e' || before == 'E'));
    };
    do ++position_;
    while (!at_end() && may_follow(text_[position_ - 1], peek()));
    const std::string_view number = text_.substr(begin, position_ - begin);
    if (parse_number(number).kind != NumberKind::invalid) return std::string(number);
    position_ = begin;
    fail(begin, "this is not a number as JSON writes it", "for instance 17, -0.5 or 1e9");
  }

  /// What stands in single quotes; one inside is doubled.
  std::string parse_text() {
    const size_t begin = position_++;
    std::string content;
    while (true) {
      const size_t quote = text_.find('\'', position_);
      if (quote == std::string_view::npos)
        fail(begin, "this quote is never closed", "A quote inside of a text is doubled: 'it''s'.");
      content.append(text_, position_, quote - position_);
      position_ = quote + 1;
      if (peek() != '\'') return content;
      content += '\'';
      ++position_;
    }
  }

  /// "x" and pairs of hexadecimal digits in single quotes.
  std::string parse_bytes() {
    const size_t begin = position_;
    position_ += 2;
    std::string bytes;
    for (; position_ + 1 < text_.size(); position_ += 2) {
      const auto high = hex_digit(text_[position_]);
      const auto low = hex_digit(text_[position_ + 1]);
      if (!high || !low) break;
      bytes += static_cast<char>(*high << 4 | *low);
    }
    if (peek() != '\'') fail(begin, "these are not bytes in hexadecimal", "for instance x'00ff'");
    ++position_;
    return bytes;
  }

  void refuse_unbuilt() {
    skip_blanks();
    if (is_word(word_here(), "ilike"))
      fail(position_, "\"ilike\" is not built yet", "\"like\" tells capitals from small letters.",
           ErrorCode::unsupported);
  }

  bool take_any_case(std::string_view word) {
    skip_blanks();
    if (!is_word(word_here(), word)) return false;
    position_ += word.size();
    return true;
  }
};

}  // namespace

Predicate parse_predicate(std::string_view text) {
  if (text.size() > kPredicateBytesMax)
    throw Error(ErrorCode::invalid, "the condition has " + std::to_string(text.size()) + " bytes, more than the " +
                                        std::to_string(kPredicateBytesMax) + " that one may have");
  return PredicateParser(text).parse();
}

}  // namespace v0
}  // namespace sluice
