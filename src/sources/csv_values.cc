#include "sources/csv_values.h"

#include <charconv>
#include <cmath>

#include "base/calendar.h"
#include "base/float16.h"
#include "base/number_text.h"
#include "schema/kinds.h"
#include "sources/text_values.h"

namespace sluice {

namespace {

using Misfit = std::optional<std::string>;

// "nan", "inf", "-inf", "infinity" in any case; not "nan(..)".
std::optional<double> parse_special(std::string_view text) {
  const std::string_view word = text.substr(text.starts_with('-') ? 1 : 0);
  if (word.size() != 3 && word.size() != 8) return std::nullopt;
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || std::isfinite(value)) return std::nullopt;
  return value;
}

// A number as JSON writes it, whatever `T` makes of it; nothing where it is none, or changed though that must not be.
struct Real {
  bool is_number = false;
  bool is_exact = false;
  double value = 0;
};

Real parse_real(std::string_view text) {
  const NumberText number = parse_number(text);
  switch (number.kind) {
    case NumberKind::invalid: return {};
    case NumberKind::int64: return {true, is_exact_in<double>(number.int64), static_cast<double>(number.int64)};
    case NumberKind::uint64: return {true, is_exact_in<double>(number.uint64), static_cast<double>(number.uint64)};
    case NumberKind::big_integer:
    case NumberKind::real: break;
  }
  return {true, number.exact, number.real};
}

Misfit append_double(Plan& plan, std::string_view text, bool inferred, bool exact) {
  const Real real = parse_real(text);
  if (!real.is_number) {
    const std::optional<double> special = inferred ? std::nullopt : parse_special(text);
    if (!special) return not_a(plan.field->type);
    plan.out->append(*special);
    return {};
  }
  if (exact && !real.is_exact) return "would be changed by a " + to_text(plan.field->type);
  if (std::isinf(real.value)) return out_of_range(plan.field->type);
  plan.out->append(real.value);
  return {};
}

void append_small_float(Plan& plan, float value) {
  if (plan.kind == TypeKind::float32)
    plan.out->append(value);
  else
    plan.out->append(to_float16(value));
}

// Rounding twice, to a double and then to something smaller, does not always give what is nearest: so text -> float.
Misfit append_small_float(Plan& plan, std::string_view text, bool inferred) {
  const Real real = parse_real(text);
  if (!real.is_number) {
    const std::optional<double> special = inferred ? std::nullopt : parse_special(text);
    if (!special) return not_a(plan.field->type);
    append_small_float(plan, static_cast<float>(*special));
    return {};
  }
  auto value = static_cast<float>(real.value);
  if (plan.kind == TypeKind::float16)
    value = from_float16(nearest_float16(text));
  else
    std::from_chars(text.data(), text.data() + text.size(), value);  // out of range leaves it as it was
  if (std::isinf(value)) return out_of_range(plan.field->type);
  append_small_float(plan, value);
  return {};
}

}  // namespace

std::optional<std::string> CsvValues::append(Plan& plan, std::string_view text) {
  switch (plan.kind) {
    case TypeKind::float64: return append_double(plan, text, inferred_, exact_);
    case TypeKind::float16:
    case TypeKind::float32: return append_small_float(plan, text, inferred_);
    case TypeKind::binary:
      if (!plan.out->append_text(text)) return "does not fit into one batch";
      return {};
    case TypeKind::json: return append_json(plan, text);
    case TypeKind::decimal:
      // In a sample that had integers alone, "1.0" is another kind of number.
      if (inferred_ && parse_number(text).kind == NumberKind::real) return not_a(plan.field->type);
      return append_text_value(*plan.out, text);
    case TypeKind::null:
      return inferred_ ? "in a column that held only nulls in the sample that the schema was inferred from"
                       : not_a(plan.field->type);
    default: return append_text_value(*plan.out, text);
  }
}

// The walk reads records of one line. A line end in the value becomes a tab, which JSON takes for a blank where it
// takes a line end for one, and refuses where it refuses that.
std::optional<std::string> CsvValues::append_json(Plan& plan, std::string_view text) {
  constexpr std::string_view kBefore = "{\"\":";
  Bytes& line = json_.bytes;
  line.clear();
  line.append(kBefore);
  for (const char c : text) line.push_back(static_cast<uint8_t>(c == '\n' || c == '\r' ? '\t' : c));
  line.append("}\n");
  json_.begin = 0;
  json_.end = line.size();
  std::memset(line.prepare(kBlockPadding), ' ', kBlockPadding);
  bool is_null = false;
  try {
    walk_.each_record(json_, json_.text(), [&](Token token) {
      const Token value = walk_.behind_key(token + 1);
      const Token close = walk_.skip(value, 0);
      if (walk_.at(close) != '}') walk_.malformed(close, "more follows the value");
      is_null = walk_.is_null(value);
      return close + 1;
    });
  } catch (const RecordFault& fault) {
    return "is not JSON: " + fault.sentence;
  }
  if (is_null && !plan.nullable) return "is null, and the column is required";
  if (is_null)
    plan.out->append_null();
  else if (!plan.out->append_text(text))
    return "does not fit into one batch";
  return {};
}

bool is_csv_type(const Type& type) {
  switch (type.kind()) {
    case TypeKind::fixed:
    case TypeKind::bson:
    case TypeKind::geometry:
    case TypeKind::geography: return false;
    default: return !type.is_nested();
  }
}

Type wider_csv_type(TypeKind kind, std::string_view text) {
  const NumberText number = parse_number(text);
  if (kind == TypeKind::null) {
    if (text == "true" || text == "false") return boolean();
    if (number.kind == NumberKind::int64) return int64();
    if (number.kind == NumberKind::uint64) return uint64();
    return number.kind != NumberKind::invalid && number.exact ? float64() : string();
  }
  const bool is_whole = is_integer(kind);
  return is_whole && number.kind == NumberKind::real && number.exact ? float64() : string();
}

}  // namespace sluice
