#include "columns/bound_predicate.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/bits.h"
#include "base/utf8.h"
#include "columns/column_path.h"
#include "columns/dictionary_form.h"
#include "columns/predicate_shape.h"
#include "columns/widths.h"
#include "sluice/error.h"

namespace sluice {
namespace {

using Rows = std::span<uint64_t>;

// ---- binding -------------------------------------------------------------------------------------------------------

[[noreturn]] void fail_comparable(const std::string& name, const Type& type) {
  throw Error(ErrorCode::invalid, "column \"" + name + "\" is " + to_text(type) + ", which cannot be compared",
              {.field = name}, "Only \"is null\" and \"is not null\" can be asked of it.");
}

[[noreturn]] void fail_literal(const std::string& name, const Type& type, const Literal& literal) {
  constexpr size_t kShownBytesMax = 40;
  std::string shown;
  const std::string_view cut = literal.kind == Literal::Kind::text ? utf8_prefix(literal.text, kShownBytesMax)
                                                                   : std::string_view(literal.text).substr(0, 40);
  append_literal({literal.kind, std::string(cut)}, shown);
  if (cut.size() < literal.text.size()) shown += "...";
  throw Error(ErrorCode::invalid,
              "column \"" + name + "\" is " + to_text(type) + ": it is compared with " + literal_words(type) +
                  ", not with " + shown,
              {.field = name});
}

LikeTest bind_like(const Predicate& leaf, bool negated, const Type& type) {
  const bool is_text = is_utf8_text(type.kind()) || type.kind() == TypeKind::null;
  if (!is_text)
    throw Error(ErrorCode::invalid,
                "column \"" + path_name(leaf.column) + "\" is " + to_text(type) + ", and \"like\" asks for text",
                {.field = path_name(leaf.column)});
  const bool has_escape = leaf.literals.size() == 2;
  return make_like_test(leaf.literals[0].text, has_escape ? leaf.literals[1].text : "", negated);
}

BoundPart bind_leaf(const Predicate& leaf, bool negated, const Schema& schema) {
  FoundColumn found = find_column(schema, leaf.column);
  BoundPart part{.steps = std::move(found.steps)};
  if (leaf.kind == Predicate::Kind::is_null) {
    part.kind = negated ? BoundPart::Kind::is_there : BoundPart::Kind::is_null;
    return part;
  }
  const Type& type = found.field->type;
  if (!is_comparable(type)) fail_comparable(path_name(leaf.column), type);
  if (leaf.kind == Predicate::Kind::like) {
    part.test = make_value_test(type, bind_like(leaf, negated, type));
    return part;
  }
  if (const Literal* const misfit = find_misfit(type, leaf.literals))
    fail_literal(path_name(leaf.column), type, *misfit);
  part.test = make_value_test(type, negated ? opposite(leaf.comparison) : leaf.comparison, leaf.literals);
  return part;
}

/// "not (a and b)" is "not a or not b", and the other way round.
BoundPart bind(const Predicate& predicate, bool negated, const Schema& schema) {
  if (predicate.kind == Predicate::Kind::negation) return bind(predicate.operands[0], !negated, schema);
  if (predicate.operands.empty()) return bind_leaf(predicate, negated, schema);
  BoundPart part;
  part.kind = (predicate.kind == Predicate::Kind::all) != negated ? BoundPart::Kind::all : BoundPart::Kind::any;
  for (const Predicate& operand : predicate.operands) part.operands.push_back(bind(operand, negated, schema));
  return part;
}

// ---- evaluation ----------------------------------------------------------------------------------------------------

/// Clears the bits of rows in which the column itself is null.
void keep_valid(const Column& column, Rows rows) {
  if (column.type.kind() == TypeKind::null) std::ranges::fill(rows, uint64_t{0});
  if (column.null_count == 0 || column.validity.empty()) return;
  const auto* const validity = column.validity.as<uint8_t>();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t row = static_cast<int64_t>(i) * 64;
    if (rows[i] != 0)
      rows[i] &=
          bits_at(validity, column.offset + row, static_cast<size_t>(std::min<int64_t>(column.length - row, 64)));
  }
}

/// Clears the bits of rows in which the column, or a struct around it, is null; returns the column.
const Column& keep_valid(const Batch& batch, std::span<const size_t> steps, Rows rows) {
  const Column* column = &batch.column(steps[0]);
  keep_valid(*column, rows);
  for (const size_t step : steps.subspan(1)) {
    column = &column->children[step];
    keep_valid(*column, rows);
  }
  return *column;
}

void test_entries(BoundPart& part, const std::shared_ptr<const Column>& dictionary) {
  Selection passing(dictionary->length);
  keep_passing(part.test, *dictionary, passing.words());
  part.passing_entries.assign(passing.words().begin(), passing.words().end());
  part.dictionary = dictionary;
}

/// Each entry is tested once, rows ask for what came out. Positions under nulls may be anything: nobody asks there.
void keep_passing_entries(BoundPart& part, const Column& column, Rows rows) {
  if (!part.dictionary || !is_same_dictionary(*part.dictionary, *column.dictionary))
    test_entries(part, column.dictionary);
  const auto* const passing = reinterpret_cast<const uint8_t*>(part.passing_entries.data());
  const int32_t* positions = column.positions_data();
  for (uint64_t& word : rows) {
    if (word == ~uint64_t{0}) {
      uint8_t flags[64];
      for (size_t i = 0; i < 64; ++i) flags[i] = static_cast<uint8_t>(bit_at(passing, positions[i]));
      word = pack_flags(flags);
    } else {
      for (uint64_t todo = word; todo != 0; todo &= todo - 1) {
        const int bit = std::countr_zero(todo);
        word &= ~(uint64_t{!bit_at(passing, positions[bit])} << bit);
      }
    }
    positions += 64;
  }
}

void keep_passing(BoundPart& part, const Column& column, Rows rows) {
  if (column.dictionary)
    keep_passing_entries(part, column, rows);
  else
    keep_passing(part.test, column, rows);
}

void keep_rows(BoundPart& part, const Batch& batch, Rows rows);

/// Rows that have passed one operand are not held against the others.
void keep_any(std::vector<BoundPart>& operands, const Batch& batch, Rows rows) {
  std::vector<uint64_t> left(rows.begin(), rows.end());
  std::vector<uint64_t> passed(rows.size());
  for (BoundPart& operand : operands) {
    std::ranges::copy(left, rows.begin());
    keep_rows(operand, batch, rows);
    for (size_t i = 0; i < rows.size(); ++i) {
      passed[i] |= rows[i];
      left[i] &= ~rows[i];
    }
  }
  std::ranges::copy(passed, rows.begin());
}

/// Clears the bits of rows for which the part does not hold.
void keep_rows(BoundPart& part, const Batch& batch, Rows rows) {
  switch (part.kind) {
    case BoundPart::Kind::all:
      for (BoundPart& operand : part.operands) keep_rows(operand, batch, rows);
      return;
    case BoundPart::Kind::any: return keep_any(part.operands, batch, rows);
    case BoundPart::Kind::test: return keep_passing(part, keep_valid(batch, part.steps, rows), rows);
    case BoundPart::Kind::is_there: keep_valid(batch, part.steps, rows); return;
    case BoundPart::Kind::is_null: {
      std::vector<uint64_t> there(rows.begin(), rows.end());
      keep_valid(batch, part.steps, there);
      for (size_t i = 0; i < rows.size(); ++i) rows[i] &= ~there[i];
      return;
    }
  }
}

}  // namespace

BoundPredicate::BoundPredicate(const Predicate& predicate, const Schema& schema) {
  check_shape(predicate);
  root_ = bind(predicate, false, schema);
}

Selection BoundPredicate::select(const Batch& batch) {
  Selection selection(batch.rows());
  keep_rows(root_, batch, selection.words());
  return selection;
}

}  // namespace sluice
