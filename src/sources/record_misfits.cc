// What a record has that its schema has not, or not like that: the sentence that tells it, and the type with which it
// would fit.
#include <string>

#include "base/json_text.h"
#include "base/number_text.h"
#include "schema/evolution.h"
#include "schema/kinds.h"
#include "sources/record_reader.h"
#include "sources/text_values.h"

namespace sluice {

namespace {

bool is_number(std::string_view value) { return value[0] == '-' || (value[0] >= '0' && value[0] <= '9'); }

// The type of a column that has seen nothing but `value`.
Type type_of(std::string_view value) {
  if (value[0] == '"') return string();
  if (value[0] == 't' || value[0] == 'f') return boolean();
  if (!is_number(value)) return json();
  const NumberText number = parse_number(value);
  if (number.kind == NumberKind::int64) return int64();
  if (number.kind == NumberKind::uint64) return uint64();
  return number.exact ? float64() : json();
}

// A type for a column of `kind` that has met `value`.
Type wider(TypeKind kind, std::string_view value) {
  if (kind == TypeKind::null) return type_of(value);
  if (is_integer(kind) && is_number(value) && type_of(value) == float64()) return float64();
  const bool is_text = kind == TypeKind::date || kind == TypeKind::timestamp;
  return is_text && value[0] == '"' ? string() : json();
}

}  // namespace

Token RecordReader::read_extra(const Plan& object, Token key, Token token, int depth) {
  const Token behind = walk_.skip(token, depth);
  if (rules_.extra_fields == ExtraFields::ignore && !rules_.add_late_fields) {
    ++extra_values_;
    return behind;
  }
  if ((rules_.inferred || rules_.add_late_fields) && walk_.is_null(token)) return behind;
  const std::string_view value = walk_.text(token, behind);
  Bytes name;  // the walk unescapes forwards only
  if (!append_json_unescaped(walk_.string_content(key), name)) walk_.malformed(key, "expected a key");
  RecordFault fault = extra_field(object, name.view(), value, type_of(value), rules_);
  if (fault.late_field) walk_.check_whole(record_);  // malformed comes before new
  walk_.fail(key, std::move(fault));
}

bool RecordReader::widens(const Plan& plan) const { return rules_.widen && can_widen(plan.field->type, json()); }

void RecordReader::misfit(const Plan& plan, Token token, int depth, std::string_view reason) {
  const Token behind = walk_.skip(token, depth);  // malformed comes before unfitting
  const std::string_view value = walk_.text(token, behind);
  RecordFault fault{.field = plan.path(),
                    .sentence = excerpt(value) + " ",
                    .late_field = rules_.add_late_fields && (plan.kind == TypeKind::null || widens(plan))};
  if (!reason.empty())
    fault.sentence += reason;
  else if (plan.kind == TypeKind::null && rules_.inferred)
    fault.sentence += "in a column that held only nulls in the sample that the schema was inferred from";
  else
    fault.sentence += not_a(plan.field->type);
  if (rules_.inferred) {
    fault.hint = schema_hint(plan, wider(plan.kind, value));
    if (!rules_.widen && can_widen(plan.field->type, json())) fault.hint += " So does --evolve widen, by itself.";
  }
  if (fault.late_field) walk_.check_whole(record_);
  walk_.fail(token, std::move(fault));
}

}  // namespace sluice
